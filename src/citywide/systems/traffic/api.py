"""The traffic engineer's door, and the standards of the road: SPaT and MAP of every crossing as J2735."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import msgspec
from litestar import MediaType, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import queries_of
from citywide.hub.evidence.write import witness
from citywide.hub.people.who import Who
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, anybody, hub_of, need_role_in, staff
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.text import Text
from citywide.systems.traffic import SYSTEM
from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.interfaces.map import write_map
from citywide.systems.traffic.interfaces.spat import write_spat
from citywide.systems.traffic.interfaces.uper import pack_map, pack_spat
from citywide.systems.traffic.model import DEPARTMENT
from citywide.systems.traffic.signals import maps_of, spats_of
from citywide.systems.traffic.timetables import SPLITS_S

MOST_LETTERS, YEARS = 500, timedelta(days=3650)
LONGEST, A_YEAR, PACKED = timedelta(days=31), timedelta(days=366), "application/octet-stream"
Said = TypeVar("Said")
_QUERIES = queries_of(SYSTEM.folder)


class PlanChange(Struct, frozen=True):
    """Another plan for so many hours, from now or a later time on; it returns by itself."""

    plan: str
    hours: float
    reason: str
    begins: datetime | None = None
    crossing: str | None = None
    fixed: bool = False


class EventDay(Struct, frozen=True):
    """A day that runs the event timetable."""

    day: date
    name: str


class Milestone(Struct, frozen=True):
    """A day from which on something was different."""

    day: date
    what: str
    crossing: str | None = None


@get("/v1/traffic/spat")
@in_thread
def spat(request: AnyRequest, state: State, crossing: FromQuery[str | None] = None) -> Response[Any]:
    """The lights of one crossing, or of all that tell them, as J2735 SPaT in JSON; packed on request."""
    anybody(request, "readings:read")
    hub = hub_of(state)
    return _message(request, spats_of(_lanes(hub, crossing), hub.clock.now()), write_spat, pack_spat)


@get("/v1/traffic/map")
@in_thread
def geometry(request: AnyRequest, state: State, crossing: FromQuery[str | None] = None) -> Response[Any]:
    """The lanes of one crossing, or of all, as a J2735 MAP message in JSON; packed on request."""
    anybody(request, "readings:read")
    return _message(request, maps_of(_lanes(hub_of(state), crossing)), write_map, pack_map)


def _message(
    request: AnyRequest,
    found: tuple[Said, ...],
    write: Callable[[Sequence[Said]], str],
    pack: Callable[[Sequence[Said]], bytes],
) -> Response[Any]:
    if PACKED not in request.headers.get("accept", ""):
        return Response(write(found), media_type=MediaType.JSON)
    try:
        return Response(pack(found), media_type=PACKED)
    except Malformed as error:
        raise Problem(422, str(error)) from error


@post("/v1/traffic/plan-changes", status_code=201)
@in_thread
def change_plan(request: AnyRequest, state: State, data: JSONBody[PlanChange]) -> Response[bytes]:
    """Run another plan for a while."""
    who, hub = _engineer(request), hub_of(state)
    begins = data.begins or hub.clock.now()
    _check_change(hub, data, begins)
    ends = begins + timedelta(hours=data.hours)
    values = {"crossing": data.crossing, "plan": data.plan, "adaptive": not data.fixed, "reason": data.reason}
    says = Text(
        f"plan {data.plan} until {ends:%F %R}Z: {data.reason}", f"方案 {data.plan} 至 {ends:%F %R}Z：{data.reason}"
    )
    return _put(hub, who, "put_plan_change", values | {"begins": begins, "ends": ends}, says)


@post("/v1/traffic/event-days", status_code=201)
@in_thread
def event_day(request: AnyRequest, state: State, data: JSONBody[EventDay]) -> Response[bytes]:
    """Let a day run the event timetable."""
    _check_day(hub_of(state), data.day)
    _check_words(data.name, "an event day without a name; accepted: one that residents know")
    says = Text(f"{data.day} is an event day: {data.name}", f"{data.day} 为活动日：{data.name}")
    return _put(hub_of(state), _engineer(request), "put_event_day", {"day": data.day, "name": data.name}, says)


@post("/v1/traffic/milestones", status_code=201)
@in_thread
def milestone(request: AnyRequest, state: State, data: JSONBody[Milestone]) -> Response[bytes]:
    """Compare the days before and after a day, matched by kind; the page shows the answer with its interval."""
    who, hub = _engineer(request), hub_of(state)
    _check_crossing(hub, data.crossing)
    _check_day(hub, data.day)
    _check_words(data.what, "a milestone without words; accepted: what was different from that day on")
    says = Text(f"to be compared from {data.day} on: {data.what}", f"自 {data.day} 起作前后对比：{data.what}")
    return _put(hub, who, "put_milestone", msgspec.to_builtins(data), says)


@get("/v1/traffic/plans/{crossing:str}")
@in_thread
def plan_now(request: AnyRequest, state: State, crossing: FromPath[str]) -> Response[bytes]:
    """The plan that a crossing runs now, and why: what its box asks for when it starts anew."""
    who = anybody(request, "units:act")  # a box hears its plans as instructions with this scope
    found = _seen_by(who, hub_of(state), "plan_told", {"crossing": f"crossing/{crossing}"})
    if not found:
        raise Problem(404, f"crossing/{crossing} has been told no plan yet")
    return as_json(found[0]["told"])


def _seen_by(who: Who, hub: Hub, query: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """What staff may see by their departments; a device's scope has been looked at by the door."""
    if "units:act" in who.roles:
        return hub.database.rows(_QUERIES[query], values)
    with hub.database.reading_as(who) as connection:
        return rows(connection, _QUERIES[query], values)


