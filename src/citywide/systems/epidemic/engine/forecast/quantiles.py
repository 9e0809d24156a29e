"""Handling of quantile functions: interpolation on the normal scale, mixing, stretching."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.scores import LEVELS

Floats = NDArray[np.floating]

BETWEEN = 2 * NormalDist().inv_cdf(0.8)  # standard deviations between the 20 and 80 % quantiles
OUTER: NDArray[np.bool_] = np.abs(LEVELS - 0.5) > 0.4  # the levels of the 90 % interval and beyond
ROUNDED = 0.5  # of a person, at each end
GRID: Floats = (np.arange(60) + 0.5) / 60  # equally likely values that stand for a distribution


def normal_score(share: Floats) -> Floats:
    """The standard normal value below which this share lies."""
    return np.array([NormalDist().inv_cdf(float(part)) for part in share])


def at_levels(quantiles: Floats, have: Floats, want: Floats = LEVELS) -> Floats:
    """Quantiles at other levels: straight lines against the normal score, prolonged at the ends."""
    ordered = np.sort(quantiles, axis=-1)
    x, z = normal_score(have), normal_score(want)
    left: NDArray[np.intp] = np.clip(np.searchsorted(x, z, side="right") - 1, 0, len(x) - 2)
    share = (z - x[left]) / (x[left + 1] - x[left])
    return ordered[..., left] + share * (ordered[..., left + 1] - ordered[..., left])


def mixed(members: Floats, weights: Floats) -> Floats:
    """Quantiles of the linear pool; members first, levels last; weights by member, or by member and cell."""
    points = at_levels(members, LEVELS, GRID)
    heavy = np.broadcast_to(weights.reshape(weights.shape + (1,) * (points.ndim - weights.ndim)), points.shape)
    flat = np.moveaxis(points, 0, -2).reshape(*points.shape[1:-1], -1)
    mass = np.moveaxis(heavy, 0, -2).reshape(flat.shape)
    order = np.argsort(flat, axis=-1)
    flat, mass = np.take_along_axis(flat, order, -1), np.take_along_axis(mass, order, -1)
    below = np.cumsum(mass, axis=-1) - mass / 2
    return _inverse(flat, below / mass.sum(axis=-1, keepdims=True))


def _inverse(values: Floats, below: Floats) -> Floats:
    out = np.empty((*values.shape[:-1], len(LEVELS)))
    for cell in np.ndindex(values.shape[:-1]):
        out[cell] = np.interp(LEVELS, below[cell], values[cell])
    return out


def stretched(quantiles: Floats, factor: Floats | float, extra: Floats | float = 0.0) -> Floats:
    """The spread about the median multiplied, then widened by independent noise of this size."""
    middle = quantiles[..., [len(LEVELS) // 2]]
    apart = (quantiles - middle) * np.asarray(factor)
    half = np.maximum((apart[..., [-6]] - apart[..., [5]]) / BETWEEN, 1e-6)
    return middle + apart * np.sqrt(1 + (np.asarray(extra) / half) ** 2)


def whole(quantiles: Floats) -> Floats:
    """Quantiles of people, who are counted whole; what rounding adds to the outer intervals, they give back before."""
    apart = quantiles - quantiles[..., [len(LEVELS) // 2]]
    given_back = np.where(OUTER, np.minimum(np.abs(apart), ROUNDED), 0.0)
    return np.sort(np.rint(quantiles - np.sign(apart) * given_back), axis=-1)
