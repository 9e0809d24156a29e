"""Day plans: made from counted volumes, chosen by the calendar, told to the crossings, changed for a while."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import structlog
from psycopg.types.json import Jsonb

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import queries_of
from citywide.systems.traffic.duties.telling import tell
from citywide.systems.traffic.engine.plans import (
    Change,
    Choice,
    DayKind,
    DayKindOf,
    Plan,
    PlanError,
    Schedule,
    Timetable,
    corridor_plans,
    typical_day,
    with_events,
)
from citywide.systems.traffic.phases import LANES, SERVED, THROUGH_PHASE, TIMETABLE

if TYPE_CHECKING:
    from citywide.hub.running import Hub

QUARTERS, LEAST_DAYS, LOOK_BACK = 96, 3, timedelta(days=42)
PHASE_OF_LANE = np.array([next(at for at, lanes in enumerate(SERVED) if lane in lanes) for lane in range(LANES)])
_QUERIES = queries_of(Path(__file__).parents[1])
log = structlog.get_logger()


def choose_plans(hub: "Hub") -> None:
    """Tell every crossing its plan, and write down why, whenever that changes; a change returns by itself."""
    now = hub.clock.now()
    kind_of = day_kinds(hub)
    here = now.astimezone(ZoneInfo(hub.city.calendar.zone))
    with hub.database.transaction() as connection:
        tables, changes = rows(connection, _QUERIES["timetables"]), rows(connection, _QUERIES["changes"], {"now": now})
        for crossing in rows(connection, _QUERIES["crossings_and_plans"]):
            choice = schedule_of(crossing["number"], tables, changes).at(here, kind_of)
            told = told_of(choice, hub.city.zone)
            if told != crossing["told"]:
                connection.execute(_QUERIES["put_plan_choice"], _kept(crossing, choice, told, now))
                tell(connection, crossing["id"], "run_plan", told, now)


def day_kinds(hub: "Hub") -> DayKindOf:
    """The city's calendar with its event days: a make-up working day is a weekday, a holiday's Saturday a holiday."""
    events = frozenset(row["day"] for row in hub.database.rows(_QUERIES["event_days"]))

    def kind_of(day: date) -> DayKind:
        if hub.city.calendar.is_working_day(day):
            return DayKind.WEEKDAY
        return DayKind.HOLIDAY if hub.city.calendar.is_public_holiday(day) else DayKind.WEEKEND

    return with_events(kind_of, events)


def schedule_of(crossing: int, tables: Sequence[Mapping[str, Any]], changes: Sequence[Mapping[str, Any]]) -> Schedule:
    """A crossing's own timetables where volumes gave some, the city's ordinary ones for other days, and changes."""
    plans, starts = dict(TIMETABLE.plans), defaultdict[DayKind, list[tuple[int, str]]](list)
    for row in tables:
        if row["crossing"] == crossing:
            plans[row["plan"]] = Plan(row["plan"], row["cycle_s"], row["offset_s"], tuple(row["splits_s"]))
            starts[DayKind(row["day_kind"])].append((row["starts_min"], row["plan"]))
    own = {kind: Timetable(tuple(sorted(found))) for kind, found in starts.items()}
    schedule = Schedule(plans, {**TIMETABLE.timetables, **own})
    for row in changes:
        if row["crossing"] in (None, crossing):
            schedule = _changed(schedule, crossing, row)
    return schedule


def _changed(schedule: Schedule, crossing: int, row: Mapping[str, Any]) -> Schedule:
    """The schedule with a change whose plan is the one that was asked for, whatever was derived since."""
    name, kept = row["plan"], row["plans"].get(str(crossing))
    plans = dict(schedule.plans)
    if kept is not None:
        plans[name] = Plan(name, kept["cycle_s"], kept["offset_s"], tuple(kept["splits_s"]))
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


def derive_plans(hub: "Hub") -> None:
    """Once a day: for every corridor and kind of day with enough counted days, plans that fit its volumes."""
    kind_of, since = day_kinds(hub), hub.clock.now() - LOOK_BACK
    found = hub.database.rows(_QUERIES["counted_volumes"], {"since": since, "zone": hub.city.calendar.zone})
    corridors = hub.database.rows(_QUERIES["corridors"])
    by_lane = defaultdict[tuple[int, int], dict[date, list[tuple[int, float]]]](lambda: defaultdict(list))
    for row in found:
        by_lane[row["crossing"], row["lane"]][row["day"]].append((row["quarter"], row["vph"]))
    for corridor in corridors:
        for kind in DayKind:
            volumes = _volumes(corridor["crossings"], by_lane, kind, kind_of)
            if volumes is not None:
                _adopt(hub, corridor, kind, volumes)


def _volumes(
    crossings: Sequence[int],
    by_lane: Mapping[tuple[int, int], Mapping[date, Sequence[tuple[int, float]]]],
    kind: DayKind,
    kind_of: DayKindOf,
) -> np.ndarray | None:
    """The typical day of a kind: quarter × crossing × lane; None when too few whole days were counted."""
    days = sorted({day for counted in by_lane.values() for day in counted if kind_of(day) is kind})
    volumes = np.full((len(days), QUARTERS, len(crossings), LANES), np.nan)
    for at, crossing in enumerate(crossings):
        for lane in range(LANES):
            for place, day in enumerate(days):
                for quarter, vph in by_lane.get((crossing, lane + 1), {}).get(day, ()):
                    volumes[place, quarter, at, lane] = vph
    whole = volumes[~np.isnan(volumes).any(axis=(1, 2, 3))]
    return typical_day(whole) if len(whole) >= LEAST_DAYS else None


def _adopt(hub: "Hub", corridor: Mapping[str, Any], kind: DayKind, volumes: np.ndarray) -> None:
    """Put the corridor's new timetable in force; what was there for this kind of day goes."""
    travel = np.array(corridor["travel_s"][:-1], float)
    try:
        tables = corridor_plans(str(kind), volumes, PHASE_OF_LANE, np.ones(LANES, int), travel, THROUGH_PHASE)
    except PlanError as error:
        log.warning("plans_refused", corridor=corridor["corridor"], why=str(error))
        return
    with hub.database.transaction() as connection:
        for crossing, (plans, table) in zip(corridor["crossings"], tables, strict=True):
            connection.execute(_QUERIES["forget_timetable"], {"crossing": crossing, "day_kind": str(kind)})
            for starts, name in table.starts:
                plan = plans[name]
                connection.execute(_QUERIES["put_timetable"], {
                    "crossing": crossing, "day_kind": str(kind), "starts_min": starts, "plan": name,
                    "cycle_s": plan.cycle_s, "offset_s": plan.offset_s, "splits_s": list(plan.splits_s),
                    "derived": hub.clock.now(),
                })  # fmt: skip


def _kept(crossing: Mapping[str, Any], choice: Choice, told: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    plan, reason = choice.plan, {"en": choice.reason, "zh": choice.reason_zh}
    return {"crossing": crossing["number"], "since": now, "plan": plan.name, "cycle_s": plan.cycle_s,
            "offset_s": plan.offset_s, "adaptive": choice.adaptive, "reason": Jsonb(reason),
            "told": Jsonb(told)}  # fmt: skip
