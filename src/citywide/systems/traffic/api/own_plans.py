"""An engineer's own plans for a crossing, the hours at which they run, and what a day to come will run."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Struct

from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.text import Text
from citywide.systems.traffic.api.checks import Here, check_day, check_own_plan, here_of, hours_of, numbers_of
from citywide.systems.traffic.api.engineer import engineer, put
from citywide.systems.traffic.duties.schedules import day_kinds, schedule_of, written_down
from citywide.systems.traffic.engine.plans import DayKind, Plan, PlanError, Schedule
from citywide.systems.traffic.engine.plans.model import KINDS_ZH, in_chinese

DAY = timedelta(days=1)
COLUMNS = ("day_kind", "begins", "plan", "cycle_s", "offset_s", "splits", "reason")


class OwnPlan(Struct, frozen=True):
    """A plan by its splits, one a phase, such as `34 17 34 17`; one of a known name takes its place."""

    crossing: str
    plan: str
    splits: str
    offset_s: int = 0


class OwnHours(Struct, frozen=True):
    """The hours of a kind of day, such as `00:00 night, 07:00 school, 09:00 day`; none: as volumes or the city say."""

    crossing: str
    day_kind: DayKind
    hours: str = ""


class DayAsked(Struct, frozen=True):
    """What a crossing is to run on a day."""

    crossing: str
    day: date


@post("/v1/traffic/own-plans", status_code=201)
@in_thread
def own_plan(request: AnyRequest, state: State, data: JSONBody[OwnPlan]) -> Response[bytes]:
    """Write down a plan; one whose times could not be shown in full is refused with what would do."""
    who, hub = engineer(request), hub_of(state)
    here, splits = here_of(hub, data.crossing), numbers_of("splits", data.splits)
    check_own_plan(here, data.plan, splits)
    try:
        plan = Plan(data.plan, sum(splits), data.offset_s, splits)
    except PlanError as error:
        raise Problem(422, str(error)) from error
    values = {"crossing": here.shape.number, "plan": plan.name, "cycle_s": plan.cycle_s, "offset_s": plan.offset_s}
    shown = f"{plan.name}: {' + '.join(map(str, splits))} = {plan.cycle_s} s"
    says = Text(f"{here.name} has a plan {shown}", f"{here.name}配时方案 {shown}")
    return put(hub, who, "put_own_plan", values | {"splits_s": list(splits)}, says)


@post("/v1/traffic/own-hours", status_code=201)
@in_thread
def own_hours(request: AnyRequest, state: State, data: JSONBody[OwnHours]) -> Response[bytes]:
    """From when on which plan runs on one kind of day; make-up working days are working days by themselves."""
    who, hub = engineer(request), hub_of(state)
    here = here_of(hub, data.crossing)
    starts = hours_of(data.hours, _schedule(hub, here, hub.clock.now()))
    values = {"crossing": here.shape.number, "day_kind": str(data.day_kind)}
    told = data.hours.strip()
    says = Text(
        f"{here.name}, {data.day_kind}: {told or 'no hours of its own any more'}",
        f"{here.name}{KINDS_ZH[data.day_kind]}时段表：{told or '不再单独设定'}",
    )
    columns = {"starts": [minute for minute, _ in starts], "plans": [plan for _, plan in starts]}
    return put(hub, who, "put_own_hours", values | columns, says)


@post("/v1/traffic/day-ahead", status_code=200)
@in_thread
def day_ahead(request: AnyRequest, state: State, data: JSONBody[DayAsked]) -> Response[bytes]:
    """What a crossing will run on a day: its kind by the calendar, each plan with its times, and why."""
    engineer(request)
    hub = hub_of(state)
    check_day(hub, data.day)
    here = here_of(hub, data.crossing)
    midnight = datetime.combine(data.day, time(), ZoneInfo(hub.city.calendar.zone))
    rows = _day(hub, _schedule(hub, here, midnight, midnight + DAY), midnight)
    return as_json({"columns": COLUMNS, "rows": rows}, 200)


def _schedule(hub: Hub, here: Here, since: datetime, until: datetime | None = None) -> Schedule:
    with hub.database.transaction() as connection:
        return schedule_of(here.shape, written_down(connection, since, until or since))


def _day(hub: Hub, schedule: Schedule, midnight: datetime) -> list[list[Any]]:
    """A row whenever another plan or another reason begins."""
    kind_of, rows, last = day_kinds(hub), list[list[Any]](), None
    kind = kind_of(midnight.date())
    for minute in range(24 * 60):
        now = midnight + timedelta(minutes=minute)
        choice = schedule.at(now, kind_of)
        if choice != last:
            plan, last = choice.plan, choice
            splits = " · ".join(map(str, plan.splits_s))
            reason = {"en": choice.reason, "zh": choice.reason_zh}
            named = {"en": str(kind), "zh": KINDS_ZH[kind]}
            called = {"en": plan.name, "zh": in_chinese(plan.name).strip()}
            rows.append([named, f"{now:%R}", called, plan.cycle_s, plan.offset_s, splits, reason])
    return rows


HANDLERS = [own_plan, own_hours, day_ahead]
