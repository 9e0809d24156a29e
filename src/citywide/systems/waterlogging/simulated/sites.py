"""What a simulated underpass is made of, and where its water is: arrays of one value a site."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

PART_SECONDS = 30.0


class Sites(NamedTuple):
    """What each site is made of, one value a site."""

    square_metres: Array
    paved: Array
    minutes_to_run: Array
    wetting_mm: Array
    soaking_mm_per_h: Array
    pipe_mm_per_h: Array
    sump_m2: Array
    sump_m: Array
    road_m2_per_m: Array
    kerb_m: Array
    pump_on_m: Array
    pump_off_m: Array
    pump_m3_per_s: Array
    drain_m2: Array


class Water(NamedTuple):
    """Where the water is, in cubic metres unless named otherwise, and whether the pumps run."""

    wetted_mm: Array
    upper: Array
    lower: Array
    road: Array
    stored: Array
    pumping: Flags


def random_sites(rng: np.random.Generator, count: int) -> Sites:
    """Underpasses as a city has them: no two alike."""
    square_metres = _between(rng, 4e3, 1.5e5, count)
    storage = square_metres / 1000 * _between(rng, 3, 30, count)
    sump_m = rng.uniform(0.3, 1.5, count)
    on = sump_m * rng.uniform(0.4, 1.0, count)
    return Sites(
        square_metres=square_metres,
        paved=rng.uniform(0.35, 0.95, count),
        minutes_to_run=_between(rng, 4, 30, count),
        wetting_mm=rng.uniform(0.5, 3.0, count),
        soaking_mm_per_h=rng.uniform(3, 30, count),
        pipe_mm_per_h=_between(rng, 20, 120, count),
        sump_m2=storage * rng.uniform(0.03, 0.2, count) / sump_m,
        sump_m=sump_m,
        road_m2_per_m=2 * storage,
        kerb_m=sump_m + rng.uniform(1.0, 2.5, count),
        pump_on_m=on,
        pump_off_m=on * rng.uniform(0.1, 0.7, count),
        pump_m3_per_s=square_metres / 3.6e6 * _between(rng, 2, 25, count),
        drain_m2=np.where(rng.random(count) < 0.3, rng.uniform(0.01, 0.08, count), 0.0),
    )


def _between(rng: np.random.Generator, low: float, high: float, count: int) -> Array:
    return np.exp(rng.uniform(np.log(low), np.log(high), count))
