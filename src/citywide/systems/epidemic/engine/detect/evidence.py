"""How much better an outbreak explains the last weeks than the usual does."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

LAGS = 3
# Prior weight of an outbreak that began this week, a week ago, two weeks ago: early warning comes first.
ONSET = np.array([1.0, 0.08, 0.006])
# Share of an outbreak's cases in its first, second and third week.
COURSE = np.array([0.50, 0.42, 0.08])
# Sizes weighed, in standard deviations of the usual count.
SIZES = np.array([1.0, 2.0, 3.5, 5.5, 8.0])


@njit(cache=True)
def log_probability(count: float, mean: float, variance: float) -> float:
    """Log negative binomial probability with this mean and variance (Poisson when they are equal)."""
    if variance <= mean * 1.0001:
        return count * math.log(mean) - mean - math.lgamma(count + 1)
    size = mean * mean / (variance - mean)
    combinations = math.lgamma(count + size) - math.lgamma(size) - math.lgamma(count + 1)
    return combinations + size * math.log(mean / variance) + count * math.log(1 - mean / variance)


@njit(cache=True)
def evidence(
    counts: NDArray[np.float64], means: NDArray[np.float64], variances: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log Bayes factors [series, weeks since onset]; everything is [series, LAGS], newest first."""
    found = np.empty((len(counts), LAGS))
    for i in range(len(counts)):
        for onset in range(LAGS):
            found[i, onset] = _of_onset(counts[i], means[i], variances[i], onset)
    return found


@njit(cache=True)
def _of_onset(
    counts: NDArray[np.float64], means: NDArray[np.float64], variances: NDArray[np.float64], onset: int
) -> float:
    usual = 0.0
    for lag in range(onset + 1):
        if counts[lag] >= 0:
            usual += log_probability(counts[lag], means[lag], variances[lag])
    total = 0.0
    for size in SIZES:
        cases = size * math.sqrt(variances[onset])
        # an outbreak is as overdispersed as the usual, so that more cases are always more evidence
        unusual = 0.0
        for lag in range(onset + 1):
            more = 1 + cases * COURSE[onset - lag] / means[lag]
            if counts[lag] >= 0:
                unusual += log_probability(counts[lag], means[lag] * more, variances[lag] * more)
        total += math.exp(min(unusual - usual, 600.0))
    return math.log(max(total, 1e-300) * ONSET[onset] / len(SIZES))


def summed(by_onset: NDArray[np.float64]) -> NDArray[np.float64]:
    """The evidence over all onsets (the last axis), as one log Bayes factor."""
    return np.logaddexp.reduce(by_onset, axis=-1)
