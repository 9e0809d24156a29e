"""Storms forecast one after another as the city would: nothing of a later step or storm is known."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.waterlogging.storm_files import Storms
from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.engine.refit import (
    INPUTS,
    MOST_STORMS,
    Lesson,
    Refit,
    Refits,
    due,
    refit_of,
    said,
    stacked,
)

Array = NDArray[Any]


class Forecasts(NamedTuple):
    """Everything forecast, (site, storm, step, lead), without the refit too; (site, storm, step), who was warned."""

    depth: Array
    low: Array
    high: Array
    general: Array
    warned: Array


def forecast(storms: Storms) -> Forecasts:
    """Forecast all storms in order, every step before it is learned from, every storm before its gauge is refitted."""
    sites, count, steps = storms.depth.shape
    forecaster, desk = Forecaster.of(sites), Refitting([[] for _ in range(sites)], [None] * sites)
    shape = (sites, count, steps, 2)
    depths = [np.empty(shape) for _ in range(4)]
    kept = Forecasts(*depths, warned=np.empty(shape[:3], dtype=bool))
    for number in range(count):
        forecaster.pause()
        forecaster.refits = desk.refits()
        inputs = np.empty((steps, sites, INPUTS))
        for step in range(steps):
            ahead = forecaster.step(storms.depth[:, number, step], storms.rain[:, number, step])
            inputs[step] = forecaster.inputs
            for array, values in zip(depths, (*ahead[:3], said(forecaster.inputs)), strict=True):
                array[:, number, step] = values
            kept.warned[:, number, step] = ahead.warns()
        desk.take(inputs, storms.depth[:, number])
    return kept


class Refitting(NamedTuple):
    """Every gauge's storms so far, and its newest refit."""

    lessons: list[list[Lesson]]
    newest: list[Refit | None]

    def take(self, inputs: Array, depth: Array) -> None:
        """Keep a storm of each gauge, inputs (step, site, input) and depth (site, step); refit where that is due."""
        for site, reached in enumerate(depth):
            if not np.isfinite(reached).any():
                continue
            storms, last = self.lessons[site], self.newest[site]
            storms.append(Lesson(inputs[:, site], reached))
            if due(len(storms), last.storms if last else 0):
                self.newest[site] = refit_of(storms[-MOST_STORMS:], len(storms))

    def refits(self) -> Refits:
        """What the forecaster uses from here on."""
        return stacked(self.newest)
