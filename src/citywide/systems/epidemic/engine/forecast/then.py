"""What was known when a forecast is made: reports screened, nowcast and brought to the working scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.cleaning import Problem, screen, unit_of
from citywide.systems.epidemic.engine.forecast.panel import Panel, panel_of
from citywide.systems.epidemic.engine.nowcast import Nowcast, nowcast
from citywide.systems.epidemic.engine.triangle import Triangle

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Then:
    """One reference day; `unit` is what one case is on the scale of `values`."""

    reference: np.datetime64
    places: tuple[str, ...]
    values: Floats
    unit: float
    revised: Nowcast
    panel: Panel
    problems: tuple[Problem, ...]


def known_then(history: Triangle, reference: np.datetime64, deadline: np.timedelta64) -> Then:
    """The vintages before a reference day's deadline, and no others."""
    moment = reference - deadline
    history = history.until(moment)
    known = history.known(moment)
    if not len(known.weeks):
        raise ValueError(f"nothing was reported before {moment}")
    unit = unit_of(known.values)
    values, problems = screen(known.values, known.weeks, known.places, unit)
    revised = nowcast(history, moment, unit)
    panel = panel_of(values, known.weeks, revised.settle(values))
    return Then(reference, known.places, values, unit, revised, panel, tuple(problems))
