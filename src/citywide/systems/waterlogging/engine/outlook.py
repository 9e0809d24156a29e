"""How much rain is still to come: what the rain that fell so far says of the next half hour and hour.

    skies = followed(skies, rain_mm)                # every five minutes, one value a site
    rows = described(skies)                         # the storm so far, (site, trait)
    foreseen(forests, rows)                         # mm in the next 30 and 60 minutes, (site, lead)
    sky(forests, rows)                              # what forecasts of water look at: both but for the single rains

Rain needs no site: the forests learn from as many storms as one cares to draw. Nearly all that a forecast of water
misses is rain that has not fallen yet, and a gauge's own few storms are too few to learn that from.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.memory import LONG_DRY
from citywide.systems.waterlogging.engine.trees import Forest, predict

Array = NDArray[np.float64]

RAINS = 24
FALLEN, AGE, MOMENT, HEAVIEST, SINCE, DRY = range(6)
DRIZZLE = 0.3
SINGLE = tuple(f"rain_{lag}" for lag in range(12))
SHAPE = (
    *(f"fallen_{steps}" for steps in (3, 6, 12, 24)),
    "storm_rain", "age", "heaviest", "since_heaviest",
    *(f"{part}_{steps}" for steps in (6, 12) for part in ("bend", "slope", "level")),
    "mean", "centre", "unsteadiness", "turn_15", "turn_30", "of_heaviest_5", "of_heaviest_15",
)  # fmt: skip
TRAITS = (*SINGLE, *SHAPE)
SKY = (*SHAPE, "foreseen_30", "foreseen_60")


class Skies(NamedTuple):
    """The rain over each site: the last rains, newest first, (site, lag), and the storm so far, (site, figure)."""

    rains: Array
    storm: Array


def clear(sites: int) -> Skies:
    """No rain for long."""
    storm = np.zeros((sites, DRY + 1))
    storm[:, DRY] = LONG_DRY
    return Skies(np.zeros((sites, RAINS)), storm)


def followed(skies: Skies, rain_mm: Array) -> Skies:
    """Take in the last five minutes; a storm begins with the first rain after long dryness."""
    rain = np.where(rain_mm > 0, rain_mm, 0.0)
    over = (skies.storm[:, DRY] >= LONG_DRY) & (rain > 0)
    fallen, age, moment, heaviest, since, dry = np.where(over[:, None], 0.0, skies.storm).T
    age = np.where(fallen > 0, age + 1, 0.0)
    storm = (fallen + rain, age, moment + rain * age, np.maximum(heaviest, rain),
             np.where((rain > 0) & (rain >= heaviest), 0.0, since + 1), np.where(rain > 0, 0.0, dry + 1))  # fmt: skip
    return Skies(np.hstack([rain[:, None], skies.rains[:, :-1]]), np.minimum(np.stack(storm, axis=1), 1e4))


def described(skies: Skies) -> Array:
    """The storm so far in its traits, one row a site."""
    rains, (fallen, age, moment, heaviest, since, _) = skies.rains, skies.storm.T
    quarter, half, hour = (rains[:, :steps].sum(axis=1) for steps in (3, 6, 12))
    bends = np.abs(np.diff(rains[:, :12], n=2, axis=1)).sum(axis=1)
    shape = (quarter, half, hour, rains.sum(axis=1), fallen, age, heaviest, since,
             *_trend(rains, 6), *_trend(rains, 12), fallen / (age + 1),
             moment / np.maximum(fallen, 1e-9) / np.maximum(age, 1.0), bends / (hour + DRIZZLE),
             quarter / (rains[:, 3:6].sum(axis=1) + DRIZZLE), half / (rains[:, 6:12].sum(axis=1) + DRIZZLE),
             rains[:, 0] / (heaviest + 0.1), quarter / (heaviest + 0.1))  # fmt: skip
    return np.hstack([rains[:, : len(SINGLE)], np.stack(shape, axis=1)])


def foreseen(forests: Sequence[Forest], rows: Array) -> Array:
    """The mean rain of the time to come, (site, lead)."""
    return np.stack([np.maximum(predict(forest, rows), 0.0) for forest in forests], axis=1)


def sky(forests: Sequence[Forest], rows: Array) -> Array:
    """What the sky says to a forecast of water: the shape of the storm so far, and the rain foreseen."""
    return np.hstack([rows[:, len(SINGLE) :], foreseen(forests, rows)])


def _trend(rains: Array, steps: int) -> Array:
    """The parabola through the last rains: its bend, its slope and its level of now."""
    return np.linalg.pinv(np.vander(-np.arange(float(steps)), 3)) @ rains[:, :steps].T
