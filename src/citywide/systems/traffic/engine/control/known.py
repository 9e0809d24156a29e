"""What is known of each lane, before anything was seen and while it is learned."""

import itertools
from typing import NamedTuple

import numpy as np

from citywide.systems.traffic.engine.control.headways import PRIOR_LINE, PROTECTED_RATE, START_UP_S
from citywide.systems.traffic.engine.control.layout import PERMISSIVE, PROTECTED, Bytes, Floats, Ints, Layout

PERMISSIVE_RATE = 0.25
FLOW_MEMORY_S = 300.0


class Known(NamedTuple):
    """The learned state of the city's lanes, updated in place each second."""

    prior: Floats  # cell
    sent: Floats  # cell: vehicles that left a standing queue
    tried: Floats  # cell: seconds it had for that, where it gives way
    line: Floats  # cell × 5: sums of a line through crossing times, where it does not
    turns: Floats  # movement: discounted crossings
    front: Floats  # movement: the chance that the first vehicle of its lane wants it
    late: Floats  # lane: start-up loss, s
    first: Floats  # cell: vehicles of a queue that cross in the first second of green, where it gives way
    taken: Floats  # exit: mean vehicles/s that it has taken
    flow: Floats  # lane: mean arrivals, vehicles/s
    on: Floats  # lane: seconds of green so far
    started: Floats  # lane: vehicles sent since this green began, from a queue; negative when not counted
    left: Floats  # lane: vehicles still to come of the queue that this green serves
    served: Floats  # lane: vehicles sent of the queue that this green serves
    stuck: Floats  # lane: seconds the first vehicle has stood at a green line
    passing: Floats  # lane: vehicles that have just left it
    inside: Floats  # lane: vehicles that have left it and stand within the crossing
    serves: Ints  # cell: bits of movements shown green
    sure: Ints  # cell: bits of movements shown protected green
    every: Ints  # lane: all bits


def know(layout: Layout) -> Known:
    """What is believed before anything was seen."""
    serves, sure = _bits(layout, PERMISSIVE), _bits(layout, PROTECTED)
    lanes, cells = layout.lanes, len(serves)
    prior = np.where(sure > 0, PROTECTED_RATE, np.where(serves > 0, PERMISSIVE_RATE, 0.0))
    return Known(
        prior=prior,
        sent=np.zeros(cells),
        tried=np.zeros(cells),
        line=np.tile(PRIOR_LINE, (cells, 1)),
        turns=np.ones(layout.movements),
        front=1.0 / np.diff(layout.move_from)[layout.move_lane],
        late=np.full(lanes, START_UP_S),
        first=np.full(cells, PERMISSIVE_RATE),
        taken=np.full(max(layout.exits, 1), 0.25),
        flow=np.full(lanes, 0.05),
        on=np.zeros(lanes),
        started=np.zeros(lanes),
        left=np.zeros(lanes),
        served=np.zeros(lanes),
        stuck=np.zeros(lanes),
        passing=np.zeros(lanes),
        inside=np.zeros(lanes),
        serves=serves,
        sure=sure,
        every=((1 << np.diff(layout.move_from)) - 1).astype(np.int32),
    )


def _bits(layout: Layout, least: int) -> Ints:
    rows: list[int] = []
    for crossing in range(layout.crossings):
        first, last = layout.lane_from[crossing : crossing + 2]
        moves = layout.move_from[first : last + 1] - layout.move_from[first]
        start = layout.green_from[crossing]
        phases = layout.phase_from[crossing + 1] - layout.phase_from[crossing]
        lights = layout.green[start : start + phases * moves[-1]].reshape(phases, moves[-1])
        rows += [_mask(phase[a:b], least) for phase in lights for a, b in itertools.pairwise(moves)]
    return np.array(rows, np.int32)


def _mask(lights: Bytes, least: int) -> int:
    return sum(1 << at for at, light in enumerate(lights) if light >= least)
