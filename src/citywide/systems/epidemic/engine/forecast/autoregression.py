"""Pooled autoregression: one ridge regression per step for the move, one for the size of what it misses."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.scores import LEVELS

Floats = NDArray[np.floating]

SMALLEST = 0.004  # no miss is thought smaller than this on the working scale


def autoregressed(
    inputs: Floats, change: Floats, weight: Floats, asked: Floats, drivers: Floats, ridge: float = 30.0
) -> Floats:
    """Quantiles of the change for one step; `drivers` marks columns that also drive the size of misses.

    None lies beyond what was ever seen: where most weeks have nobody, the size of misses runs away.
    """
    answer, fitted = regressed(inputs, change, weight, asked, ridge)
    missed = change - fitted
    sizes, asked_sizes = np.abs(inputs[:, drivers.astype(bool)]), np.abs(asked[:, drivers.astype(bool)])
    log_size, own = regressed(sizes, np.log(np.abs(missed) + SMALLEST), weight, asked_sizes, ridge)
    shape = _weighted_quantiles(missed / np.exp(own), weight)
    return np.clip(answer[:, None] + np.exp(log_size)[:, None] * shape, change.min(), change.max())


def regressed(inputs: Floats, target: Floats, weight: Floats, asked: Floats, ridge: float) -> tuple[Floats, Floats]:
    """Answers of a weighted ridge regression to what is asked, and to its own inputs."""
    mass = weight / weight.sum()
    middle, centre = mass @ inputs, float(mass @ target)
    width = np.sqrt(mass @ (inputs - middle) ** 2) + 1e-9
    X = (inputs - middle) / width
    gram = (X * weight[:, None]).T @ X + ridge * np.eye(X.shape[1])
    slopes = cast("Floats", np.linalg.solve(gram, (X * weight[:, None]).T @ (target - centre)))
    return centre + np.clip((asked - middle) / width, -6, 6) @ slopes, centre + X @ slopes


def _weighted_quantiles(values: Floats, weight: Floats) -> Floats:
    order = np.argsort(values)
    below = np.cumsum(weight[order]) - weight[order] / 2
    return np.interp(LEVELS, below / weight.sum(), values[order])
