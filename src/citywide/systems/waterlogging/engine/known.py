"""How a forecast changes by what else is known: the gauge's own storms, its plan, its arms, its dry spells."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine import interval, onset
from citywide.systems.waterlogging.engine.ahead import Forecast, on_its_side
from citywide.systems.waterlogging.engine.refit import LINE_CM, Refits, correction

Array = NDArray[np.float64]

OFTEN = 0.35
"""From this chance of water over the line on a dry road is told the mean of what came, whatever is likelier."""


def corrected(general: Forecast, refits: Refits, inputs: Array, most: Array) -> Forecast:
    """The general forecast with what each gauge's own storms have taught; the interval goes along."""
    more, likelier = correction(refits, inputs)
    chance = np.where(most[:, None] < LINE_CM, 0.0, np.clip(general.chance + likelier, 0.0, 1.0))
    depth = np.clip(general.depth + more, 0.0, most[:, None])
    depth = np.where((more != 0) | (likelier != 0), on_its_side(depth, chance), general.depth)
    moved = depth - general.depth
    return Forecast(depth, general.low + moved, general.high + moved, chance)


def on_plan(forecast: Forecast, site: NDArray[np.int64], chance: Array) -> Forecast:
    """The forecast in which these sites have these chances; depth and interval go along."""
    said = Forecast(*(array.copy() for array in forecast))
    said.chance[site] = chance
    said.depth[site] = on_its_side(said.depth[site], chance)
    return said._replace(low=np.minimum(said.low, said.depth), high=np.maximum(said.high, said.depth))


def interval_about(forecast: Forecast, arms: interval.Arms, regime: NDArray[np.int64], scale: Array) -> Forecast:
    """The forecast with the interval as this gauge's arms stretch it."""
    low, high = np.moveaxis(interval.spread(arms, *forecast[:3], regime, scale), 2, 0)
    return forecast._replace(low=low, high=high)


def after_dry(forecast: Forecast, onsets: onset.Onsets, dry: NDArray[np.bool_]) -> Forecast:
    """Where it has long been dry: on top of what stands, what came of such moments before.

    Such moments end in deep water or in none, and the mean of both lies between. Where deep water is not rare, that
    mean is told as it is, be it over the line although the line is likelier not reached: cut down to the line it would
    be further from either end. Where it is rare, what is told stays on the likelier side of the line.
    """
    coming = onset.coming(onsets, forecast.depth, LINE_CM)
    mean = forecast.depth + coming.rise
    depth = np.where(coming.chance >= OFTEN, mean, 0.0)
    depth = np.maximum(depth, on_its_side(mean, coming.chance))
    high = np.maximum(depth, np.maximum(forecast.high, forecast.depth + coming.high))
    said = Forecast(depth, np.minimum(forecast.low, depth), high, coming.chance)
    return Forecast(*(np.where(dry[:, None], ours, theirs) for ours, theirs in zip(said, forecast, strict=True)))
