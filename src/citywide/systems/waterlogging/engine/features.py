"""The features that a forecast is made of, from the memory of a site."""

import numpy as np

from citywide.systems.waterlogging.engine.compiled import compiled
from citywide.systems.waterlogging.engine.memory import (
    DECAYING,
    DRY,
    ERROR30,
    ERROR60,
    FALL,
    HEAVIEST,
    LEARNED,
    LEVELS,
    LOWEST,
    PEAK,
    RAIN_BINS,
    SCALE,
    SINCE,
    STORM_RAIN,
    STORM_RAINS,
    STORM_RISES,
    STORM_START,
    Array,
    Memory,
)
from citywide.systems.waterlogging.engine.watching import bin_of, remember

WATER = (
    *(f"depth_{lag}" for lag in (0, 1, 2, 3, 6, 12)),
    *(f"change_{lag}" for lag in (1, 2, 3, 6)),
    "bend",
)
FALLEN = (
    *(f"rain_{steps}" for steps in (1, 2, 3, 4, 6, 9, 12, 18, 24, 36)),
    "rain_turn",
    "rain_turn_fast",
    "rain_steadiness",
    "heaviest",
    "since_heaviest",
    "decaying_rain",
    "dry_steps",
    "storm_rain",
)
LEARNT = (
    "ridge_30",
    "ridge_60",
    "ridge_30_scaled",
    "ridge_60_scaled",
    "left_over_30",
    "left_over_60",
    "recession_30",
    "error_30",
    "error_60",
    "learned",
    "newest_rain_weight",
)
SITE = (
    "scale",
    "depth_scaled",
    "change_1_scaled",
    "change_3_scaled",
    "gain_hour",
    "fall",
    "peak",
    "room_below_peak",
    "above_lowest",
    "storm_rise",
    "storm_gain",
    "usual_gain",
)
FEATURES = (*WATER, *FALLEN, *LEARNT, *SITE)
DEPTH_AT, SCALE_AT, RAIN_AT = map(FEATURES.index, ("depth_0", "scale", "rain_36"))
FALLING_AT, DRY_AT, PEAK_AT = map(FEATURES.index, ("rain_6", "dry_steps", "peak"))
GROWING = frozenset({"ridge_30", "ridge_60", "ridge_30_scaled", "ridge_60_scaled"})
"""Features of which more can only mean more water to come."""


def observe(memory: Memory, depth: Array, rain: Array) -> Array:
    """Take in one five-minute step of every site and return its features, one row a site."""
    remember(memory, np.asarray(depth, dtype=float), np.asarray(rain, dtype=float))
    features = np.empty((len(depth), len(FEATURES)))
    describe(memory, features)
    return features


@compiled
def describe(memory: Memory, out: Array) -> None:
    """Write the features of every site."""
    at_fallen = len(WATER)
    at_learnt = at_fallen + len(FALLEN)
    at_site = at_learnt + len(LEARNT)
    for site in range(len(out)):
        water(memory.depths[site], out[site, :at_fallen])
        fallen(memory.rains[site], memory.figures[site], out[site, at_fallen:at_learnt])
        learnt(memory, site, out[site, at_learnt:at_site])
        of_site(memory.depths[site], memory.rains[site], memory.figures[site], out[site, at_site:])


@compiled
def water(depths: Array, out: Array) -> None:
    """How deep, and how it moves."""
    for place, lag in enumerate((0, 1, 2, 3, 6, 12)):
        out[place] = depths[lag]
    for place, lag in enumerate((1, 2, 3, 6)):
        out[6 + place] = depths[0] - depths[lag]
    out[10] = depths[0] - 2 * depths[1] + depths[2]


@compiled
def fallen(rains: Array, figures: Array, out: Array) -> None:
    """What fell, and how it turns."""
    for place, steps in enumerate((1, 2, 3, 4, 6, 9, 12, 18, 24, 36)):
        out[place] = rains[:steps].sum()
    out[10] = rains[:2].sum() - rains[2:4].sum()
    out[11] = rains[0] - rains[1]
    out[12] = np.abs(rains[:6] - rains[1:7]).sum() / (rains[:7].sum() + 0.3)
    out[13] = figures[HEAVIEST]
    out[14] = figures[SINCE]
    out[15] = figures[DECAYING]
    out[16] = figures[DRY]
    out[17] = figures[STORM_RAIN]


@compiled
def learnt(memory: Memory, site: int, out: Array) -> None:
    """What the site itself has taught."""
    z, figures = memory.waiting[site, 0], memory.figures[site]
    level = bin_of(LEVELS, memory.depths[site, 0])
    cell = memory.left_over[site, level, bin_of(RAIN_BINS, memory.rains[site, :6].sum())]
    trust = cell[2] / (cell[2] + 6.0)
    calm = memory.recession[site, level]
    for lead in range(2):
        out[lead] = z @ memory.weights[site, lead]
        out[2 + lead] = out[lead] / figures[SCALE]
        out[4 + lead] = cell[lead] * trust
    out[6] = calm[0] * calm[1] / (calm[1] + 3.0)
    out[7] = figures[ERROR30]
    out[8] = figures[ERROR60]
    out[9] = min(figures[LEARNED], 1500.0)
    out[10] = memory.weights[site, 0, 7] / figures[SCALE]


@compiled
def of_site(depths: Array, rains: Array, figures: Array, out: Array) -> None:
    """The water of now against the size of the site."""
    scale = figures[SCALE]
    out[0] = scale
    out[1] = depths[0] / scale
    out[2] = (depths[0] - depths[1]) / scale
    out[3] = (depths[0] - depths[3]) / scale
    out[4] = (depths[0] - depths[12]) / (rains[:18].sum() + 1.0)
    out[5] = figures[FALL]
    out[6] = figures[PEAK]
    out[7] = figures[PEAK] - depths[0]
    out[8] = depths[0] - figures[LOWEST]
    out[9] = depths[0] - figures[STORM_START]
    out[10] = out[9] / (figures[STORM_RAIN] + 2.0)
    out[11] = (figures[STORM_RISES] + 15.0) / (figures[STORM_RAINS] + 10.0)
