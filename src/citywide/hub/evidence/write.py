"""Writing evidence: an entry is part of the transaction that it tells of."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from psycopg import Connection

from citywide.hub.database.queries import sql
from citywide.kit.text import Text

_encoder = msgspec.json.Encoder(order="sorted")


def witness(
    connection: Connection,
    kind: str,
    says: Text,
    *,
    department: str = "",
    at: datetime | None = None,
    who: str = "hub",
    facts: Mapping[str, object] | None = None,
) -> None:
    """Put down what happened; the log takes it in a moment after commit."""
    at = at or datetime.now(UTC)
    body = {
        "kind": kind,
        "at": at,
        "who": who,
        "says": says,
        "department": department,
        "facts": dict(facts or {}),
    }
    values = {"kind": kind, "department": department, "at": at, "body": _encoder.encode(body)}
    connection.execute(sql("witness"), values)
