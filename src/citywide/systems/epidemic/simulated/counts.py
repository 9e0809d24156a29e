"""What places count on every day of past years and of the days to come, without any outbreak; and when they say it."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.systems.epidemic.model import Series

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
YEAR = 365.25
LAGS = 5  # days until everything of a day has been said
WORKING_DAY, WEEKEND = 1.12, 0.7
SPREAD = 1.25  # variance over mean
HEIGHT = 0.2  # of the logarithm of a year's wave, from year to year
SHIFT_DAYS = 5.0  # by which a year's wave comes early or late


class Rhythm(Struct, frozen=True):
    """How many a day at a place of middling size, the day of the year of the peak, and the height of the wave."""

    a_day: float
    peak: float
    wave: float


RHYTHMS = {
    "influenza_like": Rhythm(2.4, 15, 0.6), "diarrhoea": Rhythm(1.6, 200, 0.5), "fever_rash": Rhythm(0.5, 140, 0.4),
    "pneumonia": Rhythm(1.2, 25, 0.6), "positives": Rhythm(0.9, 18, 0.6), "told": Rhythm(0.02, 15, 0.3),
    "absence": Rhythm(5.0, 15, 0.6), "remedies": Rhythm(9.0, 15, 0.5),
}  # fmt: skip
DRIFT = 0.08  # of the logarithm, as habits change


def usual_means(sizes: Floats, series: Sequence[Series], first: date, days: int, rng: np.random.Generator) -> Floats:
    """How many are to be expected [places, series, days] from `first` on; `sizes` are against a middling place's."""
    at = np.arange(days)
    weekday = np.where((at + first.weekday()) % 7 < 5, WORKING_DAY, WEEKEND)
    drift = DRIFT * _wandering(len(sizes), days, rng)
    waves = [_season(RHYTHMS[one.name], first, days, rng) for one in series]
    a_day = [sizes[:, None] * RHYTHMS[one.name].a_day * weekday for one in series]
    means = [each * np.exp(wave + drift) for each, wave in zip(a_day, waves, strict=True)]
    return np.stack(means, axis=1)


def counted(expected: Floats, rng: np.random.Generator) -> Ints:
    """What is counted where so many are to be expected."""
    return rng.poisson(rng.gamma(expected / (SPREAD - 1), SPREAD - 1))


def reported(counts: Ints, prompt: Floats, rng: np.random.Generator) -> Ints:
    """What was said of each day [places, series, days, lag]; `prompt` is the share that each place says at once."""
    share = prompt.reshape(-1, *[1] * (counts.ndim - 1))
    known, said = np.zeros_like(counts), []
    for lag in range(LAGS):
        known = known + rng.binomial(counts - known, np.broadcast_to(share if lag < LAGS - 1 else 1.0, counts.shape))
        said.append(known)
    return np.stack(said, axis=-1)


def _season(rhythm: Rhythm, first: date, days: int, rng: np.random.Generator) -> Floats:
    """The logarithm of the yearly wave; no two years are alike."""
    years = np.arange(first.year - 1, first.year + days // 365 + 3)
    peaks = np.array([date(int(year), 1, 1).toordinal() for year in years]) - first.toordinal() + rhythm.peak
    moved = peaks + rng.normal(0, SHIFT_DAYS, len(years))
    height = rhythm.wave * np.exp(rng.normal(0, HEIGHT, len(years)))
    phase = np.interp(np.arange(days), moved, 2 * np.pi * np.arange(len(years)))
    return np.interp(np.arange(days), moved, height) * np.cos(phase)


def _wandering(places: int, days: int, rng: np.random.Generator) -> Floats:
    """A slow walk of unit size: people change their habits."""
    steps = rng.normal(0, 1, (places, -(-days // 28) + 2))
    knots = np.stack([np.convolve(row, np.ones(3) / np.sqrt(3), "same") for row in steps])
    return np.stack([np.interp(np.arange(days), 28 * np.arange(knots.shape[1]), row) for row in knots])
