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
from citywide.systems.traffic.crossing.shapes import Shape
from citywide.systems.traffic.duties.schedules import day_kinds, schedule_of, told_of, written_down
from citywide.systems.traffic.duties.shapes import shapes
from citywide.systems.traffic.duties.telling import tell
from citywide.systems.traffic.engine.plans import (
    Choice,
    DayKind,
    DayKindOf,
    PlanError,
    Served,
    corridor_plans,
    typical_day,
)

if TYPE_CHECKING:
    from citywide.hub.running import Hub

QUARTERS, LEAST_DAYS, LOOK_BACK = 96, 3, timedelta(days=42)
_QUERIES = queries_of(Path(__file__).parents[1])
log = structlog.get_logger()


def choose_plans(hub: "Hub") -> None:
    """Tell every crossing its plan, and write down why, whenever that changes; a change returns by itself."""
    now = hub.clock.now()
    kind_of = day_kinds(hub)
    here, known = now.astimezone(ZoneInfo(hub.city.calendar.zone)), shapes(hub)
    with hub.database.transaction() as connection:
        written = written_down(connection, now, now)
        told_before = rows(connection, _QUERIES["crossings_and_plans"])
        for crossing in (one for one in told_before if one["number"] in known):
            choice = schedule_of(known[crossing["number"]], written).at(here, kind_of)
            told = told_of(choice, hub.city.zone)
            if told != crossing["told"]:
                connection.execute(_QUERIES["put_plan_choice"], _kept(crossing, choice, told, now))
                tell(connection, crossing["id"], "run_plan", told, now)


def derive_plans(hub: "Hub") -> None:
    """Once a day: for every corridor and kind of day with enough counted days, plans that fit its volumes."""
    kind_of, since = day_kinds(hub), hub.clock.now() - LOOK_BACK
    found = hub.database.rows(_QUERIES["counted_volumes"], {"since": since, "zone": hub.city.calendar.zone})
    corridors, known = hub.database.rows(_QUERIES["corridors"]), shapes(hub)
    by_lane = defaultdict[tuple[int, int], dict[date, list[tuple[int, float]]]](lambda: defaultdict(list))
    for row in found:
        by_lane[row["crossing"], row["lane"]][row["day"]].append((row["quarter"], row["vph"]))
    for corridor in corridors:
        for kind in DayKind:
            street = _street([known.get(number) for number in corridor["crossings"]], by_lane, kind, kind_of)
            if street is not None:
                _adopt(hub, corridor, kind, street)


def _street(
    shapes: Sequence[Shape | None],
    by_lane: Mapping[tuple[int, int], Mapping[date, Sequence[tuple[int, float]]]],
    kind: DayKind,
    kind_of: DayKindOf,
) -> list[Served] | None:
    """A corridor's typical day of a kind; None when a crossing is unknown or too few whole days were counted."""
    days = sorted({day for counted in by_lane.values() for day in counted if kind_of(day) is kind})
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes):
        return None
    lanes = [(shape.number, lane.number) for shape in known for lane in shape.lanes]
    volumes = np.full((len(days), QUARTERS, len(lanes)), np.nan)
    for at, lane in enumerate(lanes):
        for place, day in enumerate(days):
            for quarter, vph in by_lane.get(lane, {}).get(day, ()):
                volumes[place, quarter, at] = vph
    whole = volumes[~np.isnan(volumes).any(axis=(1, 2))]
    if len(whole) < LEAST_DAYS:
        return None
    parts = np.split(typical_day(whole), np.cumsum([len(shape.lanes) for shape in known])[:-1], axis=1)
    return [_served(shape, part) for shape, part in zip(known, parts, strict=True)]


def _served(shape: Shape, volumes: np.ndarray) -> Served:
    one_each = np.ones(len(shape.lanes), np.int64)
    return Served(volumes, np.array(shape.phase_of), one_each, len(shape.phases), shape.through, shape.least_s)


def _adopt(hub: "Hub", corridor: Mapping[str, Any], kind: DayKind, street: Sequence[Served]) -> None:
    """Put the corridor's new timetable in force; what was there for this kind of day goes."""
    travel = np.array(corridor["travel_s"][:-1], float)
    try:
        tables = corridor_plans(str(kind), street, travel)
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
