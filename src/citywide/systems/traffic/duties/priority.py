"""Requests for priority: who may ask is let through, everybody else is refused, and all of it is written down."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from citywide.hub import Text
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import queries_of
from citywide.hub.evidence.write import witness
from citywide.systems.traffic.duties.telling import tell
from citywide.systems.traffic.model import DEPARTMENT
from citywide.systems.traffic.packing import Ask, ask_of

if TYPE_CHECKING:
    from citywide.hub.running import Hub

MAY_ASK = ("bus", "emergency")
OLDEST = timedelta(minutes=5)
_QUERIES = queries_of(Path(__file__).parents[1])


def pass_on(hub: "Hub") -> None:
    """Hand every new request to the crossing that it concerns."""
    now = hub.clock.now()
    with hub.database.transaction() as connection:
        for row in rows(connection, _QUERIES["new_requests"], {"since": now - OLDEST}):
            carry_out(connection, row, ask_of(row["value"]), now)


def carry_out(connection: Connection, row: Mapping[str, Any], ask: Ask, now: datetime) -> None:
    """Tell the crossing what a vehicle asks, or why not; `row` says who it is and when it was said."""
    arrives = None if ask.eta_s is None else row["time"] + timedelta(seconds=ask.eta_s)
    state = "passed" if arrives is None else "asked" if row["role"] in MAY_ASK else "refused"
    kept = {"vehicle": row["vehicle"], "number": ask.crossing, "lane": ask.lane, "asked": row["time"]}
    found = rows(connection, _QUERIES["put_request"], kept | {"arrives": arrives, "state": state})
    for crossing in found:
        emergency = row["role"] == "emergency"
        told = {"vehicle": row["id"], "lane": ask.lane, "emergency": emergency}
        if state != "refused":
            at = None if arrives is None else arrives.timestamp()
            tell(connection, crossing["id"], "priority", told | {"arrives_s": at}, now)
        if state == "refused" or (emergency and crossing["fresh"]):
            _witness(connection, row, crossing, state, now)


def _witness(
    connection: Connection, row: Mapping[str, Any], crossing: Mapping[str, Any], state: str, now: datetime
) -> None:
    done = ("is refused priority", "的优先请求被拒绝") if state == "refused" else ("is let through", "获准优先通行")
    says = Text(f"{row['name']} {done[0]} at {crossing['name']}", f"{row['name']}在{crossing['name']}{done[1]}")
    witness(connection, "priority", says, department=DEPARTMENT, at=now, who=row["id"])
