"""What a gauge's road is built like, and what that says of water where none was ever seen.

    plans = plans_of(catchment_ha, sump_m3, pump_m3_per_h)   # one value a site, NaN where nobody knows
    basins = filled(basins, plans, rain_mm)                  # every five minutes
    chance = foretold(forests, rows_of(inputs, basins, plans))   # of water over the line, (site, lead)

Until a road has flooded once its gauge has only ever said nought. But how many millimetres of rain its sump holds, and
how many its pumps take away, is on its drawings: the rain is reckoned through wet ground and pipes into the sump, and
trees (`benchmarks/waterlogging/train_plans.py`) say what such a sump has meant on many simulated roads.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.features import WATER
from citywide.systems.waterlogging.engine.outlook import SKY
from citywide.systems.waterlogging.engine.trees import Forest, predict

Array = NDArray[np.float64]

RUNOFF, WETTING_MM, DRYING_MM, KEPT = 0.7, 1.5, 0.025, 0.55
"""Of a usual paved catchment: the share that runs off, the first rain that only wets, and what stays on its way."""

PUMPS_FROM = 0.5
FADES = 0.9
DEPTH_AND_CHANGES = (0, 6, 7)
FORESEEN = slice(len(WATER) + len(SKY) - 2, len(WATER) + len(SKY))
ROWS = ("odds_30", "odds_60", "depth", "change_1", "change_2", "foreseen_30", "foreseen_60", "capacity", "pumped",
        "stored", "on_its_way", "fill", "over", "over_30", "over_60", "fill_30", "fill_60")  # fmt: skip
GROWING = frozenset(ROWS[ROWS.index("fill") :])


class Plans(NamedTuple):
    """One value a site: millimetres of its catchment that the sump holds, and that pumps take in five minutes."""

    capacity: Array
    pumped: Array


class Basins(NamedTuple):
    """Where the rain is reckoned to be, in millimetres of the catchment, one value a site; `arrived` fades."""

    wetted: Array
    upper: Array
    lower: Array
    stored: Array
    arrived: Array


def plans_of(catchment_ha: Array, sump_m3: Array, pump_m3_per_h: Array) -> Plans:
    """Plans from what is known of each site; a site of which one of these is not known, or cannot be, has none."""
    known = (catchment_ha > 0) & (sump_m3 > 0) & (pump_m3_per_h >= 0)
    m3_per_mm = np.where(known, catchment_ha * 10, np.nan)
    return Plans(sump_m3 / m3_per_mm, pump_m3_per_h / 12 / m3_per_mm)


def unknown(sites: int) -> Plans:
    """Nothing is known of these sites."""
    return Plans(np.full(sites, np.nan), np.full(sites, np.nan))


def empty(sites: int) -> Basins:
    """After long dryness."""
    return Basins(*(np.zeros(sites) for _ in Basins._fields))


def filled(basins: Basins, plans: Plans, rain_mm: Array) -> Basins:
    """Five minutes of rain: it wets, runs off through two reservoirs into the sump, and is pumped out."""
    rain = np.where(rain_mm > 0, rain_mm, 0.0)
    held = np.minimum(rain, WETTING_MM - basins.wetted)
    wetted = basins.wetted + held
    wetted = np.where(rain > 0, wetted, np.maximum(wetted - DRYING_MM, 0.0))
    upper = (basins.upper + RUNOFF * (rain - held)) * KEPT
    lower = (basins.lower + upper * (1 / KEPT - 1)) * KEPT
    arriving = lower * (1 / KEPT - 1)
    stored = basins.stored + arriving
    pumping = np.minimum(np.nan_to_num(plans.pumped), np.where(stored > PUMPS_FROM * plans.capacity, stored, 0.0))
    return Basins(wetted, upper, lower, np.maximum(stored - pumping, 0.0), FADES * basins.arrived + arriving)


def rows_of(inputs: Array, basins: Basins, plans: Plans) -> Array:
    """What the trees look at, one row a site, from the inputs of a refit (see `refit`) and the reckoning."""
    chance = np.clip(inputs[:, -2:], 1e-4, 1 - 1e-4)
    soon, later = inputs[:, FORESEEN].T
    capacity, pumped = plans
    stored, coming = basins.stored, basins.upper + basins.lower
    half = stored + 0.8 * coming + 0.6 * RUNOFF * soon - 6 * pumped
    hour = stored + coming + 0.8 * RUNOFF * later - 12 * pumped
    reckoned = (capacity, pumped, stored, coming, stored / capacity, stored - capacity, half - capacity,
                hour - capacity, half / capacity, hour / capacity)  # fmt: skip
    return np.column_stack([np.log(chance / (1 - chance)), inputs[:, DEPTH_AND_CHANGES], soon, later, *reckoned])


def foretold(forests: Sequence[Forest], rows: Array) -> Array:
    """The chance of water over the line, (site, lead)."""
    return np.stack([1 / (1 + np.exp(-predict(forest, rows))) for forest in forests], axis=1)
