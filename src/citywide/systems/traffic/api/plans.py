"""What runs at a crossing and why; a signal engineer's changes, event days, and days to compare from."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import queries_of
from citywide.hub.evidence.write import witness
from citywide.hub.people.who import Who
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, anybody, hub_of
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.text import Text
from citywide.systems.traffic import SYSTEM
from citywide.systems.traffic.api.checks import (
    begin_of,
    check_begin,
    check_crossing,
    check_day,
    check_hours,
    check_plan,
    check_words,
)
from citywide.systems.traffic.api.engineer import engineer, put
from citywide.systems.traffic.model import DEPARTMENT

_QUERIES = queries_of(SYSTEM.folder)


class PlanChange(Struct, frozen=True):
    """Another plan for so many hours, from now or a later time on; it returns by itself."""

    plan: str
    hours: float
    reason: str
    begins: datetime | None = None
    day: date | None = None
    at: str | None = None  # the city's time of day
    crossing: str | None = None
    fixed: bool = False


class ChangeEnded(Struct, frozen=True):
    """A change that is over, or not to be."""

    change: str


class EventDay(Struct, frozen=True):
    """A day that runs the event timetable."""

    day: date
    name: str


class Milestone(Struct, frozen=True):
    """A day from which on something was different."""

    day: date
    what: str
    crossing: str | None = None


@post("/v1/traffic/plan-changes", status_code=201)
@in_thread
def change_plan(request: AnyRequest, state: State, data: JSONBody[PlanChange]) -> Response[bytes]:
    """Run another plan for a while."""
    who, hub = engineer(request), hub_of(state)
    begins = data.begins or begin_of(hub, data.day, data.at)
    _check_change(hub, data, begins)
    ends = begins + timedelta(hours=data.hours)
    values = {"crossing": data.crossing, "plan": data.plan, "adaptive": not data.fixed, "reason": data.reason}
    here = f"{ends.astimezone(ZoneInfo(hub.city.calendar.zone)):%F %R}"
    says = Text(f"plan {data.plan} until {here}: {data.reason}", f"方案 {data.plan} 至 {here}：{data.reason}")
    return put(hub, who, "put_plan_change", values | {"begins": begins, "ends": ends}, says)


@post("/v1/traffic/plan-changes/ended", status_code=201)
@in_thread
def end_change(request: AnyRequest, state: State, data: JSONBody[ChangeEnded]) -> Response[bytes]:
    """End a change before its time: the crossing returns to its timetable within a minute."""
    who, hub = engineer(request), hub_of(state)
    with hub.database.transaction() as connection:
        number = int(data.change) if data.change.isascii() and data.change.isdigit() and len(data.change) < 19 else -1
        ended = rows(connection, _QUERIES["end_change"], {"change": number, "at": hub.clock.now()})
        if not ended:
            raise Problem(422, f"no change {data.change[:40]!r} runs or is to come; accepted: one of the page's list")
        plan = ended[0]["plan"]
        says = Text(f"plan {plan} is ended before its time", f"方案 {plan} 提前结束")
        witness(connection, "plan", says, department=DEPARTMENT, at=hub.clock.now(), who=who.name)
    return as_json({"done": True}, 201)


@post("/v1/traffic/event-days", status_code=201)
@in_thread
def event_day(request: AnyRequest, state: State, data: JSONBody[EventDay]) -> Response[bytes]:
    """Let a day run the event timetable."""
    who, hub = engineer(request), hub_of(state)
    check_day(hub, data.day)
    check_words(data.name, "an event day without a name; accepted: one that residents know")
    says = Text(f"{data.day} is an event day: {data.name}", f"{data.day} 为活动日：{data.name}")
    return put(hub, who, "put_event_day", {"day": data.day, "name": data.name}, says)


@post("/v1/traffic/milestones", status_code=201)
@in_thread
def milestone(request: AnyRequest, state: State, data: JSONBody[Milestone]) -> Response[bytes]:
    """Compare the days before and after a day, matched by kind; the page shows the answer with its interval."""
    who, hub = engineer(request), hub_of(state)
    check_crossing(hub, data.crossing)
    check_day(hub, data.day)
    check_words(data.what, "a milestone without words; accepted: what was different from that day on")
    says = Text(f"to be compared from {data.day} on: {data.what}", f"自 {data.day} 起作前后对比：{data.what}")
    return put(hub, who, "put_milestone", msgspec.to_builtins(data), says)


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


def _check_change(hub: Hub, data: PlanChange, begins: datetime) -> None:
    check_crossing(hub, data.crossing)
    check_plan(hub, data.plan, data.crossing)
    check_begin(hub, begins)
    check_hours(data.hours)
    check_words(data.reason, "a change without a reason; accepted: a few words that the next engineer understands")


HANDLERS = [change_plan, end_change, event_day, milestone, plan_now]
