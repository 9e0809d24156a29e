"""Faults that a gauge's own record betrays: readings that stand alone, another unit, a clock that was moved.

Arrays are (gauge, step), a step being five minutes.
"""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.record import DAY, HOUR, fallen, least, most

Array = NDArray[np.float64]

LONE_CM, LONE_READINGS = 5.0, 3
TENFOLD, STOOD_CM, STAYS = (8.5, 11.5), 1.0, HOUR // 2
MANY_TIMES, SEEN_CM = 6.0, 5.0
SPANS = (1, 3, 12)  # hours
CLOCK_S = 60.0


def lone(depth: Array) -> NDArray[np.int64]:
    """How many readings of the last six hours stood far off from both beside them, which agree: no water does that."""
    recent = depth[:, -6 * HOUR :]
    before, middle, after = recent[:, :-2], recent[:, 1:-1], recent[:, 2:]
    up, down = middle - before, middle - after
    off = np.minimum(np.abs(up), np.abs(down))
    return ((np.sign(up) == np.sign(down)) & (off > LONE_CM) & (np.abs(after - before) < off / 4)).sum(axis=1)


def rescaled(depth: Array, rain: Array, highest: Array, heaviest_mm: Array) -> NDArray[np.bool_]:
    """Millimetres for centimetres: standing water is tenfold from a moment on without rain, or too much of too little.

    That is many times the most water that the gauge has seen, from less rain than the most it has seen.
    """
    return _tenfold_at_once(depth, rain) | _more_from_less(depth, rain, highest, heaviest_mm)


def _tenfold_at_once(depth: Array, rain: Array) -> NDArray[np.bool_]:
    last = depth.shape[1] - STAYS
    if last < 1:
        return np.zeros(len(depth), bool)
    stays = np.min([depth[:, 1 + ahead : 1 + ahead + last - 1] for ahead in range(STAYS)], axis=0)
    before, after = depth[:, : last - 1], depth[:, 1:last]
    low, high = TENFOLD
    leaps = (before >= STOOD_CM) & (after > low * before) & (after < high * before) & (stays > low * before / 2)
    dry = fallen(rain, 3 * HOUR)[:, 1:last] < 0.1
    return (leaps & dry).any(axis=1)


def _more_from_less(depth: Array, rain: Array, highest: Array, heaviest_mm: Array) -> NDArray[np.bool_]:
    lighter = (heaviest(rain) < 0.9 * heaviest_mm).all(axis=1)
    return lighter & (highest > SEEN_CM) & (most(depth) > MANY_TIMES * highest)


def heaviest(rain: Array) -> Array:
    """The most that fell within each span, (gauge, span)."""
    return np.stack([most(fallen(rain, hours * HOUR)) for hours in SPANS], axis=1)


def clock_off(lag_s: Array) -> Array:
    """By how many seconds each gauge's stamps lie back from where they used to, 0 for as good as nothing.

    `lag_s` is how long after its stamp the promptest reading of each step came. Who is always late is not wrong; but
    who was prompt and is not, with every reading of an hour, has another clock, and so has who speaks from the future.
    Where most have become late together, their way to us is slow, or we are.
    """
    quarters = [least(lag_s[:, start : start + DAY // 4]) for start in range(0, lag_s.shape[1], DAY // 4)]
    promptest = np.maximum(least(np.stack(quarters, axis=1)), 0.0)
    off = least(lag_s[:, -HOUR:]) - promptest
    off = np.nan_to_num(off - np.clip(off, 0.0, _late_together(off)))
    return np.where(np.abs(off) > CLOCK_S, off, 0.0)


def _late_together(off_s: Array) -> float:
    """What half of the gauges are late by at least; of one alone nobody can tell."""
    heard = off_s[np.isfinite(off_s)]
    return max(0.0, float(np.quantile(heard, 0.5, method="lower"))) if heard.size > 1 else 0.0
