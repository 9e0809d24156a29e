"""The dice of the compiled part; numba knows only the old generator, so that it stands here and nowhere else."""

import numpy as np
from numba import njit


@njit(cache=True)
def seed_kernels(seed: int) -> None:
    """Seeds the random numbers of the compiled part."""
    np.random.seed(seed)  # noqa: NPY002 - numba's


@njit(cache=True)
def chance() -> float:
    """A number from 0 to 1."""
    return np.random.random()  # noqa: NPY002 - numba's


@njit(cache=True)
def bell() -> float:
    """A number around 0 that is seldom beyond 2."""
    return np.random.randn()  # noqa: NPY002 - numba's


@njit(cache=True)
def waits(mean: float) -> float:
    """A waiting time of this mean, short ones the most frequent."""
    return -mean * np.log(chance() + 1e-9)
