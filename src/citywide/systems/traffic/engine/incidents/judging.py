"""Every lane judged once a second: who stands without a reason, who drives against it, which queue is new."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from citywide.systems.traffic.engine.incidents.columns import (
    BEGAN,
    BEHIND,
    BOX,
    BOX_M,
    BOX_WAIT,
    CRAWL,
    CRAWL_S,
    END,
    FREE_ROAD,
    GREEN,
    JAM_GAP,
    LINE,
    PATIENCE,
    SINCE,
    STOP,
    WRONG_M,
    WRONG_V,
)
from citywide.systems.traffic.engine.incidents.model import CELL_M, CELLS
from citywide.systems.traffic.engine.incidents.queues import count_standing, side_rings
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

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

STOPPED, WRONG, QUEUE, BLOCKED = 1, 2, 3, 4
STANDS_MPS, MOVES_MPS, PASSES_MPS = 0.8, 1.3, 3.0


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
            kind = _reason_to_ring(slots, order, at, n, lane, patience[row], strict[row], rules, now)
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


@njit(cache=True)
def _reason_to_ring(  # noqa: PLR0913, PLR0917 - as above
    slots: FloatArray,
    order: IntArray,
    at: int,
    n: int,
    lane: FloatArray,
    patience: FloatArray,
    strict: FloatArray,
    rules: FloatArray,
    now: float,
) -> int:
    """The kind of incident that this track has become just now, or 0."""
    one = slots[order[at]]
    against = one[V] < -rules[WRONG_V] and one[HITS] >= 5 and one[TOLD] != WRONG
    if against and one[ORIGIN] - one[X] > rules[WRONG_M] * strict[WRONG]:
        return WRONG
    excused = _has_reason(one, lane, rules)
    road = _road_ahead(slots, order, at, lane)
    seen = one[SEEN] == now  # a track out of sight may have driven away
    is_open = abs(one[V]) < STANDS_MPS and road > rules[FREE_ROAD] and excused != 1
    if seen:
        one[FREE] = min(one[FREE] + 1.0, 60.0) if is_open else max(min(one[FREE], 8.0) - 2.0, 0.0)
    crawls = 0.4 < one[V] < rules[CRAWL] and road > 30.0 and one[X] > 25.0 and excused == 0
    crawls = crawls and not _may_be_starting(one, lane)
    if seen:
        one[SLOW] = one[SLOW] + 1.0 if crawls else max(one[SLOW] - 1.0, 0.0)
    behind = _someone_behind(slots, order, at, n, rules, now)
    patient = patience[min(max(int(one[X] / CELL_M), 0), CELLS - 1)]
    limit = rules[PATIENCE] * patient
    if excused == 2:
        limit = max(limit, rules[BOX_WAIT])
    patience_out = one[FREE] >= limit * strict[BLOCKED]
    patience_out = patience_out or one[SLOW] >= rules[CRAWL_S] * patient * strict[BLOCKED]
    if behind and one[TOLD] != BLOCKED and (is_open or crawls) and patience_out:
        return BLOCKED
    if not behind and one[TOLD] == 0 and one[FREE] >= limit * strict[STOPPED]:
        return STOPPED
    return 0


@njit(cache=True)
def _has_reason(one: FloatArray, lane: FloatArray, rules: FloatArray) -> int:
    """1: the light or the line explains standing here; 2: waiting for a gap may; 0: nothing does."""
    ahead = lane[STOP] - one[X]
    if -3.0 <= ahead <= rules[LINE] and (lane[GREEN] < 0.5 or lane[SINCE] < 5.0):
        return 1
    if lane[BOX] > 0.5 and -rules[BOX_M] <= ahead <= rules[LINE]:
        return 2
    return 0


@njit(cache=True)
def _road_ahead(slots: FloatArray, order: IntArray, at: int, lane: FloatArray) -> float:
    """Metres to the next vehicle that does not drive away, or to the end of what is seen."""
    one = slots[order[at]]
    for k in range(at - 1, -1, -1):
        other = slots[order[k]]
        if other[HITS] < 3 or other[V] < PASSES_MPS:
            return other[X] - one[X]
    return lane[END] - one[X]


@njit(cache=True)
def _may_be_starting(one: FloatArray, lane: FloatArray) -> bool:
    """Whether it rolls towards a red line or leaves a queue that has just been given green."""
    ahead = lane[STOP] - one[X]
    return -25.0 < ahead < 45.0 and (lane[GREEN] < 0.5 or lane[SINCE] < 12.0)


@njit(cache=True)
def _someone_behind(slots: FloatArray, order: IntArray, at: int, n: int, rules: FloatArray, now: float) -> bool:
    one = slots[order[at]]
    for k in range(at + 1, n):
        other = slots[order[k]]
        if one[X] - other[X] > rules[JAM_GAP]:
            return False
        if other[STANDS] >= 0 and now - other[STANDS] >= rules[BEHIND]:
            return True
        if one[SLOW] > 3.0 and other[HITS] > 5 and abs(other[V]) < rules[CRAWL] + 0.6:
            return True
    return False
