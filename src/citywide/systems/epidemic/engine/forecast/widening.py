"""How much wider a forecast must be than its members say: by what past ones missed, by revisions still to come."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.made import Forecast
from citywide.systems.epidemic.engine.forecast.panel import Panel
from citywide.systems.epidemic.engine.forecast.pool import Matured, stretches
from citywide.systems.epidemic.engine.nowcast import Nowcast
from citywide.systems.epidemic.engine.triangle import WEEK

Floats = NDArray[np.floating]
Days = NDArray[np.datetime64]


def beside_truth(past: Forecast, weeks: Days, values: Floats, reference: np.datetime64) -> Matured:
    """A past forecast beside the counts known now; weeks not yet revised once stay out."""
    truth = np.full(past.quantiles.shape[:2], np.nan)
    for column, horizon in enumerate(past.horizons):
        at = int((past.target(horizon) - weeks[0]) / WEEK)
        if 0 <= at < len(weeks) - 1:
            truth[:, column] = values[at]
    return Matured(float((reference - past.reference) / WEEK), past.members, past.unstretched, truth)


def spread(past: list[Matured], panel: Panel, horizons: int) -> Floats:
    """Factors on the spread by place and horizon; the total, one series only, is drawn to the places."""
    every = np.arange(panel.small.shape[1], dtype=np.intp)
    places = every if panel.total is None else np.delete(every, panel.total)
    factor = np.tile(stretches(past, panel.scale, places, horizons), (len(every), 1))
    if panel.total is not None:
        factor[panel.total] *= stretches(past, panel.scale, np.array([panel.total]), horizons)
        factor[panel.total] **= 0.5
    return factor


def doubt(revised: Nowcast, panel: Panel) -> Floats:
    """What the revisions still to come may move a place on the working scale."""
    return revised.spread[0] * panel.small[-1] / 4
