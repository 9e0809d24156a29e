"""Nearest seasons: what followed the past stretches that looked most like the last weeks."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.panel import YEAR
from citywide.systems.epidemic.engine.scores import LEVELS

Floats = NDArray[np.floating]

NEIGHBOURS = 250


def analogues(
    inputs: Floats, week: Floats, change: Floats, asked: Floats, asked_week: Floats, importance: Floats
) -> Floats:
    """Quantiles of the change that followed the nearest lessons; nearness over inputs and time of season."""
    width = inputs.std(axis=0) + 1e-9
    X, Q = inputs / width * importance, asked / width * importance
    apart = (X**2).sum(axis=1) + (Q**2).sum(axis=1)[:, None] - 2 * Q @ X.T
    turn = np.abs(week - asked_week[:, None])
    apart = np.maximum(apart, 0) + (np.minimum(turn, YEAR - turn) / 6.0) ** 2
    near = np.argpartition(apart, min(NEIGHBOURS, len(change) - 1), axis=1)[:, :NEIGHBOURS]
    distance = np.take_along_axis(apart, near, axis=1)
    reach = np.quantile(distance, 0.5, axis=1, keepdims=True) + 1e-9
    return _quantiles(change[near], np.exp(-distance / reach))


def _quantiles(values: Floats, weight: Floats) -> Floats:
    order = np.argsort(values, axis=1)
    sorted_values = np.take_along_axis(values, order, axis=1)
    mass = np.take_along_axis(weight, order, axis=1)
    below = (np.cumsum(mass, axis=1) - mass / 2) / mass.sum(axis=1, keepdims=True)
    out = np.empty((len(values), len(LEVELS)))
    for row in range(len(values)):
        out[row] = np.interp(LEVELS, below[row], sorted_values[row])
    return out
