"""Whether a track has a reason to stand or crawl, and which kind of incident it is when it has none."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from citywide.systems.traffic.engine.incidents.columns import (
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
from citywide.systems.traffic.engine.tracks import FREE, HITS, ORIGIN, SEEN, SLOW, STANDS, TOLD, V, X

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
STOPPED, WRONG, QUEUE, BLOCKED = 1, 2, 3, 4
STANDS_MPS, MOVES_MPS, PASSES_MPS = 0.8, 1.3, 3.0


@njit(cache=True)
def reason_to_ring(  # noqa: PLR0913, PLR0917 - as above
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
