"""The usual counts of many series for the newest weeks, each week known only from weeks before it."""

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.detect.baseline import design, fit
from citywide.systems.epidemic.engine.detect.evidence import LAGS

WEEKS_PER_YEAR = 52.1775
YEARS_OF_HISTORY = 10
RECENT = 4  # weeks left out of the fit, so that an outbreak under way does not become the usual
LATELY = 6  # weeks before the newest that say how this year's season differs from other years'
DOUBT = 10.0  # cases at each place that weigh for other years' season
DIFFER = 1.25  # how far one year's season may be from others'; what is more is no season


@dataclass(frozen=True)
class Usual:
    """What is expected: `expected` [series, weeks, LAGS] newest lag first; the rest [series, weeks]."""

    expected: NDArray[np.float64]
    dispersion: NDArray[np.float64]
    uncertainty: NDArray[np.float64]

    @property
    def variance(self) -> NDArray[np.float64]:
        """The variance of a count around its expectation, which itself is known only so well."""
        return self.expected * self.dispersion[..., None] + (self.expected * self.uncertainty[..., None]) ** 2

    def repeated(self, times: int) -> "Usual":
        """The same weeks so many times over."""
        expected = np.tile(self.expected, (1, times, 1))
        return Usual(expected, *(np.tile(part, times) for part in (self.dispersion, self.uncertainty)))


def usual(
    counts: NDArray[np.float64], first_week: int, weeks_per_year: float = WEEKS_PER_YEAR, places: int = 0
) -> Usual:
    """Fit every series anew for every week from `first_week` on; a negative count is one not known.

    No two seasons are alike: where the series are those of so many `places`, each kind's season is as high as it has
    lately been at the places in the middle.
    """
    regressors, shrinkage = design(counts.shape[1], weeks_per_year)
    history = round(YEARS_OF_HISTORY * weeks_per_year)
    expected, dispersion, uncertainty, lately = _usual(counts, regressors, shrinkage, first_week, history)
    if places:
        expected *= _season(lately, places)[..., None]
    return Usual(expected, dispersion, uncertainty)


def _season(lately: NDArray[np.float64], places: int) -> NDArray[np.float64]:
    """This season over other years', the same at every place; `lately` is counted and expected [series, weeks, 2]."""
    counted, expected = np.moveaxis(lately.reshape(places, -1, *lately.shape[1:]) + DOUBT, -1, 0)
    middle = np.clip(np.median(counted / expected, axis=0), 1 / DIFFER, DIFFER)
    return np.tile(middle, (places, 1))


@njit(cache=True)
def _usual(
    counts: NDArray[np.float64],
    regressors: NDArray[np.float64],
    shrinkage: NDArray[np.float64],
    first_week: int,
    history: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    series, weeks = counts.shape
    expected = np.empty((series, weeks - first_week, LAGS))
    dispersion = np.empty((series, weeks - first_week))
    uncertainty = np.empty((series, weeks - first_week))
    lately = np.zeros((series, weeks - first_week, 2))
    for i in range(series):
        law = np.zeros(regressors.shape[1])
        law[0] = math.log(np.maximum(counts[i], 0.0).mean() + 0.05)
        for week in range(first_week, weeks):
            at = week - first_week
            spread, information = fit(counts[i], regressors, shrinkage, law, max(0, week - history), week - RECENT)
            dispersion[i, at] = spread
            uncertainty[i, at] = _uncertainty(regressors[week], information, spread)
            for lag in range(LAGS):
                expected[i, at, lag] = _mean(regressors[week - lag], law)
            _add_lately(counts[i], regressors, law, week, lately[i, at])
    return expected, dispersion, uncertainty, lately


@njit(cache=True)
def _mean(now: NDArray[np.float64], law: NDArray[np.float64]) -> float:
    """What a week's regressors and the coefficients let expect."""
    return math.exp(min(max((now * law).sum(), -12.0), 20.0))


@njit(cache=True)
def _uncertainty(now: NDArray[np.float64], information: NDArray[np.float64], spread: float) -> float:
    """The standard error of the logarithm of what is expected."""
    return math.sqrt(spread * (now * np.linalg.solve(information, now)).sum())


@njit(cache=True)
def _add_lately(
    counts: NDArray[np.float64],
    regressors: NDArray[np.float64],
    law: NDArray[np.float64],
    week: int,
    lately: NDArray[np.float64],
) -> None:
    """What was counted, and what was expected, in the weeks before that are known."""
    for before in range(max(0, week - LATELY), week):
        if counts[before] >= 0:
            lately[0] += counts[before]
            lately[1] += _mean(regressors[before], law)
