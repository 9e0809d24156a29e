"""Plans: timetables by kind of day, times from volumes, green waves, changes that return, fair comparison."""

from citywide.systems.traffic.engine.plans.comparison import Comparison, compare
from citywide.systems.traffic.engine.plans.corridor import Served, corridor_plans
from citywide.systems.traffic.engine.plans.model import (
    Change,
    Choice,
    DayKind,
    DayKindOf,
    Plan,
    PlanError,
    Schedule,
    Timetable,
    with_events,
)
from citywide.systems.traffic.engine.plans.volumes import segments, timed, typical_day
from citywide.systems.traffic.engine.plans.waves import Road, band_s, green_wave

__all__ = [
    "Change",
    "Choice",
    "Comparison",
    "DayKind",
    "DayKindOf",
    "Plan",
    "PlanError",
    "Road",
    "Schedule",
    "Served",
    "Timetable",
    "band_s",
    "compare",
    "corridor_plans",
    "green_wave",
    "segments",
    "timed",
    "typical_day",
    "with_events",
]
