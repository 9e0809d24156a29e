"""A resident's report: near ones are joined, a case is opened, a secret link is handed out."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from msgspec import Struct
from psycopg import Connection

from citywide.hub.affairs import Category
from citywide.hub.cases.desk import CaseDesk
from citywide.hub.cases.moves import OPEN, CaseError, row_of
from citywide.hub.commands import OpenCase
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.people.persons import add_person
from citywide.hub.reports.words import without_numbers_of_people
from citywide.kit.geometry import Point
from citywide.kit.text import Text

NEAR_M = 100.0
REPORTERS_ACTS = {"closed": ("confirm", "reopen", "rate"), "checking": ("confirm", "reopen")}
JOIN_WITHIN_M = 1000.0


class Report(Struct, frozen=True):
    """What a resident tells; `category` has been found before, name and phone stay with the person."""

    category: str
    text: str
    place: Point | None = None
    address: str = ""
    name: str | None = None
    phone: str | None = None
    join: int | None = None
    facts: dict[str, object] = {}


class Taken(Struct, frozen=True):
    """The case that a report led to, and the secret that its reporter follows it by."""

    case: int
    follow: str


def take(connection: Connection, desk: CaseDesk, report: Report, photos: Sequence[bytes], at: datetime) -> Taken:
    """Take a report in: a case opened or joined, its photos, its follower."""
    case = _joined(connection, desk, report, at) if report.join else _opened(connection, desk, report, at)
    keep_photos(connection, case, photos, at)
    return Taken(case, follow(connection, case, _person(connection, report), at))


def keep_photos(connection: Connection, case: int, photos: Sequence[bytes], at: datetime) -> None:
    """Photos of a case, scrubbed before: the reporter's, or a unit's proof that it is mended."""
    for body in photos:
        connection.execute(sql("add_photo"), {"case": case, "kind": "image/jpeg", "body": body, "at": at})


def follow(connection: Connection, case: int, person: str | None, at: datetime) -> str:
    """A new secret for following a case; only its hash is kept."""
    token = token_urlsafe(24)
    connection.execute(sql("follow"), {"token": hash_of(token), "case": case, "person": person, "at": at})
    return token


def hash_of(token: str) -> bytes:
    """What is kept of a secret."""
    return sha256(token.encode()).digest()


def followed(connection: Connection, token: str) -> int | None:
    """The case that a secret follows, if it is one."""
    found = connection.execute(sql("followed"), {"token": hash_of(token)}).fetchone()
    return found[0] if found else None


def neighbours(connection: Connection, category: Category | None, place: Point, most: int = 5) -> list[dict[str, Any]]:
    """Open cases nearby that may be the same matter; nothing of them that tells who reported."""
    values = {
        "category": category.name if category else None,
        "lon": place.lon,
        "lat": place.lat,
        "metres": max(NEAR_M, category.merge_within_m) if category else NEAR_M,
        "most": most,
    }
    return rows(connection, sql("cases_nearby"), values)


def _opened(connection: Connection, desk: CaseDesk, report: Report, at: datetime) -> int:
    return desk.open(connection, _order(desk, report), at, "resident")


def _joined(connection: Connection, desk: CaseDesk, report: Report, at: datetime) -> int:
    row = row_of(connection, report.join or 0)
    there = Point(row["lon"], row["lat"]) if row["lon"] is not None else None
    if row["state"] not in OPEN or row["category"] not in desk.categories:
        raise CaseError(f"case {row['id']} is {row['state']}", "an open case nearby, or a report of its own")
    if report.place and there and there.distance_m(report.place) > JOIN_WITHIN_M:
        raise CaseError(f"case {row['id']} is far from here", "a case within a kilometre")
    return desk.join(connection, row["id"], _order(desk, report), at, "resident")


def _order(desk: CaseDesk, report: Report) -> OpenCase:
    label = desk.categories[report.category].label
    where = without_numbers_of_people(report.address.strip())
    title = Text(f"{label.en}, {where}", f"{label.zh}，{where}") if where else label
    details = without_numbers_of_people(report.text.strip())
    return OpenCase(title, report.category, place=report.place, details=details, facts=report.facts)


def _person(connection: Connection, report: Report) -> str | None:
    if not report.name and not report.phone:
        return None
    return add_person(connection, report.name, report.phone, ("contact",))


def reporter(connection: Connection, token: str) -> str | None:
    """The person behind a link, where one was named."""
    found = rows(connection, sql("followed"), {"token": hash_of(token)})
    return str(found[0]["person"]) if found and found[0]["person"] else None


def may(state: str) -> tuple[str, ...]:
    """What the reporter can do with a case in this state."""
    return REPORTERS_ACTS.get(state, ("update",))
