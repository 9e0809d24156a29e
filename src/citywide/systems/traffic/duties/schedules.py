"""What a crossing is to run when: usual plans, those that volumes gave, an engineer's own, and changes for a while."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from psycopg import Connection

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import queries_of
from citywide.systems.traffic.crossing.shapes import Shape
from citywide.systems.traffic.engine.plans import (
    Change,
    Choice,
    DayKind,
    DayKindOf,
    Plan,
    Schedule,
    Timetable,
    with_events,
)
from citywide.systems.traffic.timetables import usual_schedule

if TYPE_CHECKING:
    from citywide.hub.running import Hub

Rows = Sequence[Mapping[str, Any]]
_QUERIES = queries_of(Path(__file__).parents[1])
log = structlog.get_logger()


class Written(NamedTuple):
    """What the database holds for all crossings: derived timetables, changes, and the engineers' own."""

    timetables: Rows
    changes: Rows
    own_plans: Rows
    own_hours: Rows


def written_down(connection: Connection, since: datetime, until: datetime) -> Written:
    """All of it, and the changes that run at some time of this span."""
    span = {"since": since, "until": until}
    return Written(
        *(rows(connection, _QUERIES[name], span) for name in ("timetables", "changes", *Written._fields[2:]))
    )


def day_kinds(hub: "Hub") -> DayKindOf:
    """The city's calendar with its event days: a make-up working day is a weekday, a holiday's Saturday a holiday."""
    events = frozenset(row["day"] for row in hub.database.rows(_QUERIES["event_days"]))

    def kind_of(day: date) -> DayKind:
        if hub.city.calendar.is_working_day(day):
            return DayKind.WEEKDAY
        return DayKind.HOLIDAY if hub.city.calendar.is_public_holiday(day) else DayKind.WEEKEND

    return with_events(kind_of, events)


def schedule_of(shape: Shape, written: Written) -> Schedule:
    """Who is nearest to the crossing is heard first: an engineer, then volumes, then the city's usual plans."""
    usual, tables = usual_schedule(shape), _here(shape, written.timetables)
    plans = {**usual.plans, **_plans(tables), **_plans(_here(shape, written.own_plans))}
    hours = [row for row in _here(shape, written.own_hours) if row["plan"] in plans]
    schedule = Schedule(plans, {**usual.timetables, **_timetables(tables), **_timetables(hours)})
    for row in written.changes:
        if row["crossing"] in (None, shape.number):
            schedule = _changed(schedule, shape.number, row)
    return schedule


def _here(shape: Shape, found: Rows) -> Rows:
    """The crossing's rows; a plan for another number of phases was made before its shape changed."""
    return [
        row for row in found
        if row["crossing"] == shape.number and len(row.get("splits_s", shape.phases)) == len(shape.phases)
    ]  # fmt: skip


def _plans(found: Rows) -> dict[str, Plan]:
    return {row["plan"]: _plan(row["plan"], row) for row in found}


def _plan(name: str, row: Mapping[str, Any]) -> Plan:
    return Plan(name, row["cycle_s"], row["offset_s"], tuple(row["splits_s"]))


def _timetables(found: Rows) -> dict[DayKind, Timetable]:
    starts = defaultdict[DayKind, list[tuple[int, str]]](list)
    for row in found:
        starts[DayKind(row["day_kind"])].append((row["starts_min"], row["plan"]))
    return {kind: Timetable(tuple(sorted(begun))) for kind, begun in starts.items() if min(begun)[0] == 0}


def _changed(schedule: Schedule, crossing: int, row: Mapping[str, Any]) -> Schedule:
    """The schedule with a change whose plan is the one that was asked for, whatever was derived since."""
    name, kept = row["plan"], row["plans"].get(str(crossing))
    plans = dict(schedule.plans) | ({} if kept is None else {name: _plan(name, kept)})
    if name not in plans:
        log.warning("change_without_plan", crossing=crossing, plan=name)
        return schedule
    change = Change(name, row["begins"], row["ends"], row["reason"], adaptive=row["adaptive"])
    return Schedule(plans, schedule.timetables, schedule.changes).with_change(change)


def told_of(choice: Choice, zone: str) -> dict[str, Any]:
    """A choice as the crossing is told it; its cycles are counted from midnight in the city's zone."""
    plan = choice.plan
    return {
        "plan": plan.name, "cycle_s": plan.cycle_s, "offset_s": plan.offset_s, "splits_s": list(plan.splits_s),
        "adaptive": choice.adaptive, "until": choice.until.isoformat() if choice.until else None,
        "reason": choice.reason, "zone": zone,
    }  # fmt: skip
