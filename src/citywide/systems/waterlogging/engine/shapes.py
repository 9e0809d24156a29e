"""The shapes that rain takes: how much of it falls when, before a total is drawn (see `storms`)."""

import numpy as np
from numpy.typing import NDArray

Rain = NDArray[np.float64]


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


def downpour(rng: np.random.Generator, length: int) -> Rain:
    """A quick rise to the peak, from which the rain dies away."""
    peak, fades = rng.uniform(0.05, 0.35), rng.uniform(0.15, 0.8)
    share = (np.arange(length) + 0.5) / length
    return np.where(share < peak, share / peak, np.exp((peak - share) / fades))


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
