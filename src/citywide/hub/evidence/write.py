"""Writing evidence: an entry is part of the transaction that it tells of."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
from msgspec import Struct
from psycopg import Connection

from citywide.hub.database.queries import sql
from citywide.hub.evidence.tiles import LONGEST_ENTRY
from citywide.kit.text import Text

MOST_SAID = 4000
_encoder = msgspec.json.Encoder(order="sorted")


class Entry(Struct, frozen=True):
    """What happened, whose it is, when, and by whom."""

    kind: str
    says: Text
    department: str
    at: datetime
    who: str = "hub"
    facts: Mapping[str, object] = {}


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
    witness_all(connection, [Entry(kind, says, department, at or datetime.now(UTC), who, facts or {})])


def witness_all(connection: Connection, entries: Sequence[Entry]) -> None:
    """Put down all of these, in their order, at once."""
    if entries:
        heads = [{"kind": each.kind, "department": each.department, "at": each.at} for each in entries]
        bodies = [
            _entry({**head, "who": each.who}, each.says, each.facts) for head, each in zip(heads, entries, strict=True)
        ]
        columns = {f"{name}s": [head[name] for head in heads] for name in ("kind", "department", "at")}
        connection.execute(sql("witness"), {**columns, "bodies": bodies})


def _entry(head: Mapping[str, object], says: Text, facts: Mapping[str, object]) -> bytes:
    whole = _encoder.encode({**head, "says": says, "facts": dict(facts)})
    return whole if len(whole) <= LONGEST_ENTRY else _encoder.encode({**head, **_shortened(says, facts)})


def _shortened(says: Text, facts: Mapping[str, object]) -> dict[str, object]:
    """What no bundle could hold: the beginning of the words, and of the facts their hash."""
    digest = sha256(_encoder.encode(facts)).hexdigest()
    return {"says": Text(says.en[:MOST_SAID], says.zh[:MOST_SAID]), "facts": {"sha256": digest}}
