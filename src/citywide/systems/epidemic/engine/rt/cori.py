"""The reference: Cori et al. 2013, counts taken for infections, one gamma posterior per sliding window."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

SHAPE, SCALE = 1.0, 5.0


def cori(
    counts: NDArray[np.float64], generation: NDArray[np.float64], window: int = 7
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shape and scale of the posterior of R at the end of each window (NaN before there is one)."""
    force = np.array([counts[max(0, t - len(generation)) : t][::-1] @ generation[: min(t, len(generation))]
                      for t in range(len(counts))])  # fmt: skip
    summed = np.convolve(counts, np.ones(window))[: len(counts)]
    pressure = np.convolve(force, np.ones(window))[: len(counts)]
    shape, scale = SHAPE + summed, 1 / (1 / SCALE + pressure)
    early = np.arange(len(counts)) < window
    return np.where(early, np.nan, shape), np.where(early, np.nan, scale)


def quantile(shape: NDArray[np.float64], scale: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """The level's quantile of R on every day."""
    return gammaincinv(shape, level) * scale
