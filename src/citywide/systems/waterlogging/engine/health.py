"""Whether a water gauge can be believed: gauges that are broken, each in its way, told apart from dry ones.

A dry gauge and a dead one both say nothing new. What tells them apart is what ought to have happened: the
rain that fell, how this site has answered rain before, and what the neighbours did. Arrays are (gauge, step),
a step being five minutes.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine import faults
from citywide.systems.waterlogging.engine.record import (
    DAY,
    HOUR,
    STRIDE,
    fallen,
    least,
    median,
    most,
    now,
    span,
    spans,
    windows,
)

Array = NDArray[np.float64]

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
    NOISY = 5
    RESCALED = 6


class Usual(NamedTuple):
    """How each site has behaved while its gauge was sound; rain is counted over three hours.

    `highest` is the most water it has seen, and `heaviest_mm` the most rain, over each of the spans of `faults`.
    """

    dry_level: Array
    rise_per_mm: Array
    unanswered_mm: Array
    highest: Array
    heaviest_mm: Array


class Window(NamedTuple):
    """The last readings of gauges, their rain, and who stands near whom (gauge, gauge)."""

    depth: Array
    rain: Array
    near: NDArray[np.bool_]


def usual(depth: Array, rain: Array) -> Usual:
    """Learn from a sound record: the level when dry, the answer to rain, the rain that goes unanswered."""
    dry = np.where(fallen(rain, 6 * HOUR) < 0.1, depth, np.nan)
    level = np.where(np.isfinite(dry).any(axis=1), median(dry), np.nan_to_num(least(depth)))
    fell, moved = windows(rain).sum(axis=2), spans(depth)
    unanswered = np.where(moved <= STILL_CM, fell, 0.0).max(axis=1, initial=0.0)
    answered = (moved > STILL_CM) & (fell > unanswered[:, None])
    rise = median(np.where(answered, moved / np.maximum(fell, 1.0), np.nan))
    return Usual(level, rise, unanswered, np.maximum(most(depth), 0.0), faults.heaviest(rain))


def diagnose(window: Window, habits: Usual) -> NDArray[np.int64]:
    """The health of every gauge now; what is worse wins."""
    found = np.where(now(window.depth) > habits.dry_level + 1.0, Health.WET, Health.DRY)
    found = np.where(drifting(window, habits), Health.DRIFTING, found)
    found = np.where(stuck(window, habits), Health.STUCK, found)
    scale = faults.rescaled(window.depth, window.rain, habits.highest, habits.heaviest_mm)
    found = np.where(scale, Health.RESCALED, found)
    found = np.where(faults.lone(window.depth) >= faults.LONE_READINGS, Health.NOISY, found)
    return np.where(silent(window), Health.SILENT, found).astype(np.int64)


def silent(window: Window) -> NDArray[np.bool_]:
    """No reading in the last half hour."""
    return np.logical_not(np.isfinite(window.depth[:, -SILENT_STEPS:]).any(axis=1))


def stuck(window: Window, habits: Usual) -> NDArray[np.bool_]:
    """Unmoved where water must have moved: deaf to rain, or frozen to the digit above the dry level."""
    return _deaf_to_rain(window, habits) | _frozen_high(window, habits)


def drifting(window: Window, habits: Usual) -> NDArray[np.bool_]:
    """A dry level that has left its place little by little while no rain explains it, or lies below nought."""
    return _creeping(window, habits) | (level(window.depth) < -DRIFT_CM)


def level(depth: Array) -> Array:
    """Where each gauge mostly stood in the last quarter of a day."""
    return median(depth[:, -max(DAY // 4, 1) :])


def _creeping(window: Window, habits: Usual) -> NDArray[np.bool_]:
    calm = np.where(fallen(window.rain, 18 * HOUR) < 0.1, window.depth, np.nan)
    before, after = median(calm[:, : calm.shape[1] // 2]), level(calm)
    moved = after - habits.dry_level
    gradual = (np.sign(after - before) == np.sign(moved)) & ~_receding(window.depth, np.sign(moved))
    steps = np.abs(np.diff(calm, axis=1))
    slow = np.nan_to_num(most(steps)) < np.maximum(1.0, 0.5 * np.abs(moved))
    alone = _near(window, np.abs(moved) > DRIFT_CM) < 0.5
    return (np.abs(moved) > DRIFT_CM) & gradual & slow & alone


def _receding(depth: Array, side: Array) -> NDArray[np.bool_]:
    """Whether the level is on its way back: water that drains slowly, not a gauge that drifts."""
    quarter = DAY // 4
    late, early = median(depth[:, -quarter // 2 :]), median(depth[:, -quarter : -quarter // 2])
    return side * (late - early) < -0.3


def _deaf_to_rain(window: Window, habits: Usual) -> NDArray[np.bool_]:
    """Unmoved in and since three hours with more rain than this gauge ever left unanswered."""
    recent = slice(-9 * HOUR, None)
    fell, moved = windows(window.rain[:, recent]).sum(axis=2), spans(window.depth[:, recent])
    others = np.stack([_near(window, column > 2.0) for column in moved.T], axis=1)
    alone = window.near.sum(axis=1)[:, None] == 0
    unheard = habits.unanswered_mm[:, None]
    surely = np.where(alone, 1.5 * unheard + 15, 1.25 * unheard + 4)
    deaf = (fell > surely) & (moved <= STILL_CM) & (alone | (others >= 0.5))
    starts = [number * STRIDE for number in range(deaf.shape[1])]
    since = np.stack([span(window.depth[:, recent][:, start:]) for start in starts], axis=1)
    return (deaf & (since <= STILL_CM) & (habits.rise_per_mm > 0)[:, None]).any(axis=1)


def _frozen_high(window: Window, habits: Usual) -> NDArray[np.bool_]:
    hours = 6 * HOUR
    still = span(window.depth[:, -hours:]) <= 0.0
    high = now(window.depth) > habits.dry_level + DRIFT_CM
    enough = np.isfinite(window.depth[:, -hours:]).sum(axis=1) >= hours // 2
    return still & high & enough


def _near(window: Window, flag: NDArray[np.bool_]) -> Array:
    """The share of a gauge's neighbours, those that are heard, of whom this is true."""
    heard = window.near & ~silent(window)[None, :]
    return (heard & flag[None, :]).sum(axis=1) / np.maximum(heard.sum(axis=1), 1)
