"""Delegation: who may act for whom, until when, and why."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.kit.text import Text

LONGEST = timedelta(days=60)


class DelegationError(ValueError):
    """This cannot be lent, or not to them."""


def delegate(connection: Connection, giver: str, taker: str, lasts: timedelta, why: str, zone: str = "UTC") -> datetime:
    """Let somebody act with the giver's own roles and departments for a while; returns until when, in the zone."""
    if giver == taker or not timedelta(0) < lasts <= LONGEST or not why.strip():
        raise DelegationError(f"somebody else, {LONGEST.days} days at most, with a reason")
    until = (datetime.now(UTC) + lasts).astimezone(ZoneInfo(zone))
    values = {"giver": giver, "taker": taker, "until": until, "why": why}
    if not connection.execute(sql("delegate"), values).rowcount:
        raise DelegationError(f"nobody is called {taker!r}")
    says = Text(f"{taker} acts for {giver} until {until:%F %R}: {why}",
                f"{taker} 代 {giver} 行事至 {until:%F %R}：{why}")  # fmt: skip
    witness(connection, "access", says, who=giver)
    return until


def end(connection: Connection, giver: str, taker: str) -> int:
    """Take it back before its time; returns how much there was to take back."""
    ended = connection.execute(sql("end_delegations"), {"giver": giver, "taker": taker}).rowcount
    if ended:
        says = Text(f"{taker} no longer acts for {giver}", f"{taker} 不再代 {giver} 行事")
        witness(connection, "access", says, who=giver)
    return ended


def in_force(connection: Connection, name: str) -> list[dict[str, Any]]:
    """What somebody has lent, or been lent, and is still in force."""
    return rows(connection, sql("delegations"), {"name": name})
