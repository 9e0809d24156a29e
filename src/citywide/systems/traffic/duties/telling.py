"""Telling a device of traffic what to do: it reads its instructions at the hub's door."""

from collections.abc import Mapping
from datetime import datetime

from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub.database.queries import sql
from citywide.systems.traffic.model import DEPARTMENT


def tell(connection: Connection, entity: str, order: str, values: Mapping[str, object], at: datetime) -> None:
    """Put down what a device is told, in the running transaction."""
    message = {"at": at, "department": DEPARTMENT, "role": None, "entity": entity}
    says = {"en": order, "zh": order}
    connection.execute(sql("put_message"), message | {"says": Jsonb(says), "facts": Jsonb(dict(values))})
