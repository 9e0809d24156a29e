"""What runs before volumes have given plans of their own: the usual plans of any crossing, and their hours."""

import math
from collections.abc import Mapping

from citywide.systems.traffic.crossing.shapes import Shape
from citywide.systems.traffic.engine.plans import DayKind, Plan, Schedule, Timetable

SPLITS_S = {"night": (18, 12), "day": (28, 16), "peak": (31, 16)}  # of a phase, and of one for left turns only
SHORTEST_S, LONGEST_S = 30, 95  # of a cycle: beside the shortest split nobody is at red above 90 s
HOURS: Mapping[DayKind, Timetable] = {
    DayKind.WEEKDAY: Timetable(
        ((0, "night"), (390, "day"), (420, "peak"), (570, "day"), (1020, "peak"), (1170, "day"), (1380, "night"))
    ),
    DayKind.WEEKEND: Timetable(((0, "night"), (480, "day"), (1380, "night"))),
    DayKind.HOLIDAY: Timetable(((0, "night"), (540, "day"), (1320, "night"))),
    DayKind.EVENT: Timetable(((0, "night"), (480, "day"), (960, "peak"), (1410, "night"))),
}


def usual_schedule(shape: Shape) -> Schedule:
    """The usual plans for a crossing's phases, by the usual hours."""
    return Schedule({name: _plan(name, shape) for name in SPLITS_S}, HOURS)


def _plan(name: str, shape: Shape) -> Plan:
    long, short = SPLITS_S[name]
    splits = [short if shape.only_lefts(phase) else long for phase in range(len(shape.phases))]
    scale = min(max(1.0, SHORTEST_S / sum(splits)), LONGEST_S / sum(splits))
    fitting = tuple(max(math.ceil(split * scale) if scale > 1 else int(split * scale), least)
                    for split, least in zip(splits, shape.least_s, strict=True))  # fmt: skip
    return Plan(name, sum(fitting), 0, fitting)
