"""What the trained model says is ahead, from the features of now and the sky."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.features import DEPTH_AT, PEAK_AT, RAIN_AT, SCALE_AT
from citywide.systems.waterlogging.engine.model import AHEAD_STEPS, Heads, Model
from citywide.systems.waterlogging.engine.refit import LINE_CM
from citywide.systems.waterlogging.engine.trees import predict

Array = NDArray[np.float64]

UNPROVEN = 0.5
WARNS_AT = 0.5, 0.8
WARNS_BY_STATION_AT = 0.82
"""The chances of 10 cm in half an hour and in an hour that a warning takes: the later one is wrong more often."""


class Forecast(NamedTuple):
    """Arrays of (site, lead), the leads being 30 and 60 minutes; depths in centimetres."""

    depth: Array
    low: Array
    high: Array
    chance: Array

    def warns(self, least: tuple[float, float] = WARNS_AT) -> NDArray[np.bool_]:
        """Whose water is as likely as that to stand over the line in half an hour, or in an hour."""
        return (self.chance[:, 0] >= least[0]) | (self.chance[:, 1] >= least[1])


def look_ahead(model: Model, features: Array, sky: Array, ahead_mm: Array | None = None) -> Forecast:
    """The forecast from features and the sky, (site, feature) each, as the model has it, without learning."""
    ahead = None if ahead_mm is None else told(np.asarray(ahead_mm, dtype=float))
    rows = np.hstack([features, sky if ahead is None else ahead])
    most = most_of(features, 0.0 if ahead is None else ahead[:, -1])
    columns = [_lead(heads, rows, most) for heads in (model.past if ahead is None else model.told)]
    return Forecast(*(np.stack(column, axis=1) for column in zip(*columns, strict=True)))


def told(ahead_mm: Array) -> Array:
    """A rain forecast (site, twelve steps) as features."""
    return np.cumsum(ahead_mm, axis=1)[:, [steps - 1 for steps in AHEAD_STEPS]]


def most_of(features: Array, told_mm: Array | float = 0.0) -> Array:
    """Water does not rise without rain: three dry hours, and none foretold, leave at most what there is."""
    return np.where(features[:, RAIN_AT] + told_mm > 0, np.inf, features[:, DEPTH_AT])


def on_its_side(depth: Array, chance: Array) -> Array:
    """A forecast near the line stands on the side of it that is more likely."""
    over = chance >= 0.5
    return np.where(over, np.maximum(depth, LINE_CM), np.minimum(depth, LINE_CM - 0.01))


def _lead(heads: Heads, rows: Array, most: Array) -> tuple[Array, Array, Array, Array]:
    now, scale = rows[:, DEPTH_AT], rows[:, SCALE_AT]
    middle = np.minimum(now + scale * predict(heads.middle, rows), most)
    low, high = (np.minimum(now + scale * predict(head, rows), most) for head in (heads.low, heads.high))
    chance = np.where(most < LINE_CM, 0.0, _chance(heads, rows))
    depth = np.maximum(0.0, on_its_side(middle, chance))
    return depth, np.clip(low, 0.0, np.minimum(middle, depth)), np.maximum(high, np.maximum(middle, depth)), chance


def _chance(heads: Heads, rows: Array) -> Array:
    """The chance of water over the line; half the odds where none was ever seen: not every gauge's road floods."""
    odds = np.exp(predict(heads.chance, rows))
    doubted = np.where(rows[:, PEAK_AT] < LINE_CM, UNPROVEN * odds, odds)
    return doubted / (1 + doubted)
