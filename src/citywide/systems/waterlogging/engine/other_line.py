"""The chance of water over another line than the one that was learned.

The model, the refits and the stations have learned how likely `LINE_CM` is. A city may have set its alarm elsewhere:
the chance then moves by as many deviations as the forecast's own interval has between the two lines. Of dry moments it
is known how high the water stood after them (see `onset`), for any line: none or deep, with little between.

    forecast = forecaster.step(depth, rain)
    chance = chances(forecaster, forecast, 15.0)
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri  # pyright: ignore[reportAttributeAccessIssue] - stubs know one of them

from citywide.systems.waterlogging.engine import onset
from citywide.systems.waterlogging.engine.ahead import Forecast
from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.engine.refit import LINE_CM

Array = NDArray[np.float64]

ARM = 1.645
"""The deviations from the middle to either end of an interval that holds nine times in ten."""

LEAST_ARM_CM = 0.5
SUREST = 1e-4
MOST = float(ndtri(1 - SUREST))
"""Deviations beyond this say no more: both chances are then none, or both are certain."""


def chances(forecaster: Forecaster, forecast: Forecast, line_cm: float) -> Array:
    """The chances of this line, (site, lead), of a forecast that the forecaster has just made."""
    seen = onset.coming(forecaster.onsets, forecaster.stands, line_cm).chance
    return np.where(forecaster.dry[:, None], seen, moved(forecast.chance, further(forecast, line_cm)))


def further(forecast: Forecast, line_cm: float) -> Array:
    """By how many deviations the line lies beyond the one that was learned, (site, lead)."""
    return _deviations(forecast, line_cm) - _deviations(forecast, LINE_CM)


def moved(chance: Array, deviations: Array) -> Array:
    """The chance of what lies so much further; what has not moved stays as it is."""
    there = ndtr(ndtri(np.clip(chance, SUREST, 1 - SUREST)) - deviations)
    likelier, rarer = np.maximum(chance, there), np.minimum(chance, there)
    return np.where(deviations == 0, chance, np.where(deviations < 0, likelier, rarer))


def _deviations(forecast: Forecast, line_cm: float) -> Array:
    above, below = forecast.high - forecast.depth, forecast.depth - forecast.low
    arm = np.where(line_cm > forecast.depth, above, below)
    return np.clip(ARM * (line_cm - forecast.depth) / np.maximum(arm, LEAST_ARM_CM), -MOST, MOST)
