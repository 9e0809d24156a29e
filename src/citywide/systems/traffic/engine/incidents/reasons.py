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
STOPPED, WRONG, QUEUE, BLOCKED, HANGS = 1, 2, 3, 4, 6
STANDS_MPS, MOVES_MPS, PASSES_MPS = 0.8, 1.3, 3.0


@njit(cache=True)
def reason_to_ring(  # noqa: PLR0913, PLR0917 - the compiled part takes its arrays one by one
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
    if _drives_against(one, strict[WRONG], rules):
        return WRONG
    excused, road = _has_reason(one, lane, rules), _road_ahead(slots, order, at, lane)
    stands = abs(one[V]) < STANDS_MPS and road > rules[FREE_ROAD] and excused != 1
    crawls = excused == 0 and _crawls(one, lane, road, rules)
    if one[SEEN] == now:  # a track out of sight may have driven away
        _note_waits(one, stands, crawls)
    patient = patience[min(max(int(one[X] / CELL_M), 0), CELLS - 1)]
    limit = rules[PATIENCE] * patient
    if excused == 2:
        limit = max(limit, rules[BOX_WAIT])
    if _someone_behind(slots, order, at, n, rules, now):
        too_long = one[FREE] >= limit * strict[BLOCKED] or one[SLOW] >= rules[CRAWL_S] * patient * strict[BLOCKED]
        return BLOCKED if too_long and (stands or crawls) and one[TOLD] != BLOCKED else 0
    return STOPPED if one[TOLD] == 0 and one[FREE] >= limit * strict[STOPPED] else 0


@njit(cache=True)
def _drives_against(one: FloatArray, strict: float, rules: FloatArray) -> bool:
    """Whether it has just driven far enough against the traffic to be told of."""
    against = one[V] < -rules[WRONG_V] and one[HITS] >= 5 and one[TOLD] != WRONG
    return against and one[ORIGIN] - one[X] > rules[WRONG_M] * strict


@njit(cache=True)
def _crawls(one: FloatArray, lane: FloatArray, road: float, rules: FloatArray) -> bool:
    """Whether it is slow where the road ahead is free."""
    slow = 0.4 < one[V] < rules[CRAWL] and road > 30.0 and one[X] > 25.0
    return slow and not _may_be_starting(one, lane)


@njit(cache=True)
def _note_waits(one: FloatArray, stands: bool, crawls: bool) -> None:
    """For how long it has stood or crawled without a reason; a reason makes it forgotten twice as fast."""
    one[FREE] = min(one[FREE] + 1.0, 60.0) if stands else max(min(one[FREE], 8.0) - 2.0, 0.0)
    one[SLOW] = one[SLOW] + 1.0 if crawls else max(one[SLOW] - 1.0, 0.0)


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
