"""What may be done with a case in which state."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import Connection

from citywide.hub.cases.steps import noted, step
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.kit.text import Text


class CaseError(ValueError):
    """What was asked of a case is not possible: says what stands and what is accepted."""

    def __init__(self, what: str, accepted: str) -> None:
        super().__init__(what)
        self.accepted = accepted


class NoCaseError(CaseError):
    """There is no such case, or none for whoever asks: the same answer."""


OPEN = ("waiting", "assigned", "working", "paused", "checking")
MAY: Mapping[str, tuple[str, ...]] = {
    "assign": ("waiting", "assigned", "working"),
    "start": ("assigned",),
    "pause": ("waiting", "assigned", "working"),
    "resume": ("paused",),
    "reroute": ("waiting", "assigned", "working", "paused"),
    "check": ("assigned", "working"),
    "close": ("waiting", "assigned", "working", "checking"),
    "reopen": ("closed", "checking"),
    "merge": ("waiting", "assigned", "working"),
    "part": ("waiting", "assigned", "working"),
}


def row_of(connection: Connection, case: int) -> dict[str, Any]:
    """The case's row, locked for what is about to happen to it."""
    found = rows(connection, sql("case_row"), {"case": case})
    if found and found[0]["state"] == "closed":  # by being joined while we waited? Only a second look tells
        found = rows(connection, sql("case_row"), {"case": case})
    if not found:
        raise NoCaseError(f"there is no case {case}", "the number of a case")
    return found[0]


def standing(connection: Connection, case: int) -> dict[str, Any]:
    """The row of the case where it goes on: its own, or that of the one it was joined to, which is locked first."""
    (at,) = connection.execute(sql("standing"), {"case": case}).fetchone() or (case,)
    row = row_of(connection, at)
    return standing(connection, at) if row["joined_to"] is not None else row


def allowed(connection: Connection, case: int, act: str) -> dict[str, Any]:
    """The case's row, if this act is possible now."""
    row = row_of(connection, case)
    if row["joined_to"] is not None:
        raise CaseError(f"case {case} goes on as {row['joined_to']}: it cannot {act}", f"case {row['joined_to']}")
    if row["state"] not in MAY[act]:
        raise CaseError(f"case {case} is {row['state']}: it cannot {act}", f"a case that is {' or '.join(MAY[act])}")
    return row


def move(  # noqa: PLR0913, PLR0917 - a step has this many sides
    connection: Connection, case: int, act: str, state: str, at: datetime, who: str, says: Text, note: str
) -> None:
    """Bring the case into another state, if this act is possible now."""
    allowed(connection, case, act)
    connection.execute("update hub.cases set state = %s where id = %s", (state, case))
    step(connection, case, at, who, state, noted(says, note))
