"""Grants: a manager lets somebody of a department ask for personal data of a purpose, for a while and with a reason."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.hub.people.persons import AccessRefusedError, NoSuchPersonError, UnknownPurposeError, purposes, refuse
from citywide.hub.people.who import EVERYWHERE, Hat, Who
from citywide.kit.text import Text

LONGEST_GRANT = timedelta(days=14)


def must_have_grant(connection: Connection, who: Who, purpose: str) -> None:
    """Refuse whoever has no grant in force before anything is looked up; the refusal is written down."""
    if not connection.execute(sql("grant_in_force"), {"staff": who.name, "purpose": purpose}).rowcount:
        refuse(connection, who, "", purpose, "grant")


def grant(
    connection: Connection, giver: Who, taker: str, purpose: str, lasts: timedelta, why: str, zone: str = "UTC"
) -> datetime:
    """Let somebody else ask for a purpose for a while; who let whom, until when and why is written down."""
    if refused := _why_no_grant(giver, taker, lasts, why):
        raise AccessRefusedError(refused)
    departments = _common(connection, giver, taker, purpose)
    now = datetime.now(UTC)
    until = (now + lasts).astimezone(ZoneInfo(zone))
    values = {"staff": taker, "purpose": purpose, "giver": giver.name, "until": until, "why": why}
    connection.execute(sql("give_grant"), values | {"departments": departments})
    says = Text(f"{giver.name} lets {taker} ask for personal data ({purpose}) until {until:%F %R}: {why}",
                f"{giver.name} 授权 {taker} 查询个人信息（{purpose}）至 {until:%F %R}：{why}")  # fmt: skip
    facts = {"to": taker, "purpose": purpose, "why": why, "departments": departments}
    witness(connection, "access", says, who=giver.name, at=now, facts=facts)
    return until


def _why_no_grant(giver: Who, taker: str, lasts: timedelta, why: str) -> str | None:
    if "manager" not in giver.roles or giver.name == taker:
        return "a manager gives grants, and not to themselves"
    if not timedelta(0) < lasts <= LONGEST_GRANT:
        return f"a grant lasts {LONGEST_GRANT.days} days at most"
    return None if why.strip() else "say why"


def _common(connection: Connection, giver: Who, taker: str, purpose: str) -> list[str]:
    """Where the giver is a manager and the taker, in an office of their own, may ask."""
    given = {name: one.roles for name, one in purposes(connection).items() if one.needs_grant}
    if purpose not in given:
        raise UnknownPurposeError(f"grants are given for {', '.join(given)}")
    found = rows(connection, sql("staff_by_name"), {"name": taker})
    if not found:
        raise NoSuchPersonError(f"nobody is called {taker!r}")
    own = Hat(tuple(found[0]["roles"]), tuple(found[0]["departments"]), found[0]["everywhere"])
    places = _shared(_places(giver.offices, ("manager",)), _places(own.offices(), given[purpose]))
    if not places:
        raise AccessRefusedError(f"{taker} is no {' or '.join(given[purpose])} of a department that you manage")
    return sorted(places)


def _places(offices: Iterable[str], roles: Iterable[str]) -> set[str]:
    held = (office.partition("@") for office in offices)
    return {place for role, _, place in held if role in set(roles) and place}


def _shared(mine: set[str], theirs: set[str]) -> set[str]:
    if EVERYWHERE in mine:
        return theirs
    return mine if EVERYWHERE in theirs else mine & theirs
