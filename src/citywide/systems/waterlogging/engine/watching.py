"""How a site's memory grows: one five-minute step after another, and what each showed of an hour ago."""

import numpy as np

from citywide.systems.waterlogging.engine.compiled import compiled
from citywide.systems.waterlogging.engine.memory import (
    DECAYING,
    DELAY,
    DRY,
    ERROR30,
    FALL,
    FORGETTING,
    HEAVIEST,
    HINGES,
    LEARNED,
    LEVELS,
    LONG_DRY,
    LOWEST,
    PEAK,
    RAIN,
    RAIN_BINS,
    REGRESSORS,
    RISE,
    SCALE,
    SINCE,
    STORM_PEAK,
    STORM_RAIN,
    STORM_RAINS,
    STORM_RISES,
    STORM_START,
    Array,
    Memory,
)


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
