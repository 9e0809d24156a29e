"""Seeded storms with realistic hyetographs, in millimetres per five minutes."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

STEP_MINUTES = 5

Rain = NDArray[np.float64]
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


def chicago(rng: np.random.Generator, length: int) -> Rain:
    """A design storm after Keifer and Chu: one sharp peak, power-law limbs."""
    peak, sharpness = rng.uniform(0.15, 0.75), rng.uniform(0.6, 0.95)
    minutes = (np.arange(length) + 0.5) / length - peak
    limb = np.where(minutes < 0, -minutes / peak, minutes / (1 - peak))
    return (limb + 0.08) ** (-2 * sharpness)


def huff(rng: np.random.Generator, length: int) -> Rain:
    """A smooth hump in one of the quarters of the storm, as Huff's curves have it."""
    mode, weight = rng.uniform(0.1, 0.9), rng.uniform(2, 9)
    share = (np.arange(length) + 0.5) / length
    return share ** (weight * mode) * (1 - share) ** (weight * (1 - mode))


def cells(rng: np.random.Generator, length: int) -> Rain:
    """Convective cells that pass one after another."""
    rain = np.zeros(length)
    for _ in range(int(rng.integers(1, 7))):
        start, width = rng.integers(0, length), rng.integers(2, 14)
        rise = np.sin(np.pi * (np.arange(width) + 0.5) / width)
        end = min(length, start + width)
        rain[start:end] += rng.gamma(1.5) * rise[: end - start]
    return rain


def frontal(rng: np.random.Generator, length: int) -> Rain:
    """Long, uneven rain whose logarithm wanders and returns."""
    return np.exp(wander(rng, length, memory=rng.uniform(0.8, 0.97), spread=rng.uniform(0.5, 1.1)))


def blocks(rng: np.random.Generator, length: int) -> Rain:
    """Steady rain that changes its rate now and then."""
    changes = np.sort(rng.integers(0, length, int(rng.integers(0, 5))))
    return np.repeat(rng.gamma(1.0, size=len(changes) + 1), np.diff([0, *changes, length]))


def triangle(rng: np.random.Generator, length: int) -> Rain:
    """A straight rise to one peak and a straight fall."""
    peak = rng.uniform(0.15, 0.85)
    share = (np.arange(length) + 0.5) / length
    return np.minimum(share / peak, (1 - share) / (1 - peak))


def twin_peaks(rng: np.random.Generator, length: int) -> Rain:
    """Two humps of unlike height and width on a little steady rain."""
    share = (np.arange(length) + 0.5) / length
    first, gap = rng.uniform(0.1, 0.4), rng.uniform(0.25, 0.55)
    widths, heights = rng.uniform(0.04, 0.14, 2), rng.uniform(0.3, 1.0, 2)
    peaks = zip((first, first + gap), widths, heights, strict=True)
    humps = (high * np.exp(-(((share - at) / wide) ** 2)) for at, wide, high in peaks)
    return rng.uniform(0, 0.08) + sum(humps, start=np.zeros(length))


def drizzle(rng: np.random.Generator, length: int) -> Rain:
    """Rain that hardly changes from hour to hour."""
    return np.exp(wander(rng, length, memory=0.98, spread=rng.uniform(0.05, 0.4)))


def showers(rng: np.random.Generator, length: int) -> Rain:
    """Short rains of any strength at any time."""
    rain = np.zeros(length)
    for _ in range(int(rng.poisson(length / 8)) + 1):
        start = int(rng.integers(0, length))
        rain[start : start + int(rng.geometric(0.25))] += rng.gamma(0.8)
    return rain


def flicker(rng: np.random.Generator, length: int, spread: float | None = None) -> Rain:
    """The unsteadiness that every real storm has, five minutes to five minutes."""
    drawn = rng.uniform(0, 0.1) if rng.random() < 0.4 else rng.uniform(0.1, 0.5)
    return np.exp(wander(rng, length, memory=rng.uniform(0, 0.7), spread=drawn if spread is None else spread))


def wander(rng: np.random.Generator, length: int, memory: float, spread: float) -> Rain:
    """A first-order autoregression of the given spread."""
    shocks = rng.normal(0, spread * np.sqrt(1 - memory**2), length)
    path = np.empty(length)
    level = rng.normal(0, spread)
    for step in range(length):
        level = memory * level + shocks[step]
        path[step] = level
    return path


FAMILIES: tuple[Shape, ...] = (chicago, huff, cells, frontal, blocks)
SHARES = (0.25, 0.2, 0.25, 0.2, 0.1)


def _tipped(rain: Rain) -> Rain:
    """Rain as a tipping bucket of 0.1 mm counts it, the remainder carried on."""
    return np.diff(np.floor(np.concatenate(([0.0], np.cumsum(rain))) * 10 + 1e-9)) / 10
