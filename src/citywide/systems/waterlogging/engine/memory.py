"""What each gauge's site has taught so far.

Every site learns for itself while it is watched: a recursive ridge regression of the next depths on the last
depths and rains, tables of what the regression left over, and a few figures of the site (rise per millimetre,
fastest fall, highest water). The trees that forecast were trained on what such memories say on many sites, so
they know how far to trust a young one.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEADS = (6, 12)
"""Thirty and sixty minutes, in steps of five."""

DEPTHS, RAINS, DELAY = 13, 36, 13
LEVELS = np.array([1.0, 5.0, 10.0, 20.0, 40.0, 70.0, 110.0, 160.0])
RAIN_BINS = np.array([0.1, 2.0, 6.0, 14.0])
HINGES = np.array([5.0, 15.0, 30.0, 60.0, 100.0, 150.0])
REGRESSORS = 31
FORGETTING = 0.9998
LONG_DRY = 72.0

RISE, RAIN, DECAYING, DRY, PEAK, LOWEST, FALL, ERROR30, ERROR60, LEARNED = range(10)
STORM_RAIN, STORM_START, STORM_PEAK, STORM_RISES, STORM_RAINS, SCALE, HEAVIEST, SINCE = range(10, 18)
FIGURES = 18


class Memory(NamedTuple):
    """The state of many sites: arrays whose first axis is the site."""

    depths: Array
    rains: Array
    figures: Array
    spread: Array
    weights: Array
    waiting: Array
    left_over: Array
    recession: Array
    seen: NDArray[np.int64]


class Prior(NamedTuple):
    """What the regression believes of a site that it has not seen: mean weights and their spread."""

    weights: Array
    spread: Array


VAGUE = Prior(np.zeros((REGRESSORS, 2)), np.eye(REGRESSORS) * 0.3)


def fresh(sites: int, prior: Prior = VAGUE) -> Memory:
    """Memories of sites that nothing is known of yet."""
    figures = np.zeros((sites, FIGURES))
    figures[:, [DRY, LOWEST, SCALE, SINCE]] = LONG_DRY, 1e9, 12.0, LONG_DRY
    return Memory(
        depths=np.zeros((sites, DEPTHS)),
        rains=np.zeros((sites, RAINS)),
        figures=figures,
        spread=np.ascontiguousarray(np.tile(prior.spread, (sites, 1, 1))),
        weights=np.ascontiguousarray(np.tile(prior.weights.T, (sites, 1, 1))),
        waiting=np.zeros((sites, DELAY, REGRESSORS)),
        left_over=np.zeros((sites, len(LEVELS) + 1, len(RAIN_BINS) + 1, 3)),
        recession=np.zeros((sites, len(LEVELS) + 1, 2)),
        seen=np.zeros(sites, dtype=np.int64),
    )


def paused(memory: Memory) -> Memory:
    """The same sites at the start of a new record: the last hours forgotten, nothing learned lost."""
    fresh_hours = memory.figures.copy()
    fresh_hours[:, [DECAYING, DRY, STORM_RAIN, HEAVIEST, SINCE]] = 0.0, LONG_DRY, 0.0, 0.0, LONG_DRY
    return memory._replace(figures=fresh_hours, rains=np.zeros_like(memory.rains), seen=np.zeros_like(memory.seen))
