"""Every lane judged once a second: its tracks let go, in order, and asked for a reason; its queues counted."""

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.incidents.columns import BEGAN, END, STOP
from citywide.systems.traffic.engine.incidents.queues import count_standing, side_rings
from citywide.systems.traffic.engine.incidents.reasons import (
    MOVES_MPS,
    QUEUE,
    STANDS_MPS,
    FloatArray,
    IntArray,
    reason_to_ring,
)
from citywide.systems.traffic.engine.tracks import (
    FREE,
    HITS,
    NUMBER,
    ORIGIN,
    SEEN,
    SLOTS,
    SLOW,
    STANDS,
    TOLD,
    V,
    X,
    place_at,
)


@njit(cache=True)
def judge(  # noqa: PLR0913, PLR0917 - the compiled part takes its arrays one by one
    tracks: FloatArray,
    used: IntArray,
    lanes: FloatArray,
    patience: FloatArray,
    strict: FloatArray,
    queues: FloatArray,
    rules: FloatArray,
    out: FloatArray,
    now: float,
) -> int:
    """Writes what is newly wrong to `out` (kind, lane, place, track, since) and says how many rows."""
    found = 0
    order = np.empty(SLOTS, np.int64)
    for row in range(len(tracks)):
        lane, slots = lanes[row], tracks[row]
        used[row] = _let_go(slots, used[row], lane, now)
        n = _in_order(slots, order, used[row])
        for at in range(n):
            one = slots[order[at]]
            if one[HITS] < 4:
                continue
            _note_standing(one, now)
            kind = reason_to_ring(slots, order, at, n, lane, patience[row], strict[row], rules, now)
            if kind > 0 and found < len(out):
                one[TOLD] = kind
                _write(out[found], kind, row, one[X], one[NUMBER], now - max(one[FREE], one[SLOW]))
                found += 1
        before, beyond, explained = count_standing(slots, order[:n], lane, patience[row], rules, now)
        for side in range(2):
            standing = before if side == 0 else beyond
            rings = side_rings(queues[row, side], standing, side, explained, strict[row, QUEUE], rules, now)
            if rings and found < len(out):
                place = lane[STOP] if side == 0 else lane[END]
                _write(out[found], QUEUE, row, place, 0.0, queues[row, side, BEGAN])
                found += 1
    return found


@njit(cache=True)
def _write(line: FloatArray, kind: int, row: int, place: float, number: float, since: float) -> None:
    line[0], line[1], line[2], line[3], line[4] = kind, row, place, number, since


@njit(cache=True)
def _let_go(slots: FloatArray, used: int, lane: FloatArray, now: float) -> int:
    """Tracks that are gone leave their slots to the last ones."""
    slot = 0
    while slot < used:
        one = slots[slot]
        place = place_at(one, now)
        patient = 9.0 if one[STANDS] >= 0 else 4.0
        if now - one[SEEN] > patient or place > lane[END] + 5.0 or place < -10.0:
            used -= 1
            one[:] = slots[used]
            continue
        slot += 1
    return used


@njit(cache=True)
def _in_order(slots: FloatArray, order: IntArray, used: int) -> int:
    """Slots in use, the most advanced first."""
    for slot in range(used):
        at = slot
        while at > 0 and slots[order[at - 1], X] < slots[slot, X]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = slot
    return used


@njit(cache=True)
def _note_standing(one: FloatArray, now: float) -> None:
    if abs(one[V]) < STANDS_MPS:
        if one[STANDS] < 0:
            one[STANDS] = now
        one[ORIGIN] = one[X]
    elif abs(one[V]) > MOVES_MPS:
        one[STANDS], one[FREE] = -1.0, 0.0
        if one[V] > 2.0:
            one[TOLD] = 0
