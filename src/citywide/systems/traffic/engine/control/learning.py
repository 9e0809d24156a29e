"""What each lane can really do, learned while it runs: discharge, start-up loss, turning shares, demand."""

import itertools
from typing import NamedTuple

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.control.headways import (
    MOST_IN_LINE,
    PRIOR_LINE,
    PROTECTED_RATE,
    START_UP_S,
    fit,
    headway,
    intercept,
)
from citywide.systems.traffic.engine.control.layout import (
    PERMISSIVE,
    PROTECTED,
    Bytes,
    Flags,
    Floats,
    Ints,
    Layout,
)

PERMISSIVE_RATE = 0.25
PRIOR_S, MEMORY_S = 40.0, 1200.0
FLOW_MEMORY_S = 300.0
STUCK_S = 4
LEAST_LATE_S = -6.0


class Known(NamedTuple):
    """The learned state of the city's lanes, updated in place each second."""

    prior: Floats  # cell
    sent: Floats  # cell: vehicles that left a standing queue
    tried: Floats  # cell: seconds it had for that, where it gives way
    line: Floats  # cell × 5: sums of a line through crossing times, where it does not
    turns: Floats  # movement: discounted crossings
    late: Floats  # lane: start-up loss, s
    first: Floats  # cell: vehicles of a queue that cross in the first second of green, where it gives way
    taken: Floats  # exit: mean vehicles/s that it has taken
    flow: Floats  # lane: mean arrivals, vehicles/s
    on: Floats  # lane: seconds of green so far
    started: Floats  # lane: vehicles sent since this green began, from a queue; negative when not counted
    left: Floats  # lane: vehicles still to come of the queue that this green serves
    served: Floats  # lane: vehicles sent of the queue that this green serves
    stuck: Floats  # lane: seconds the first vehicle has stood at a green line
    head: Ints  # lane: bits of movements the first vehicle may want; 0 unknown
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
        late=np.full(lanes, START_UP_S),
        first=np.full(cells, PERMISSIVE_RATE),
        taken=np.full(max(layout.exits, 1), 0.25),
        flow=np.full(lanes, 0.05),
        on=np.zeros(lanes),
        started=np.zeros(lanes),
        left=np.zeros(lanes),
        served=np.zeros(lanes),
        stuck=np.zeros(lanes),
        head=np.zeros(lanes, np.int32),
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


@njit(cache=True, error_model="numpy")
def learn_crossing(  # noqa: PLR0913, PLR0917 - one kernel
    known: Known,
    first: int,
    last: int,
    cell: int,
    shown: int,
    settled: bool,
    crossed_of: Floats,
    line: Floats,
    sure: Floats,
    head_at: Floats,
    head_speed: Floats,
    dark: Flags,
    move_from: Ints,
    move_exit: Ints,
    room_of: Floats,
) -> None:
    """One second of one crossing: who crossed, who stood although it was green."""
    for lane in range(first, last):
        at = cell + lane - first
        gone = crossed_of[lane]
        known.flow[lane] += (gone - known.flow[lane]) / FLOW_MEMORY_S
        if shown < 0 or not settled or known.serves[at] == 0:
            if known.serves[at] == 0 or shown < 0:
                known.on[lane], known.started[lane], known.stuck[lane] = 0.0, 0.0, 0.0
                known.served[lane] = 0.0
            elif known.on[lane] > 0.0:  # green through a change: its seconds are not counted
                known.started[lane] = -1.0
            known.left[lane] = line[lane]
            if gone > 0:
                known.head[lane] = 0
            continue
        full = full_exits(move_from, move_exit, room_of, lane)
        known.on[lane] += 1.0
        known.served[lane] += gone
        if gone > 0:
            known.head[lane], known.stuck[lane] = 0, 0.0
        elif head_at[lane] < 10.0 and head_speed[lane] < 0.5 and not dark[lane]:
            note_stuck(known, lane, known.sure[at] & ~full)
        else:
            known.stuck[lane] = 0.0
        if dark[lane] or full & known.serves[at]:
            known.started[lane], known.left[lane] = -1.0, 0.0
            continue
        discharge(known, lane, at, gone)
        known.left[lane] = min(max(known.left[lane] - gone, line[lane]), sure[lane])
        if known.left[lane] <= 0.0:
            known.served[lane] = 0.0


