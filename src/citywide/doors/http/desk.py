"""The officer's desk: alarms are acknowledged, cases are moved on, each within the officer's departments."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, LiteralString

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct
from psycopg import Connection

from citywide.hub.cases.acts import ACTS, Asked, carry_out
from citywide.hub.cases.moves import row_of
from citywide.hub.database.pool import become, rows
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.hub.ingest.batch import Refusal
from citywide.hub.people.persons import grant
from citywide.hub.people.persons import person as ask_person
from citywide.hub.people.who import Who
from citywide.hub.running import Hub
from citywide.hub.vocabulary.commands import OpenCase
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of, need_role, staff
from citywide.hub.web.described import Hours, Latitude, Longitude, Name, Said
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.geometry import Point
from citywide.kit.text import Text


class Act(Struct, frozen=True):
    """What is done with a case: a note, and to whom it goes where that is asked."""

    note: Said = ""
    to: Name = ""


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
        return as_json(case_and_steps(connection, case))


@post("/v1/cases")
@in_thread
def open_case(request: AnyRequest, state: State, data: JSONBody[NewCase]) -> Response[bytes]:
    """Open a case by hand."""
    who, hub = staff(request), hub_of(state)
    need_role(who, "officer", "manager")
    if faults := list(_faults(data, hub)):
        raise Problem(422, "this is no case yet", faults)
    _own_department(who, hub.words.categories[data.category].department)
    place = Point(data.lon, data.lat) if data.lon is not None and data.lat is not None else None
    order = OpenCase(Text(data.title, data.title), data.category, place=place, details=data.details, wants=data.wants)
    with hub.database.transaction() as connection:
        number = hub.desk.open(connection, order, hub.clock.now(), who.name)
    return as_json({"case": number}, 201)


@post("/v1/cases/{case:int}/{act:str}", status_code=200)
@in_thread
def move_case(
    request: AnyRequest, state: State, case: FromPath[int], act: FromPath[str], data: JSONBody[Act]
) -> Response[bytes]:
    """Move a case on: assign, start, pause, resume, reroute, check, close, reopen."""
    who, hub = staff(request), hub_of(state)
    need_role(who, "officer", "manager", "crew")
    if act not in ACTS:
        raise Problem(404, f"a case cannot {act!r}; it can {', '.join(ACTS)}")
    with hub.database.transaction() as connection:
        _must_see(connection, who, "case", case)
        _must_hold(connection, who, case)
        if act == "assign":
            _must_see(connection, who, "unit", data.to, hub.words.unit_kinds)
        carry_out(hub.desk, connection, case, Asked(act, data.note, data.to), hub.clock.now(), who.name)
        found = case_and_steps(connection, case)
    return as_json(found)


@post("/v1/alarms/{alarm:int}/acknowledge", status_code=200)
@in_thread
def acknowledge(request: AnyRequest, state: State, alarm: FromPath[int], data: JSONBody[Act]) -> Response[bytes]:
    """Somebody has seen it; it stands until it clears. The answer names who was the first, and when."""
    who, hub = staff(request), hub_of(state)
    need_role(who, "officer", "manager", "crew")
    with hub.database.transaction() as connection:
        _must_see(connection, who, "alarm", alarm)
        values = {"id": alarm, "at": hub.clock.now(), "who": who.name, "note": data.note}
        for row in rows(connection, sql("acknowledge_alarm"), values):
            says = Text(f"{who.name} has seen: {row['says']['en']}", f"{who.name} 已确认：{row['says']['zh']}")
            witness(
                connection,
                "acknowledged",
                says,
                department=row["department"],
                at=hub.clock.now(),
                who=who.name,
            )
        first = rows(connection, sql("acknowledged_by"), {"id": alarm})[0]
    return as_json({"acknowledged": True, **first})


class Grant(Struct, frozen=True):
    """Who may ask for personal data, for which purpose, for how many hours, and why."""

    to: Name
    why: Said
    purpose: str = "disease_control"
    hours: Hours = 24.0


@post("/v1/grants", status_code=201)
@in_thread
def give_grant(request: AnyRequest, state: State, data: JSONBody[Grant]) -> dict[str, str]:
    """Let somebody ask for personal data for a while."""
    who = staff(request)
    with hub_of(state).database.transaction() as connection:
        until = grant(connection, who, data.to, data.purpose, timedelta(hours=data.hours), data.why)
    return {"to": data.to, "until": until.isoformat()}


@get("/v1/persons/{person:str}")
@in_thread
def person(request: AnyRequest, state: State, person: FromPath[str], purpose: FromQuery[str]) -> Response[bytes]:
    """A resident's data, for a purpose; the asking is written down."""
    who = staff(request)
    with hub_of(state).database.transaction() as connection:
        return as_json(ask_person(connection, who, person, purpose))


def case_and_steps(connection: Connection, case: int) -> dict[str, Any]:
    """A case as the console shows it; not there, or not for this reader, is the same answer."""
    found = rows(connection, sql("case_seen"), {"case": case})
    if not found:
        raise Problem(404, f"there is no case {case} for you")
    steps = rows(connection, sql("steps_seen"), {"case": case})
    row = found[0]
    place = [row.pop("lon"), row.pop("lat")]
    explained = [_deadline_of(step) for step in steps if step["what"] in TIMED]
    nothing = {"en": "no deadline", "zh": "无期限"}
    return {
        "case": row | {"place": place if place[0] is not None else None},
        "deadline": explained[-1] if explained else nothing,
        "steps": steps,
    }


TIMED = ("opened", "paused", "resumed", "reopened")  # the steps that set a deadline, or stop it


def _deadline_of(step: dict[str, Any]) -> dict[str, str]:
    says = step["says"]
    if step["what"] == "paused":
        return says
    return {"en": "due " + says["en"].rpartition("; due ")[2], "zh": says["zh"].rpartition("；")[2]}


def _faults(case: NewCase, hub: Hub) -> Iterator[Refusal]:
    if case.category not in hub.words.categories:
        yield Refusal("category", repr(case.category), ", ".join(sorted(hub.words.categories)))
    if not case.title.strip():
        yield Refusal("title", "empty", "what is wrong, in a few words")
    if (case.lon is None) != (case.lat is None):
        yield Refusal("lon, lat", "half a place", "both, or neither")
    if case.wants is not None and case.wants not in hub.words.unit_kinds:
        yield Refusal("wants", repr(case.wants), ", ".join(sorted(hub.words.unit_kinds)))


SEEN: Mapping[str, LiteralString] = {
    "case": "select from hub.cases where id = %s",
    "alarm": "select from hub.alarm where id = %s",
    "unit": "select from hub.entity where id = %s and kind = any(%s)",
}


def _must_see(connection: Connection, who: Who, what: str, *key: object) -> None:
    """What is not there, and what is not for this reader, is the same answer."""
    become(connection, who)
    seen = connection.execute(SEEN[what], key).rowcount
    connection.execute("reset role")
    if not seen:
        raise Problem(404, f"there is no {what} {key[0]} for you")


def _must_hold(connection: Connection, who: Who, case: int) -> None:
    """A department may read a case that it is charged with and another holds; it does not move it."""
    row = row_of(connection, case)
    if not who.everywhere and row["department"] not in ("", *who.departments):
        raise Problem(403, f"case {case} is {row['department']}'s now; you read it because it is charged to you")


def _own_department(who: Who, department: str) -> None:
    if not who.everywhere and department not in who.departments:
        raise Problem(403, f"this category belongs to {department}; report it as a resident does, it will be routed")


HANDLERS = [case, open_case, move_case, acknowledge, give_grant, person]
