"""What a response may look at: the city inside the running transaction."""

from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg import Connection

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import entity_from_row
from citywide.hub.vocabulary.things import Entity, Reading


class CityNow:
    """The city as it stands inside the running transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def all(self, kind: str) -> list[Entity]:
        """Every entity of a kind, moving ones where they were last seen."""
        return [entity_from_row(row) for row in rows(self.connection, sql("entities_of_kind"), {"kind": kind})]

    def latest(self, entity: str, quantity: str) -> Reading | None:
        """The newest reading, if there ever was one."""
        found = self.connection.execute(sql("latest_of_entity"), {"entity": entity, "quantity": quantity}).fetchone()
        return Reading(entity, quantity, found[0], found[1]) if found else None

    def rows(self, query: LiteralString, values: Mapping[str, object]) -> list[dict[str, Any]]:
        """What a system has written down in its own tables."""
        return rows(self.connection, query, values)
