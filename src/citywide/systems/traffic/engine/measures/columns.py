"""Columns of numbers: their types, and how rows of the same group are found, joined and counted."""

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Table = dict[str, NDArray[np.generic]]
AXIS_BITS = 36  # milliseconds that one group of a joined time axis has room for: two years
BIN_MS = 15 * 60 * 1000


def ranges(starts: Longs, lengths: Longs) -> Longs:
    """The numbers start, start + 1 … of every range, one range after another."""
    total = int(lengths.sum())
    if total == 0:
        return np.empty(0, np.int64)
    steps = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.repeat(starts, lengths) + steps


def axis(group: Longs, time_ms: Longs, origin: int) -> Longs:
    """One rising number for group and time, so that a single search serves all groups."""
    return (group << AXIS_BITS) + (time_ms - origin + (1 << (AXIS_BITS - 1)))


def off_axis(keys: Longs, origin: int) -> Longs:
    """The times of a joined axis."""
    return (keys & ((1 << AXIS_BITS) - 1)) + origin - (1 << (AXIS_BITS - 1))


def runs(*columns: Longs) -> Longs:
    """Where a new run of equal rows begins in columns that are already grouped."""
    if len(columns[0]) == 0:
        return np.empty(0, np.int64)
    changed = np.zeros(len(columns[0]), bool)
    changed[0] = True
    for column in columns:
        changed[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(changed)


def floor_bin(time_ms: Longs, bin_ms: int = BIN_MS) -> Longs:
    """The start of the bin that holds each time."""
    if bin_ms <= 0:
        raise ValueError(f"bins of {bin_ms} ms; accepted: more than 0")
    return time_ms - np.mod(time_ms, bin_ms)


def tally(bins: Longs, group: Longs, *more: Longs) -> tuple[Longs, Longs, list[Longs], Longs, Longs]:
    """Rows grouped by bin, group and more: the keys of every cell, each row's cell, and the counts."""
    columns = (*more, bins, group)
    order = np.lexsort(columns)
    first = runs(*(column[order] for column in columns))
    cell = np.empty(len(bins), np.int64)
    sizes = np.diff(first, append=len(bins))
    cell[order] = np.repeat(np.arange(len(first)), sizes)
    keys = order[first]
    return bins[keys], group[keys], [column[keys] for column in more], cell, sizes


def single(values: NDArray[np.floating]) -> Floats:
    """Values as a four-byte number holds them, so that thresholds fall as in the public package."""
    return values.astype(np.float32).astype(np.float64)


def whole(column: NDArray[np.generic]) -> Longs:
    """A column as whole numbers."""
    return np.asarray(column, np.int64)
