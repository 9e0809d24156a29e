"""A resident's report: near ones are joined, a case is opened, a secret link is handed out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from msgspec import Struct
from psycopg import Connection

from citywide.hub.cases.desk import CaseDesk
from citywide.hub.cases.moves import NoCaseError
from citywide.hub.cases.opening import RESIDENT
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.people.residents import add_person
from citywide.hub.people.who import Contact
from citywide.hub.reports.words import without_numbers_of_people
from citywide.hub.vocabulary.affairs import Category
from citywide.hub.vocabulary.commands import OpenCase
from citywide.kit.geometry import Point
from citywide.kit.text import Text

NEAR_M = 100.0
REPORTERS_ACTS = {"closed": ("confirm", "reopen", "rate"), "checking": ("confirm", "reopen")}


class Report(Struct, frozen=True):
    """What a resident tells; `category` has been found before, the contact stays with the person.

    `link` is the secret that the reporter's phone has chosen, so that it can send the same once more.
    """

    category: str
    text: str
    place: Point | None = None
    address: str = ""
    contact: Contact = Contact()
    join: int | None = None
    facts: dict[str, object] = {}
    link: str | None = None


class Taken(Struct, frozen=True):
    """The case that a report led to, and the secret that its reporter follows it by."""

    case: int
    follow: str


def take(connection: Connection, desk: CaseDesk, report: Report, photos: Sequence[bytes], at: datetime) -> Taken:
    """Take a report in: a case opened or joined, its photos, its follower; one that comes again is taken once."""
    link = report.link or token_urlsafe(24)
    if report.link and (before := _taken_before(connection, link)):
        return Taken(before, link)
    if report.join is None:
        case = _opened(connection, desk, report, at, hash_of(link))
    else:
        case = _joined(connection, desk, report, report.join, at, hash_of(link))
    follow(connection, case, _person(connection, report), at, link)
    keep_photos(connection, case, photos, at, hash_of(link))
    return Taken(case, link)


def keep_photos(
    connection: Connection, case: int, photos: Sequence[bytes], at: datetime, follower: bytes | None = None
) -> None:
    """Photos of a case, scrubbed before: a reporter's own, or a unit's proof that it is mended."""
    for body in photos:
        values = {"case": case, "kind": "image/jpeg", "body": body, "at": at, "follower": follower}
        connection.execute(sql("add_photo"), values)


def follow(connection: Connection, case: int, person: str | None, at: datetime, link: str) -> None:
    """Let whoever has this secret follow a case; only its hash is kept."""
    connection.execute(sql("follow"), {"token": hash_of(link), "case": case, "person": person, "at": at})


def hash_of(token: str) -> bytes:
    """What is kept of a secret."""
    return sha256(token.encode()).digest()


def followed(connection: Connection, token: str) -> int | None:
    """The case that a secret follows, if it is one."""
    found = connection.execute(sql("followed"), {"token": hash_of(token)}).fetchone()
    return found[0] if found else None


def neighbours(connection: Connection, desk: CaseDesk, category: str | None, place: Point) -> list[dict[str, Any]]:
    """Open cases nearby that may be the same matter; only what residents report, and nothing that tells who did."""
    reaches = {each.name: _reach_m(each) if category else NEAR_M for each in reportable(desk, category)}
    found = _within(connection, reaches, place)
    return [row | {"title": desk.categories[row.pop("category")].label} for row in found]


def reportable(desk: CaseDesk, name: str | None = None) -> list[Category]:
    """The categories that residents report, or the one of this name if it is such a one."""
    return [each for each in desk.categories.values() if each.reportable and name in {None, each.name}]


def _reach_m(category: Category) -> float:
    return float(max(NEAR_M, category.merge_within_m))


def _within(
    connection: Connection, reaches: Mapping[str, float], place: Point, case: int | None = None
) -> list[dict[str, Any]]:
    values = {"categories": list(reaches), "reaches": list(reaches.values()), "case": case}
    return rows(connection, sql("cases_nearby"), {**values, "lon": place.lon, "lat": place.lat})


def _taken_before(connection: Connection, link: str) -> int | None:
    """The case of a report whose answer was lost on the way; the same twice at once waits for itself."""
    connection.execute("select pg_advisory_xact_lock(hashtext(%s))", (f"report {link}",))
    return followed(connection, link)


def _opened(connection: Connection, desk: CaseDesk, report: Report, at: datetime, follower: bytes) -> int:
    return desk.open(connection, _order(desk, report), at, RESIDENT, follower)


def _joined(connection: Connection, desk: CaseDesk, report: Report, case: int, at: datetime, follower: bytes) -> int:
    """Only what stands within reach is joined; whatever else the number may be of, the answer is the same."""
    reaches = {each.name: _reach_m(each) for each in reportable(desk)}
    if report.place is None or not _within(connection, reaches, report.place, case):
        raise NoCaseError("there is no such open case near here", "one of those shown nearby, or a report of its own")
    return desk.join(connection, case, _order(desk, report), at, RESIDENT, follower)


def _order(desk: CaseDesk, report: Report) -> OpenCase:
    label = desk.categories[report.category].label
    where = without_numbers_of_people(report.address.strip())
    title = Text(f"{label.en}, {where}", f"{label.zh}，{where}") if where else label
    details = without_numbers_of_people(report.text.strip())
    return OpenCase(title, report.category, place=report.place, details=details, facts=report.facts)


def _person(connection: Connection, report: Report) -> str | None:
    return add_person(connection, report.contact, ("contact",)) if report.contact else None


def reporter(connection: Connection, token: str) -> str | None:
    """The person behind a link, where one was named."""
    found = rows(connection, sql("followed"), {"token": hash_of(token)})
    return str(found[0]["person"]) if found and found[0]["person"] else None


def may(state: str) -> tuple[str, ...]:
    """What the reporter can do with a case in this state."""
    return REPORTERS_ACTS.get(state, ("update",))