@njit(cache=True, error_model="numpy")
def full_exits(move_from: Ints, move_exit: Ints, room_of: Floats, lane: int) -> int:
    """Bits of the lane's movements whose exit takes nobody now."""
    full = 0
    for move in range(move_from[lane], move_from[lane + 1]):
        if move_exit[move] >= 0 and room_of[move_exit[move]] < 1.0:
            full |= 1 << (move - move_from[lane])
    return full


@njit(cache=True, error_model="numpy")
def note_stuck(known: Known, lane: int, free: int) -> None:
    """Whoever stands first at a green line for long wants a movement that is not surely free to go."""
    known.stuck[lane] += 1.0
    if known.stuck[lane] >= STUCK_S and known.on[lane] > STUCK_S:
        left = (known.head[lane] or known.every[lane]) & ~free
        if left:
            known.head[lane] = left


@njit(cache=True, error_model="numpy")
def gives_way(known: Known, cell: int, lane: int) -> bool:
    """Whether the phase lets the whole lane go, but not all of it with right of way."""
    return known.serves[cell] == known.every[lane] and known.sure[cell] != known.every[lane]


@njit(cache=True, error_model="numpy")
def discharge(known: Known, lane: int, at: int, gone: float) -> None:
    """Learn from the seconds in which a queue was there to be served, and only from those.

    What counts are headways: seconds from one crossing to the next. Who stands first without crossing is held
    up by something else (wants another way, changes lanes), which says nothing of how fast the others go.
    Where traffic gives way, every second counts; whoever stands first crosses the line at once even there.
    """
    if known.on[lane] == 1.0:
        known.started[lane] = 0.0
    yields = gives_way(known, at, lane)
    if known.left[lane] <= 0.0 or (known.stuck[lane] >= STUCK_S and not yields):
        known.started[lane] = -1.0
        return
    if yields and known.on[lane] == 1.0:
        known.first[at] += 0.1 * (min(gone, known.left[lane]) - known.first[at])
    elif yields:
        fade = 1.0 - 1.0 / MEMORY_S
        known.tried[at] = known.tried[at] * fade + 1.0
        known.sent[at] = known.sent[at] * fade + min(gone, known.left[lane])
    if gone > 0.0 and known.started[lane] >= 0.0 and known.started[lane] < MOST_IN_LINE:
        known.started[lane] += gone
        if not yields:
            fit(known.line[at], known.started[lane], known.on[lane])
            loss = intercept(known.line[at])
            known.late[lane] += 0.1 * (loss - known.late[lane])


@njit(cache=True, error_model="numpy")
def rate_of(
    known: Known,
    cell: int,
    lane: int,
    shown: int,
) -> float:
    """Vehicles per second that this phase sends from this lane's queue."""
    if known.prior[cell] <= 0.0:
        return 0.0
    if known.sure[cell] == known.serves[cell]:
        rate = 1.0 / headway(known.line[cell])
    else:
        rate = (PRIOR_S * known.prior[cell] + known.sent[cell]) / (PRIOR_S + known.tried[cell])
    if shown and known.stuck[lane] >= STUCK_S:
        rate *= 0.2
    return rate


@njit(cache=True, error_model="numpy")
def late_of(known: Known, cell: int, lane: int, rate: float) -> float:
    """The start-up loss of a green; below nought where the first vehicles cross at once."""
    if not gives_way(known, cell, lane):
        return float(known.late[lane])
    return max(1.0 - known.first[cell] / rate, LEAST_LATE_S)
