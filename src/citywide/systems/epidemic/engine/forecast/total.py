"""The total drawn toward the sum of the places."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.quantiles import mixed

Floats = NDArray[np.floating]

COHERENT = 0.3  # weight of the sum of the places in the forecast of the total
ALIKE = 0.3  # correlation of the places' misses


def coherent(counts: Floats, total: int | None) -> Floats:
    """The total drawn toward the sum of the places."""
    if total is None:
        return counts
    places = np.delete(counts, total, axis=0)
    middle = places[..., [places.shape[-1] // 2]]
    apart = places - middle
    size = np.sqrt(ALIKE * apart.sum(axis=0) ** 2 + (1 - ALIKE) * (apart**2).sum(axis=0))
    summed = middle.sum(axis=0) + np.sign(apart.sum(axis=0)) * size
    out = counts.copy()
    out[total] = mixed(np.stack([counts[total], summed]), np.array([1 - COHERENT, COHERENT]))
    return np.maximum(out, 0)
