"""Queues before the line and in the exit: which are longer than any usual one, and which have a reason."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from citywide.systems.traffic.engine.incidents.columns import (
    BEGAN,
    BOX,
    BOX_M,
    LEARNED,
    PATIENCE,
    QUEUE_GROWTH,
    QUEUE_LEAST,
    QUEUE_S,
    RUNG,
    STOP,
    USUAL,
)
from citywide.systems.traffic.engine.incidents.model import CELL_M, CELLS
from citywide.systems.traffic.engine.tracks import HITS, SEEN, STANDS, X

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

DISSOLVES_S = 6.0  # a queue behind a bus that has left


@njit(cache=True)
def count_standing(
    slots: FloatArray,
    order: IntArray,
    lane: FloatArray,
    patience: FloatArray,
    rules: FloatArray,
    now: float,
) -> tuple[int, int, bool]:
    """Who stands before the line and in the exit, and whether the first in the exit is where stops are usual."""
    before, beyond, explained = 0, 0, False
    for at in range(len(order)):
        one = slots[order[at]]
        if one[HITS] < 4 or one[STANDS] < 0 or now - one[STANDS] < 3.0 or now - one[SEEN] > 3.0:
            continue
        if one[X] < lane[STOP] + 4.0:
            before += 1
        elif one[X] > lane[STOP] + rules[BOX_M] * lane[BOX] + 4.0:
            explained = explained if beyond else stops_as_usual(one, patience, rules, now)
            beyond += 1
    return before, beyond, explained


@njit(cache=True)
def side_rings(
    queue: FloatArray,
    standing: int,
    side: int,
    explained: bool,
    strict: float,
    rules: FloatArray,
    now: float,
) -> bool:
    """Whether this side's queue rings now; one behind a bus at its stop has until it has dissolved."""
    if side == 1 and explained and queue[LEARNED] > 0.5:
        queue[BEGAN] = now + DISSOLVES_S
        return False
    return queue_rings(queue, standing, side, strict, rules, now)


@njit(cache=True)
def stops_as_usual(one: FloatArray, patience: FloatArray, rules: FloatArray, now: float) -> bool:
    """Whether it stands where stopping is normal (a bus at its stop), and not yet for too long."""
    usual = patience[min(max(int(one[X] / CELL_M), 0), CELLS - 1)]
    return usual > 1.0 and now - one[STANDS] < rules[PATIENCE] * usual


@njit(cache=True)
def queue_rings(queue: FloatArray, standing: int, side: int, strict: float, rules: FloatArray, now: float) -> bool:
    """Whether the queue has just become longer than any usual one; while learning it only remembers."""
    if queue[LEARNED] < 0.5:
        queue[USUAL] = max(queue[USUAL], standing)
        return False
    usual = queue[USUAL]
    bound = max(rules[QUEUE_LEAST], usual * rules[QUEUE_GROWTH] + (1.0 if usual > 0 else 0.0)) * strict
    if side == 0:
        bound = max(2.0 * usual + 6.0, bound)  # before a line near its capacity, queues wander
    if standing < bound:
        if standing < 0.6 * bound:
            queue[RUNG] = 0.0
        queue[BEGAN] = -1.0
        return False
    if queue[BEGAN] < 0:
        queue[BEGAN] = now
    if queue[RUNG] < 0.5 and now - queue[BEGAN] >= rules[QUEUE_S]:
        queue[RUNG] = 1.0
        if side == 0:
            queue[USUAL] = max(usual, 0.9 * standing)
        return True
    return False
