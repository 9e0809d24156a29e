"""Plans of crossings along one street: cut at the same hours, with one cycle, and offset into a green wave."""

from dataclasses import replace

import numpy as np

from citywide.systems.traffic.engine.plans.model import Plan, Timetable
from citywide.systems.traffic.engine.plans.volumes import FloatArray, IntArray, segments, timed
from citywide.systems.traffic.engine.plans.waves import Road, green_wave


def corridor_plans(
    name: str,
    volumes: FloatArray,
    phase_of: IntArray,
    lanes: IntArray,
    travel_s: FloatArray,
    through_phase: int,
    lost_s: float = 4.0,
) -> list[tuple[dict[str, Plan], Timetable]]:
    """For each crossing its plans and timetable, from volumes (vehicles an hour; quarter × crossing × movement).

    The street's cycle is the longest that one of its crossings needs; offsets make the widest bands both ways.
    """
    quarters, crossings, moves = volumes.shape
    parts = segments(volumes.reshape(quarters, crossings * moves))
    plans: list[dict[str, Plan]] = [{} for _ in range(crossings)]
    starts: list[tuple[int, str]] = []
    for place, vph in zip(parts.starts.tolist(), parts.volumes, strict=True):
        label = f"{name}-{place // 4:02d}{place % 4 * 15:02d}"
        for own, plan in zip(plans, _tied(label, vph.reshape(crossings, moves), phase_of, lanes, lost_s), strict=True):
            own[label] = plan
        for own, offset in zip(plans, _offsets([own[label] for own in plans], travel_s, through_phase), strict=True):
            own[label] = replace(own[label], offset_s=offset)
        starts.append((place * 15, label))
    return [(own, Timetable(tuple(starts))) for own in plans]


def _tied(label: str, vph: FloatArray, phase_of: IntArray, lanes: IntArray, lost_s: float) -> list[Plan]:
    cycle = max(timed(label, row, phase_of, lanes, lost_s).cycle_s for row in vph)
    return [timed(label, row, phase_of, lanes, lost_s, cycle_s=cycle) for row in vph]


def _offsets(plans: list[Plan], travel_s: FloatArray, through_phase: int) -> list[int]:
    """Offsets of the plans' cycles; the wave is sought for the greens of the through phase."""
    if len(plans) == 1:
        return [0]
    begin = np.array([sum(plan.splits_s[:through_phase]) for plan in plans], float)
    green = np.array([plan.splits_s[through_phase] for plan in plans], float)
    road = Road(float(plans[0].cycle_s), begin, green, travel_s, travel_s)
    return [int(offset) % plans[0].cycle_s for offset in green_wave(road)]
