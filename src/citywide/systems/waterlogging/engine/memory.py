"""What each gauge's site has taught so far.

Every site learns for itself while it is watched: a recursive ridge regression of the next depths on the last
depths and rains, tables of what the regression left over, and a few figures of the site (rise per millimetre,
fastest fall, highest water). The trees that forecast were trained on what such memories say on many sites, so
they know how far to trust a young one.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.compiled import compiled

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


@compiled
def remember(memory: Memory, depth: Array, rain: Array) -> None:
    """Take in one five-minute step of every site, and learn from what it showed of an hour ago."""
    for site in range(len(depth)):
        known = np.isfinite(depth[site])
        first = memory.seen[site] == 0
        push(memory.depths[site], depth[site] if known else memory.depths[site, 0], first and known)
        push(memory.rains[site], rain[site] if rain[site] > 0 else 0.0, False)
        note(memory.figures[site], memory.depths[site], memory.rains[site], first)
        if known and memory.seen[site] >= DELAY - 1:
            learn(memory, site)
        shift(memory.waiting[site])
        regressors(memory.depths[site], memory.rains[site], memory.figures[site], memory.waiting[site, 0])
        memory.seen[site] += 1


@compiled
def push(ring: Array, value: float, everywhere: bool) -> None:
    """Put the newest value first; a record that begins is taken to have been so before."""
    if everywhere:
        ring[:] = value
    for place in range(len(ring) - 1, 0, -1):
        ring[place] = ring[place - 1]
    ring[0] = value


@compiled
def shift(rows: Array) -> None:
    """Make room for the newest row."""
    for place in range(len(rows) - 1, 0, -1):
        rows[place] = rows[place - 1]


@compiled
def note(figures: Array, depths: Array, rains: Array, first: bool) -> None:
    """Bring the figures of the site up to date."""
    change = 0.0 if first else depths[0] - depths[1]
    if first or (figures[DRY] >= LONG_DRY and rains[0] > 0):
        close_storm(figures, depths[0])
    figures[DRY] = 0.0 if rains[0] > 0 else min(figures[DRY] + 1, LONG_DRY)
    figures[SINCE] = 0.0 if rains[0] > figures[HEAVIEST] else min(figures[SINCE] + 1, LONG_DRY)
    figures[HEAVIEST] = max(figures[HEAVIEST], rains[0])
    figures[DECAYING] = figures[DECAYING] * 0.986 + rains[0]
    figures[STORM_RAIN] += rains[0]
    figures[STORM_PEAK] = max(figures[STORM_PEAK], depths[0])
    figures[RISE] += max(change, 0.0)
    figures[RAIN] += rains[0]
    figures[PEAK] = max(figures[PEAK], depths[0])
    figures[LOWEST] = min(figures[LOWEST], depths[0])
    figures[FALL] = max(figures[FALL] * 0.9999, -change)
    figures[SCALE] = 8.0 * (figures[RISE] + 30.0) / (figures[RAIN] + 20.0)


@compiled
def close_storm(figures: Array, depth: float) -> None:
    """Count the storm that is over, and begin the next."""
    if figures[STORM_RAIN] > 3:
        figures[STORM_RISES] += figures[STORM_PEAK] - figures[STORM_START]
        figures[STORM_RAINS] += figures[STORM_RAIN]
    figures[STORM_RAIN] = 0.0
    figures[HEAVIEST] = 0.0
    figures[STORM_START] = depth
    figures[STORM_PEAK] = depth


@compiled
def regressors(depths: Array, rains: Array, figures: Array, z: Array) -> None:
    """What the site's own regression looks at."""
    z[0] = 1.0
    z[1] = depths[0] / 10
    z[2] = (depths[0] - depths[1]) / 3
    z[3] = (depths[1] - depths[2]) / 3
    z[4] = (depths[2] - depths[4]) / 3
    z[5] = (depths[4] - depths[8]) / 3
    z[6] = min(depths[0] - depths[1], 0.0) / 3
    z[7:15] = rains[:8]
    z[15] = rains[8] + rains[9]
    z[16] = rains[10] + rains[11]
    z[17] = rains[12:18].sum()
    z[18] = rains[18:24].sum()
    z[19] = rains[24:36].sum() / 3
    z[20:26] = np.maximum(depths[0] - HINGES, 0.0) / 10
    z[26] = 1.0 if depths[0] < 1 else 0.0
    z[27] = z[26] * rains[:6].sum()
    z[28] = figures[DECAYING] / 10
    z[29] = rains[:3].sum() * depths[0] / 50
    z[30] = min(rains[:6].sum(), figures[DECAYING] * 0.3)


@compiled
def bin_of(edges: Array, value: float) -> int:
    """The bin that a value falls in."""
    place = 0
    while place < len(edges) and value >= edges[place]:
        place += 1
    return place


@compiled
def learn(memory: Memory, site: int) -> None:
    """Compare what stood to be known an hour ago with what came, unless nothing happened at all."""
    depths, rains = memory.depths[site], memory.rains[site]
    then, middle, now = depths[12], depths[6], depths[0]
    if rains[6:24].sum() < 0.05 and abs(now - then) < 0.05 and abs(middle - then) < 0.05:
        return
    level = bin_of(LEVELS, then)
    cell = memory.left_over[site, level, bin_of(RAIN_BINS, rains[12:18].sum())]
    blame(memory, site, cell, (middle - then, now - then))
    if rains[6:18].sum() < 0.1:
        calm = memory.recession[site, level]
        calm[1] += 1
        calm[0] += max(1 / calm[1], 0.05) * (middle - then - calm[0])
    memory.figures[site, LEARNED] += 1


@compiled
def blame(memory: Memory, site: int, cell: Array, reached: tuple[float, float]) -> None:
    """Count the errors of the regression, and correct it (recursive least squares)."""
    z, spread = memory.waiting[site, DELAY - 2], memory.spread[site]
    pz = spread @ z
    gain = pz / (FORGETTING + z @ pz)
    cell[2] += 1
    for lead in range(2):
        error = reached[lead] - z @ memory.weights[site, lead]
        memory.figures[site, ERROR30 + lead] += 0.03 * (abs(error) - memory.figures[site, ERROR30 + lead])
        cell[lead] += max(1 / cell[2], 0.02) * (error - cell[lead])
        memory.weights[site, lead] += gain * error
    for row in range(REGRESSORS):
        spread[row] = (spread[row] - gain[row] * pz) / FORGETTING
    if np.trace(spread) > 1e4:  # directions that nothing was seen in must not blow up by forgetting
        spread *= 1e4 / np.trace(spread)
