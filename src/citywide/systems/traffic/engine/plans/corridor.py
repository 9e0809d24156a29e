"""Plans of crossings along one street: cut at the same hours, with one cycle, and offset into a green wave."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from citywide.systems.traffic.engine.plans.model import Plan, Timetable
from citywide.systems.traffic.engine.plans.volumes import FloatArray, IntArray, segments, timed
from citywide.systems.traffic.engine.plans.waves import Road, green_wave


@dataclass(frozen=True)
class Served:
    """A crossing of the street: volumes (vehicles an hour; quarter × movement), each movement's phase and lanes."""

    volumes: FloatArray
    phase_of: IntArray
    lanes: IntArray
    phases: int
    through: int  # the phase along the street
    least_s: tuple[int, ...] = ()  # of each phase's split


def corridor_plans(
    name: str, street: Sequence[Served], travel_s: FloatArray, lost_s: float = 4.0
) -> list[tuple[dict[str, Plan], Timetable]]:
    """For each crossing of a street its plans and timetable.

    The street's cycle is the longest that one of its crossings needs; offsets make the widest bands both ways.
    """
    parts = segments(np.hstack([one.volumes for one in street]))
    last = np.cumsum([one.volumes.shape[1] for one in street])[:-1]
    plans: list[dict[str, Plan]] = [{} for _ in street]
    starts: list[tuple[int, str]] = []
    for place, vph in zip(parts.starts.tolist(), parts.volumes, strict=True):
        label = f"{name}-{place // 4:02d}{place % 4 * 15:02d}"
        for own, plan in zip(plans, _tied(label, np.split(vph, last), street, lost_s), strict=True):
            own[label] = plan
        for own, offset in zip(plans, _offsets([own[label] for own in plans], travel_s, street), strict=True):
            own[label] = replace(own[label], offset_s=offset)
        starts.append((place * 15, label))
    return [(own, Timetable(tuple(starts))) for own in plans]


def _tied(label: str, vph: Sequence[FloatArray], street: Sequence[Served], lost_s: float) -> list[Plan]:
    def plan(flows: FloatArray, one: Served, cycle_s: int | None = None) -> Plan:
        return timed(
            label, flows, one.phase_of, one.lanes, lost_s, cycle_s=cycle_s, least_s=one.least_s or (0,) * one.phases
        )

    cycle = max(plan(flows, one).cycle_s for flows, one in zip(vph, street, strict=True))
    return [plan(flows, one, cycle) for flows, one in zip(vph, street, strict=True)]


def _offsets(plans: list[Plan], travel_s: FloatArray, street: Sequence[Served]) -> list[int]:
    """Offsets of the plans' cycles; the wave is sought for the greens of the through phases."""
    if len(plans) == 1:
        return [0]
    ways = [(plan.splits_s, one.through) for plan, one in zip(plans, street, strict=True)]
    begin = np.array([sum(splits[:through]) for splits, through in ways], float)
    green = np.array([splits[through] for splits, through in ways], float)
    road = Road(float(plans[0].cycle_s), begin, green, travel_s, travel_s)
    return [int(offset) % plans[0].cycle_s for offset in green_wave(road)]
