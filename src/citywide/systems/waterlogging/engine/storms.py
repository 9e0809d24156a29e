"""Seeded storms with realistic hyetographs, in millimetres per five minutes."""

import math
from collections.abc import Callable

import numpy as np

from citywide.systems.waterlogging.engine.shapes import (
    Rain,
    blocks,
    cells,
    chicago,
    downpour,
    drizzle,
    flicker,
    frontal,
    huff,
    showers,
    triangle,
    twin_peaks,
)

STEP_MINUTES = 5

Shape = Callable[[np.random.Generator, int], Rain]


def storm(
    rng: np.random.Generator,
    steps: int = 96,
    total_mm: float | None = None,
    *,
    roughness: float | None = None,
) -> Rain:
    """One storm of a random family within `steps` five-minute steps.

    `roughness` is the spread of the logarithm of the rain about its line; 0 is a line as drawn.
    """
    shape = FAMILIES[rng.choice(len(FAMILIES), p=SHARES)]
    return _drawn(rng, steps, total_mm, shape, (1 / 8, 3 / 4), lambda: roughness)


def design_storm(rng: np.random.Generator, steps: int = 96, total_mm: float | None = None) -> Rain:
    """A storm as engineers draw it: one smooth peak with a little unsteadiness."""
    shape = (chicago, huff, triangle)[rng.integers(3)]
    return _drawn(rng, steps, total_mm, shape, (1 / 8, 1 / 2), lambda: rng.uniform(0, 0.1))


def sudden_storm(rng: np.random.Generator, steps: int = 96, total_mm: float | None = None) -> Rain:
    """A downpour: there at once, spent within hours."""
    return _drawn(rng, steps, total_mm, downpour, (1 / 10, 3 / 8), lambda: rng.uniform(0, 0.4))


def double_storm(rng: np.random.Generator, steps: int = 96, total_mm: float | None = None) -> Rain:
    """A storm that comes back: two smooth peaks, the second often when the first has nearly passed."""
    return _drawn(rng, steps, total_mm, twin_peaks, (1 / 4, 7 / 8), lambda: rng.uniform(0, 0.3))


def long_drizzle(rng: np.random.Generator, steps: int = 96, total_mm: float | None = None) -> Rain:
    """Hours of light rain that hardly changes."""
    total = total_mm if total_mm is not None else 0.6 * drawn_total(rng)
    return _drawn(rng, steps, total, drizzle, (1 / 2, 1), lambda: rng.uniform(0, 0.3))


def passing_showers(rng: np.random.Generator, steps: int = 96, total_mm: float | None = None) -> Rain:
    """Hours of showers that come and go as they please."""
    return _drawn(rng, steps, total_mm, showers, (1 / 2, 1), lambda: rng.uniform(0, 0.3))


def _drawn(
    rng: np.random.Generator,
    steps: int,
    total_mm: float | None,
    shape: Shape,
    lengths: tuple[float, float],
    roughness: Callable[[], float | None],
) -> Rain:
    """A storm of this shape that lasts such shares of the steps."""
    least, most = (int(steps * share) for share in lengths)
    length = int(rng.integers(least, max(most, least + 1)))
    start = int(rng.integers(0, max(1, min(steps // 4, steps - length) + 1)))
    rain = np.zeros(steps)
    rain[start : start + length] = shape(rng, length) * flicker(rng, length, roughness())
    total = total_mm if total_mm is not None else drawn_total(rng)
    return _tipped(rain * total / max(rain.sum(), 1e-9))


def drawn_total(rng: np.random.Generator) -> float:
    """A storm's total: mostly 15 to 80 mm, seldom a disaster."""
    return min(max(35 * math.exp(rng.normal(0.0, 0.6)), 5.0), 160.0)


FAMILIES: tuple[Shape, ...] = (chicago, huff, cells, frontal, blocks)
SHARES = (0.25, 0.2, 0.25, 0.2, 0.1)


def _tipped(rain: Rain) -> Rain:
    """Rain as a tipping bucket of 0.1 mm counts it, the remainder carried on."""
    return np.diff(np.floor(np.concatenate(([0.0], np.cumsum(rain))) * 10 + 1e-9)) / 10
