"""Runs of whole numbers side by side, without a loop."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


def alike(values: NDArray[np.generic]) -> list[slice]:
    """Where neighbours of the same value stand."""
    edges = np.flatnonzero(values[1:] != values[:-1]) + 1
    return [slice(a, b) for a, b in pairwise([0, *edges.tolist(), len(values)])]


def steps(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, 2 … within each of runs of these lengths."""
    return np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def followers(first: int, stops: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each number from `first` on with all that follow it, up to its stop."""
    here = np.arange(first, first + len(stops))
    many = stops - here - 1
    each = np.repeat(here, many)
    return each, each + 1 + steps(many)
