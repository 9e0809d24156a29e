"""What a record of gauges shows, row by row: how far each moved, what fell, its usual level; gaps are passed over."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]

HOUR, DAY = 12, 288
WINDOW, STRIDE = 3 * HOUR, 3


def windows(values: Array) -> NDArray[np.float64]:
    """Every three hours, a quarter of an hour apart: (gauge, window, step)."""
    short = max(0, WINDOW - values.shape[1])
    padded = np.pad(np.nan_to_num(values), ((0, 0), (short, 0)))
    return sliding_window_view(padded, WINDOW, axis=1)[:, ::STRIDE]


def spans(depth: Array) -> Array:
    """How far each gauge moved within each of those windows."""
    short = max(0, WINDOW - depth.shape[1])
    padded = np.pad(depth, ((0, 0), (short, 0)), constant_values=np.nan)
    windows = sliding_window_view(padded, WINDOW, axis=1)[:, ::STRIDE]
    return span(windows.reshape(-1, WINDOW)).reshape(windows.shape[:2])


def fallen(rain: Array, steps: int) -> Array:
    """What fell in that many steps up to each."""
    total = np.cumsum(np.nan_to_num(rain), axis=1)
    before = np.zeros_like(total)
    before[:, steps:] = total[:, :-steps] if steps < total.shape[1] else 0.0
    return total - before


def now(depth: Array) -> Array:
    """The last reading there is, 0 for none."""
    known = np.isfinite(depth)
    last = depth.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return np.where(known.any(axis=1), np.nan_to_num(depth[np.arange(len(depth)), last]), 0.0)


def span(depth: Array) -> Array:
    """How far each gauge moved, 0 where it said nothing."""
    return np.where(np.isfinite(depth).any(axis=1), np.nan_to_num(most(depth) - least(depth)), 0.0)


def most(values: Array) -> Array:
    """The largest of what is known in each row."""
    return np.max(np.where(np.isfinite(values), values, -np.inf), axis=1, initial=-np.inf)


def least(values: Array) -> Array:
    """The least of what is known in each row."""
    least = np.min(np.where(np.isfinite(values), values, np.inf), axis=1, initial=np.inf)
    return np.where(np.isfinite(least), least, np.nan)


def median(values: Array) -> Array:
    """The median of what is known in each row, 0 where nothing is."""
    ranked = np.sort(values, axis=1)  # NaN sorts last
    count = np.isfinite(values).sum(axis=1)
    rows = np.arange(len(values))
    low, high = (
        ranked[rows, np.maximum(count - 1, 0) // 2],
        ranked[rows, np.minimum(count // 2, values.shape[1] - 1)],
    )
    return np.where(count > 0, np.nan_to_num((low + high) / 2), 0.0)