def _lanes(hub: Hub, crossing: str | None) -> list[dict[str, Any]]:
    """Lights are shown to everybody in the street: whoever may read readings may read all of them."""
    found = hub.database.rows(_QUERIES["lanes_of_crossings"], {"crossing": crossing})
    if not found:
        raise Problem(404, f"there is no {crossing or 'crossing'} with lanes; accepted: an id such as crossing/01")
    return found


def _engineer(request: AnyRequest) -> Who:
    who = staff(request)
    need_role_in(who, DEPARTMENT, "officer", "manager")
    return who


def _check_change(hub: Hub, data: PlanChange, begins: datetime) -> None:
    _check_crossing(hub, data.crossing)
    if data.plan not in SPLITS_S:
        _check_plan(hub, data.plan, data.crossing)
    if begins.tzinfo is None:
        raise Problem(422, "begins needs a time zone, such as 2026-03-02T08:00:00+08:00")
    if abs(begins - hub.clock.now()) > A_YEAR:
        raise Problem(422, f"begins {begins:%F}; accepted: within a year from now")
    if not 0 < data.hours <= LONGEST / timedelta(hours=1):
        raise Problem(422, f"{data.hours:g} hours; accepted: more than 0 and at most {LONGEST.days} days")
    _check_words(data.reason, "a change without a reason; accepted: a few words that the next engineer understands")


def _check_words(text: str, lacking: str) -> None:
    if not text.strip():
        raise Problem(422, lacking)
    if len(text) > MOST_LETTERS:
        raise Problem(422, f"{len(text)} letters; accepted: at most {MOST_LETTERS}")


def _check_day(hub: Hub, day: date) -> None:
    if abs(day - hub.clock.now().date()) > YEARS:
        raise Problem(422, f"{day}; accepted: a day within {YEARS.days // 365} years")


def _check_plan(hub: Hub, plan: str, crossing: str | None) -> None:
    """A derived plan belongs to the crossings whose volumes gave it: every crossing that is meant must have it."""
    found = hub.database.rows(_QUERIES["plans_of_crossings"], {"crossing": crossing})
    lacking = [row["id"] for row in found if plan not in (row["plans"] or ())]
    if lacking == [row["id"] for row in found]:
        known = {*SPLITS_S, *(name for row in found for name in row["plans"] or ())}
        raise Problem(422, f"unknown plan {plan!r}; there are {', '.join(sorted(known))}")
    if lacking:
        usual = ", ".join(sorted(SPLITS_S))
        raise Problem(422, f"{', '.join(lacking)}: no plan {plan!r} here; accepted: a crossing that has it, or {usual}")


def _check_crossing(hub: Hub, crossing: str | None) -> None:
    if crossing is not None and not (crossing.startswith("crossing/") and hub.registry.knows(crossing)):
        raise Problem(422, f"there is no crossing {crossing!r}; accepted: an id such as crossing/01")


def _put(hub: Hub, who: Who, query: str, values: dict[str, Any], says: Text) -> Response[bytes]:
    with hub.database.transaction() as connection:
        connection.execute(_QUERIES[query], values | {"who": who.name})
        witness(connection, "plan", says, department=DEPARTMENT, at=hub.clock.now(), who=who.name)
    return as_json({"done": True}, 201)


HANDLERS = [spat, geometry, change_plan, event_day, milestone, plan_now]
