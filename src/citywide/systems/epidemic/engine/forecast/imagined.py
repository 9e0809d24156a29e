"""Seasons that never were: waves of many shapes from a renewal process, where real history is short."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

SPIN_UP = 104  # weeks before the process has forgotten its start


def imagined(weeks: int, places: int, seed: int, seasonal: bool = True) -> Floats:
    """Weekly counts of places that share weather and travel; susceptibles deplete and wane."""
    rng = np.random.default_rng(seed)
    length = weeks + SPIN_UP
    drive = _drive(length, places, rng, seasonal)
    waning = rng.uniform(0.008, 0.03)
    susceptible, cases = rng.uniform(0.4, 0.7, places), np.full((length, places), 1e-4)
    for t in range(2, length):
        pressure = 0.75 * cases[t - 1] + 0.25 * cases[t - 2] + 2e-6
        pressure = 0.97 * pressure + 0.03 * pressure.mean()
        cases[t] = susceptible * (1 - np.exp(-drive[t] * pressure))
        susceptible = np.clip(susceptible - cases[t] + waning * (1 - susceptible), 0.01, 1)
    return _reported(cases[SPIN_UP:], rng)


def _drive(length: int, places: int, rng: np.random.Generator, seasonal: bool) -> Floats:
    """Transmission by week and place: a season, slow variants, and weekly weather."""
    turn = 2 * np.pi * np.arange(length) / 52.18
    swing = rng.uniform(0.1, 0.3) if seasonal else rng.uniform(0, 0.05)
    season = swing * np.cos(turn[:, None] + rng.normal(0, 0.2, places))
    drift = np.cumsum(rng.normal(0, 0.03 if seasonal else 0.06, length))
    slow = drift - np.convolve(np.pad(drift, 26, mode="edge"), np.ones(53) / 53, mode="valid")
    weather = rng.normal(0, 0.04, (length, 1)) + rng.normal(0, 0.04, (length, places))
    return rng.uniform(1.8, 3.2) * np.exp(season + slow[:, None] + weather + rng.normal(0, 0.08, places))


def _reported(cases: Floats, rng: np.random.Generator) -> Floats:
    size = np.exp(rng.uniform(5.7, 12.6, len(cases.T)))
    expected = cases / cases.max(axis=0) * np.maximum(size / 100, 4)
    spread = rng.gamma(40, 1 / 40, cases.shape)
    return np.asarray(rng.poisson(expected * spread), dtype=np.float64)
