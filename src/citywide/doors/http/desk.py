"""The officer's desk: cases are opened and moved on, each within the officer's departments."""

from collections.abc import Iterator
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct
from psycopg import Connection

from citywide.doors.http.sight import must_hold, must_see
from citywide.hub.cases.acts import ACTS, OF_OFFICERS, Asked, carry_out
from citywide.hub.ingest.batch import Refusal
from citywide.hub.people.who import Who
from citywide.hub.reports.receive import keep_photos
from citywide.hub.running import Hub
from citywide.hub.screens.case import case_and_steps
from citywide.hub.vocabulary.commands import OpenCase
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of, need_role, staff
from citywide.hub.web.described import Latitude, Longitude, Name, Said
from citywide.hub.web.once import IdempotencyKey, done_once, named
from citywide.hub.web.photos import all_scrubbed
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.geometry import Point
from citywide.kit.text import Text

OPENING = ("officer", "manager")


class Act(Struct, frozen=True):
    """What is done with a case: a note, to whom it goes where that is asked, and photos that prove it, as base64."""

    note: Said = ""
    to: Name = ""
    photos: list[bytes] = []


class NewCase(Struct, frozen=True):
    """A case that an officer opens."""

    title: Annotated[str, Meta(max_length=300)]
    category: str
    lon: Longitude | None = None
    lat: Latitude | None = None
    details: Said = ""
    wants: str | None = None


@get("/v1/cases/{case:int}")
@in_thread
def case(request: AnyRequest, state: State, case: FromPath[int]) -> Response[bytes]:
    """A case with all its steps."""
    who = staff(request)
    with hub_of(state).database.reading_as(who) as connection:
        return as_json(_seen(connection, case))


@post("/v1/cases")
@in_thread
def open_case(
    request: AnyRequest, state: State, data: JSONBody[NewCase], key: IdempotencyKey = None
) -> Response[bytes]:
    """Open a case by hand; one that is sent again with its key is opened once."""
    who, hub = staff(request), hub_of(state)
    need_role(who, *OPENING)
    if faults := list(_faults(data, hub)):
        raise Problem(422, "this is no case yet", faults)
    _own_department(who, hub.words.categories[data.category].department)
    place = Point(data.lon, data.lat) if data.lon is not None and data.lat is not None else None
    order = OpenCase(Text(data.title, data.title), data.category, place=place, details=data.details, wants=data.wants)
    once, at = named(key, f"staff {who.name} opens", data), hub.clock.now()
    with hub.database.transaction() as connection:
        opened = done_once(connection, once, at, lambda: {"case": hub.desk.open(connection, order, at, who.name)})
    return as_json(opened, 201)


@post("/v1/cases/{case:int}/{act:str}", status_code=200)
@in_thread
def move_case(
    request: AnyRequest, state: State, case: FromPath[int], act: FromPath[str], data: JSONBody[Act]
) -> Response[bytes]:
    """Move a case on: assign, start, pause, resume, reroute, check, close, reopen, merge, part; with photos."""
    who, hub = staff(request), hub_of(state)
    if act not in ACTS:
        raise Problem(404, f"a case cannot {act!r}; it can {', '.join(ACTS)}")
    photos = all_scrubbed(data.photos)
    with hub.database.transaction() as connection:
        must_see(connection, who, "case", case)
        must_hold(connection, who, case, *(OPENING if act in OF_OFFICERS else ("officer", "manager", "crew")))
        if act == "assign":
            must_see(connection, who, "unit", data.to, hub.words.unit_kinds)
        if act == "merge":
            into = _number(data.to)
            must_see(connection, who, "case", into)
            must_hold(connection, who, into, *OPENING)
        carry_out(hub.desk, connection, case, Asked(act, data.note, data.to), hub.clock.now(), who.name)
        keep_photos(connection, case, photos, hub.clock.now())
        found = _seen(connection, case)
    return as_json(found)


def _number(told: str) -> int:
    if not told.isascii() or not told.isdigit() or len(told) > 18:
        raise Problem(422, f"{told!r} is the number of no case", [Refusal("to", repr(told), "the number of a case")])
    return int(told)


def _seen(connection: Connection, case: int) -> dict[str, Any]:
    """Not there, or not for this reader, is the same answer."""
    found = case_and_steps(connection, case)
    if found is None:
        raise Problem(404, f"there is no case {case} for you")
    return found


def _faults(case: NewCase, hub: Hub) -> Iterator[Refusal]:
    if case.category not in hub.words.categories:
        yield Refusal("category", repr(case.category), ", ".join(sorted(hub.words.categories)))
    if not case.title.strip():
        yield Refusal("title", "empty", "what is wrong, in a few words")
    if (case.lon is None) != (case.lat is None):
        yield Refusal("lon, lat", "half a place", "both, or neither")
    if case.wants is not None and case.wants not in hub.words.unit_kinds:
        yield Refusal("wants", repr(case.wants), ", ".join(sorted(hub.words.unit_kinds)))


def _own_department(who: Who, department: str) -> None:
    if not who.is_in(department, OPENING):
        raise Problem(403, f"this category belongs to {department}; report it as a resident does, it will be routed")


HANDLERS = [case, open_case, move_case]
