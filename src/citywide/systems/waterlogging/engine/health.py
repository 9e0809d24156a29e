"""Whether a water gauge can be believed: stuck, drifting and silent gauges told apart from dry ones.

A dry gauge and a dead one both say nothing new. What tells them apart is what ought to have happened: the
rain that fell, how this site has answered rain before, and what the neighbours did. Arrays are (gauge, step),
a step being five minutes.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HOUR, DAY = 12, 288
SILENT_STEPS = 6
STILL_CM = 0.15
DRIFT_CM = 3.0


class Health(IntEnum):
    """What a gauge is found to be."""

    DRY = 0
    WET = 1
    SILENT = 2
    STUCK = 3
    DRIFTING = 4


class Usual(NamedTuple):
    """How each site has behaved while its gauge was sound."""

    dry_level: Array
    rise_per_mm: Array
    first_mm: Array


class Window(NamedTuple):
    """The last readings of gauges, their rain, and who stands near whom (gauge, gauge)."""

    depth: Array
    rain: Array
    near: NDArray[np.bool_]


def usual(depth: Array, rain: Array) -> Usual:
    """Learn from a sound record: the level when dry, the answer to rain, the rain that goes unanswered."""
    dry = np.where(_fallen(rain, 6 * HOUR) < 0.1, depth, np.nan)
    level = np.where(np.isfinite(dry).any(axis=1), _median(dry), np.nan_to_num(_least(depth)))
    storms = [_storms(*pair) for pair in zip(depth, rain, strict=True)]
    pairs = [_line(mm, rise) for mm, rise in storms]
    return Usual(level, np.array([slope for slope, _ in pairs]), np.array([first for _, first in pairs]))


def diagnose(window: Window, habits: Usual) -> NDArray[np.int64]:
    """The health of every gauge now; what is worse wins."""
    found = np.where(_now(window.depth) > habits.dry_level + 1.0, Health.WET, Health.DRY)
    found = np.where(drifting(window, habits), Health.DRIFTING, found)
    found = np.where(stuck(window, habits), Health.STUCK, found)
    return np.where(silent(window), Health.SILENT, found).astype(np.int64)


def silent(window: Window) -> NDArray[np.bool_]:
    """No reading in the last half hour."""
    return np.logical_not(np.isfinite(window.depth[:, -SILENT_STEPS:]).any(axis=1))


def stuck(window: Window, habits: Usual) -> NDArray[np.bool_]:
    """Unmoved where water must have moved: deaf to rain, or frozen to the digit above the dry level."""
    return _deaf_to_rain(window, habits) | _frozen_high(window, habits)


def drifting(window: Window, habits: Usual) -> NDArray[np.bool_]:
    """A dry level that has left its place little by little while no rain explains it."""
    calm = np.where(_fallen(window.rain, 6 * HOUR) < 0.1, window.depth, np.nan)
    before, after = _median(calm[:, : calm.shape[1] // 2]), _median(calm[:, -max(DAY // 4, 1) :])
    moved = after - habits.dry_level
    gradual = np.sign(after - before) == np.sign(moved)
    steps = np.abs(np.diff(calm, axis=1))
    slow = np.nan_to_num(_most(steps)) < np.maximum(1.0, 0.5 * np.abs(moved))
    alone = _near(window, np.abs(moved) > DRIFT_CM) < 0.5
    return (np.abs(moved) > DRIFT_CM) & gradual & slow & alone


def _deaf_to_rain(window: Window, habits: Usual) -> NDArray[np.bool_]:
    hours = 3 * HOUR
    fell = np.nansum(window.rain[:, -hours:], axis=1)
    expected = habits.rise_per_mm * np.maximum(0.0, fell - 1.5 * habits.first_mm)
    still = _span(window.depth[:, -hours:]) <= STILL_CM
    others = _near(window, _span(window.depth[:, -hours:]) > 2.0)
    alone = ~window.near.any(axis=1)
    return still & ((expected > 5.0) & (others >= 0.5) | (expected > 25.0) & alone)


def _frozen_high(window: Window, habits: Usual) -> NDArray[np.bool_]:
    hours = 6 * HOUR
    still = _span(window.depth[:, -hours:]) <= 0.0
    high = _now(window.depth) > habits.dry_level + DRIFT_CM
    enough = np.isfinite(window.depth[:, -hours:]).sum(axis=1) >= hours // 2
    return still & high & enough


def _storms(depth: Array, rain: Array) -> tuple[Array, Array]:
    """Rain and rise of each storm in one record; six dry hours part two storms."""
    wet = np.flatnonzero(rain > 0)
    if not len(wet):
        return np.zeros(0), np.zeros(0)
    groups = np.split(wet, np.flatnonzero(np.diff(wet) > 6 * HOUR) + 1)
    spans = [slice(max(group[0] - 1, 0), group[-1] + 2 * HOUR) for group in groups]
    rises = [_span(depth[None, span])[0] for span in spans]
    return np.array([rain[span].sum() for span in spans]), np.array(rises)


def _line(mm: Array, rise: Array) -> tuple[float, float]:
    """Rise per millimetre and the rain that shows nothing; unknown sites are taken to answer little."""
    answered = rise > 1.0
    first = float(np.max(mm[~answered], initial=0.0, where=mm[~answered] < 40)) if len(mm) else 0.0
    useful = answered & (mm > first)
    if not useful.any():
        return 0.0, first
    return float(np.median(rise[useful] / np.maximum(mm[useful] - 0.8 * first, 1.0))), first


def _near(window: Window, flag: NDArray[np.bool_]) -> Array:
    """The share of a gauge's neighbours, those that are heard, of whom this is true."""
    heard = window.near & ~silent(window)[None, :]
    return (heard & flag[None, :]).sum(axis=1) / np.maximum(heard.sum(axis=1), 1)


def _fallen(rain: Array, steps: int) -> Array:
    total = np.cumsum(np.nan_to_num(rain), axis=1)
    before = np.zeros_like(total)
    before[:, steps:] = total[:, :-steps] if steps < total.shape[1] else 0.0
    return total - before


def _now(depth: Array) -> Array:
    """The last reading there is, 0 for none."""
    known = np.isfinite(depth)
    last = depth.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return np.where(known.any(axis=1), np.nan_to_num(depth[np.arange(len(depth)), last]), 0.0)


def _span(depth: Array) -> Array:
    return np.where(np.isfinite(depth).any(axis=1), np.nan_to_num(_most(depth) - _least(depth)), 0.0)


def _most(values: Array) -> Array:
    return np.max(np.where(np.isfinite(values), values, -np.inf), axis=1, initial=-np.inf)


def _least(values: Array) -> Array:
    least = np.min(np.where(np.isfinite(values), values, np.inf), axis=1, initial=np.inf)
    return np.where(np.isfinite(least), least, np.nan)


def _median(values: Array) -> Array:
    """The median of what is known in each row, 0 where nothing is."""
    ranked = np.sort(values, axis=1)  # NaN sorts last
    count = np.isfinite(values).sum(axis=1)
    rows = np.arange(len(values))
    low, high = (
        ranked[rows, np.maximum(count - 1, 0) // 2],
        ranked[rows, np.minimum(count // 2, values.shape[1] - 1)],
    )
    return np.where(count > 0, np.nan_to_num((low + high) / 2), 0.0)
