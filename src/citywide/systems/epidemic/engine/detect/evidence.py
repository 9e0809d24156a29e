"""How much better an outbreak explains the last weeks than the usual does."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

LAGS = 5
# Prior weight of an outbreak that began this week, a week ago, two weeks ago, …: early warning comes first.
ONSET = np.array([1.0, 0.12, 0.04, 0.015, 0.005])
# Share of an outbreak's cases in its first, second, … week.
COURSE = np.array([0.50, 0.42, 0.066, 0.011, 0.003])
# Sizes weighed, in standard deviations of the usual count.
SIZES = np.array([1.0, 2.0, 3.5, 5.5, 8.0])
HUGE = 0.02  # weight of an outbreak as large as what was counted, beside each of these sizes
OVER = 0.02  # how often an outbreak begins that may be over by now, beside weeks that are as usual
STILL = np.array([1.0, 0.50, 0.08, 0.014, 0.003])  # of them, what is still to come when such a week begins


@njit(cache=True)
def likelihood(count: float, mean: float, variance: float) -> float:
    """Log negative binomial probability with this mean and variance (Poisson when they are equal).

    Less the logarithm of count!, which no ratio of two of them holds.
    """
    if variance <= mean * 1.0001:
        return count * math.log(mean) - mean
    size = mean * mean / (variance - mean)
    combinations = math.lgamma(count + size) - math.lgamma(size)
    return combinations + size * math.log(mean / variance) + count * math.log(1 - mean / variance)


@njit(cache=True)
def evidence(
    counts: NDArray[np.float64], means: NDArray[np.float64], variances: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log Bayes factors [series, weeks since onset]; everything is [series, LAGS], newest first."""
    found = np.empty((len(counts), LAGS))
    for i in range(len(counts)):
        _under_way(counts[i], means[i], variances[i], found[i])
    return found


@njit(cache=True)
def _under_way(
    counts: NDArray[np.float64], means: NDArray[np.float64], variances: NDArray[np.float64], found: NDArray[np.float64]
) -> None:
    """An outbreak of each onset that still runs, against weeks as usual or an outbreak that is over."""
    as_usual = np.array([likelihood(max(counts[lag], 0.0), means[lag], variances[lag]) for lag in range(LAGS)])
    over = 1.0
    for onset in range(LAGS):
        deviation = math.sqrt(variances[onset])
        huge = max(_excess(counts, means, onset), SIZES[-1] * deviation)
        total = HUGE * math.exp(_ratios(counts, means, variances, as_usual, onset, huge)[1])
        for size in SIZES:
            cases = size * deviation
            before, until_now = _ratios(counts, means, variances, as_usual, onset, cases)
            ends = math.exp(-cases * STILL[onset])
            total += (1 - ends) * math.exp(until_now)
            if onset:
                over += OVER / len(SIZES) * ends * math.exp(before)
        found[onset] = math.log(max(total, 1e-300) * ONSET[onset] / len(SIZES))
    found -= math.log(over)


@njit(cache=True)
def _excess(counts: NDArray[np.float64], means: NDArray[np.float64], onset: int) -> float:
    """The whole size of an outbreak that explains all cases so far."""
    cases, share = 0.0, 0.0
    for lag in range(onset + 1):
        if counts[lag] >= 0:
            cases += counts[lag] - means[lag]
            share += COURSE[onset - lag]
    return cases / share if share > 0 else 0.0


@njit(cache=True)
def _ratios(
    counts: NDArray[np.float64],
    means: NDArray[np.float64],
    variances: NDArray[np.float64],
    as_usual: NDArray[np.float64],
    onset: int,
    cases: float,
) -> tuple[float, float]:
    """Log likelihood ratios of an outbreak of this many cases on top of the usual: of the weeks before, and of all."""
    before = 0.0
    for lag in range(1, onset + 1):
        before += _ratio(counts[lag], means[lag], variances[lag], as_usual[lag], cases * COURSE[onset - lag])
    newest = _ratio(counts[0], means[0], variances[0], as_usual[0], cases * COURSE[onset])
    return min(before, 600.0), min(before + newest, 600.0)


@njit(cache=True)
def _ratio(count: float, mean: float, variance: float, as_usual: float, more: float) -> float:
    """Of one week; the outbreak's own cases are Poisson, and a week that was not told says nothing."""
    if count < 0:
        return 0.0
    highest = _highest(mean, variance, more)
    if count > highest:
        count, as_usual = highest, likelihood(highest, mean, variance)
    return likelihood(count, mean + more, variance + more) - as_usual


@njit(cache=True)
def _highest(mean: float, variance: float, more: float) -> float:
    """The count beyond which the wide usual would explain still more cases better than so small an outbreak.

    There the ratio of the two negative binomials turns; it is held, so that more cases are never less evidence.
    """
    wide = variance - mean
    return ((2 * mean + more) * variance - mean * mean) / wide + 1 if wide > 1e-4 * mean else math.inf


def summed(by_onset: NDArray[np.float64]) -> NDArray[np.float64]:
    """The evidence over all onsets (the last axis), as one log Bayes factor."""
    return np.logaddexp.reduce(by_onset, axis=-1)
