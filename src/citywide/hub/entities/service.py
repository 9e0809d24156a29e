"""In service or not: a device that has left is asked for nothing any more, and what it said stays readable."""

from datetime import datetime
from typing import LiteralString

from msgspec import Struct
from psycopg import Connection

from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.kit.text import Text


class ServiceError(ValueError):
    """There is no such thing in service, or out of it."""


class Change(Struct, frozen=True):
    """Who takes which thing out of service or brings it back, when and why."""

    thing: str
    why: str
    who: str
    at: datetime


def retire(connection: Connection, change: Change, token: str = "") -> int:
    """Take a thing out of service with its token, and one more if it has another name; returns how many ended."""
    _witnessed(connection, change, sql("retire"), Text("out of service", "停用"))
    names = {"names": [change.thing, *([token] if token else [])]}
    return connection.execute(sql("end_tokens"), names).rowcount


def bring_back(connection: Connection, change: Change) -> None:
    """Bring a thing back into service; it needs a new token."""
    _witnessed(connection, change, sql("bring_back"), Text("back in service", "恢复使用"))


def _witnessed(connection: Connection, change: Change, statement: LiteralString, what: Text) -> None:
    if not change.why.strip():
        raise ServiceError("say why")
    row = connection.execute(statement, {"id": change.thing, "at": change.at}).fetchone()
    if row is None:
        raise ServiceError(f"there is no {change.thing!r} that could be {what.en}")
    says = Text(f"{row[0]} is {what.en}: {change.why}", f"{row[0]}{what.zh}：{change.why}")
    facts = {"entity": change.thing}
    witness(connection, "decision", says, department=row[1], at=change.at, who=change.who, facts=facts)
