"""The reproduction number from counts that lag: infections renew themselves and are counted late.

The logarithm of R walks at random; its most probable path and its curvature give the bands. How fast it
walks and how noisy the counts are is learned from the counts. Infections of the last days are hardly seen
yet, and the bands say so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

WALKS = (0.02, 0.04, 0.07, 0.12, 0.2)  # daily steps of log R that are weighed
FIRST_SPREAD = 0.7  # of log R on the first day
STEPS = 25
DISPERSIONS = np.array([0.0, *np.geomspace(1e-4, 2.0, 40)])


@dataclass(frozen=True)
class Delays:
    """Daily probabilities: infection to infection (index 0 is one day), and infection to being counted."""

    generation: NDArray[np.float64]
    counted: NDArray[np.float64]


@dataclass(frozen=True)
class Rt:
    """R by day of infection: median and standard deviation of its logarithm; and the infections."""

    log_r: NDArray[np.float64]
    sd: NDArray[np.float64]
    infections: NDArray[np.float64]
    walk: float
    dispersion: float

    def quantile(self, level: float) -> NDArray[np.float64]:
        """The level's quantile of R on every day."""
        return np.exp(self.log_r + ndtri(level) * self.sd)


@dataclass(frozen=True)
class _Fit:
    log_r: NDArray[np.float64]
    sd: NDArray[np.float64]
    infections: NDArray[np.float64]
    dispersion: float
    evidence: float


def estimate(counts: NDArray[np.float64], delays: Delays, seen: NDArray[np.float64] | None = None) -> Rt:
    """R on each day of the counts (NaN: not known); `seen`: the share of each count already reported."""
    if not len(counts):
        return Rt(np.empty(0), np.empty(0), np.empty(0), WALKS[0], 0.0)
    share = np.ones(len(counts)) if seen is None else np.asarray(seen, dtype=np.float64)
    share = np.where(np.isfinite(counts) & (counts >= 0), share * weekdays(counts), 0.0)
    known = np.where(share > 0, counts, 0.0)
    fits = [(walk, _fit(known, delays, share, walk)) for walk in WALKS]
    walk, best = max(fits, key=lambda found: found[1].evidence)
    return Rt(best.log_r, best.sd, best.infections, walk, best.dispersion)


def weekdays(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each weekday's counts over those of the week around it; ones when there are under four weeks."""
    if len(counts) < 28:
        return np.ones(len(counts))
    clean = np.where(np.isfinite(counts) & (counts >= 0), counts, np.nan)
    around = np.convolve(np.nan_to_num(clean), np.ones(7) / 7, mode="valid")
    middle = clean[3:-3]
    day = np.arange(3, len(counts) - 3) % 7
    good = np.isfinite(middle)
    total = np.bincount(day[good], middle[good], minlength=7) + 1.0
    usual = np.bincount(day[good], around[good], minlength=7) + 1.0
    factor = total / usual
    return (factor / factor.mean())[np.arange(len(counts)) % 7]


def _fit(counts: NDArray[np.float64], delays: Delays, share: NDArray[np.float64], walk: float) -> _Fit:
    """Level and growth of the first infections and log R of every day, with a random-walk prior."""
    prior, centre = _prior(len(counts), walk), np.zeros(len(counts) + 2)
    centre[0] = np.log(max(float(counts[:14].mean()), 0.5))
    state, precision, dispersion = _most_probable(counts, delays, share, prior, centre)
    infections, expected, _ = _predict(state, delays, share, len(counts))
    sd = np.sqrt(np.diag(np.linalg.inv(precision)))
    evidence = _evidence(counts, expected, share, dispersion, state - centre, prior, precision)
    return _Fit(state[2:], sd[2:], infections, dispersion, evidence)


def _most_probable(
    counts: NDArray[np.float64],
    delays: Delays,
    share: NDArray[np.float64],
    prior: NDArray[np.float64],
    centre: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """The path by Gauss-Newton, its precision, and the dispersion of the counts around it."""
    state, precision, dispersion, used = centre.copy(), prior, 0.0, 0.0
    for _ in range(STEPS):
        _, expected, slope = _predict(state, delays, share, len(counts))
        dispersion = _dispersion(counts, expected, share, used)
        weight = share.astype(bool) / _variance(expected, dispersion)
        told = slope.T @ (weight[:, None] * slope)
        precision = told + prior
        used = float(np.trace(np.linalg.solve(precision, told)))
        step = np.linalg.solve(precision, slope.T @ (weight * (counts - expected)) - prior @ (state - centre))
        state += np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-4:
            break
    return state, precision, dispersion


def _prior(days: int, walk: float) -> NDArray[np.float64]:
    steps = np.diff(np.eye(days), axis=0)
    precision = np.zeros((days + 2, days + 2))
    precision[0, 0], precision[1, 1] = 1 / 2.0**2, 1 / 0.1**2
    precision[2:, 2:] = steps.T @ steps / walk**2
    precision[2, 2] += 1 / FIRST_SPREAD**2
    return precision


def _predict(
    state: NDArray[np.float64], delays: Delays, share: NDArray[np.float64], days: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Infections, expected counts, and their slopes in the state."""
    before = max(len(delays.generation), len(delays.counted))
    infections = np.empty(before + days)
    slope = np.zeros((before + days, days + 2))
    early = np.arange(-before, 0)
    infections[:before] = np.exp(np.clip(state[0] + state[1] * early, -20, 20))
    slope[:before, 0], slope[:before, 1] = infections[:before], infections[:before] * early
    back = delays.generation[::-1]
    for day in range(days):
        r = np.exp(np.clip(state[2 + day], -4, 4))
        window = slice(before + day - len(back), before + day)
        infections[before + day] = r * (back @ infections[window])
        slope[before + day] = r * (back @ slope[window])
        slope[before + day, 2 + day] += infections[before + day]
    lag = np.arange(before, before + days)[:, None] - np.arange(len(delays.counted))
    expected = share * (infections[lag] @ delays.counted)
    felt = share[:, None] * np.einsum("tdk,d->tk", slope[lag], delays.counted)
    return infections[before:], expected, felt


def _variance(expected: NDArray[np.float64], dispersion: float) -> NDArray[np.float64]:
    mean = np.maximum(expected, 1e-6)
    return mean + dispersion * mean**2


def _dispersion(
    counts: NDArray[np.float64], expected: NDArray[np.float64], share: NDArray[np.float64], used: float
) -> float:
    """The negative binomial dispersion whose residuals are as large as they should be, `used` by R's path."""
    known = share > 0
    squares = (counts - expected)[known] ** 2
    wanted = max(float(known.sum()) - used, 1.0)
    surplus = [(squares / _variance(expected[known], tried)).sum() - wanted for tried in DISPERSIONS]
    return float(np.interp(0.0, surplus[::-1], DISPERSIONS[::-1]))


def _evidence(
    counts: NDArray[np.float64],
    expected: NDArray[np.float64],
    share: NDArray[np.float64],
    dispersion: float,
    offset: NDArray[np.float64],
    prior: NDArray[np.float64],
    precision: NDArray[np.float64],
) -> float:
    """Laplace's approximation of the log probability of the counts under this walk."""
    known = share > 0
    variance = _variance(expected[known], dispersion)
    fit = -0.5 * np.sum(np.log(variance) + (counts - expected)[known] ** 2 / variance)
    prior_part = 0.5 * np.linalg.slogdet(prior)[1] - 0.5 * offset @ prior @ offset
    return float(fit + prior_part - 0.5 * np.linalg.slogdet(precision)[1])
