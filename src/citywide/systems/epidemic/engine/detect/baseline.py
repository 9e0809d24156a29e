"""What is normal: a robust log-linear fit with trend and season for each series of counts."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

HARMONICS = 2
# Shrinkage as 1/variance of a coefficient on the log scale: a season or trend must earn its size.
TREND_SHRINKAGE = 2.0
SEASON_SHRINKAGE = 10.0
SUSPICIOUS = 2.58  # Anscombe residual above which a past week is taken for an old outbreak
ROUNDS = 3
STEPS = 8


def design(
    weeks: int, weeks_per_year: float, harmonics: int = HARMONICS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The regressors of every week (level, trend per ten years, season) and their shrinkage."""
    week = np.arange(weeks)
    angle = 2 * np.pi * np.outer(week, np.arange(1, harmonics + 1)) / weeks_per_year
    trend = (week - weeks + 1) / (10 * weeks_per_year)
    columns = np.column_stack([np.ones(weeks), trend, np.cos(angle), np.sin(angle)])
    shrinkage = np.array([0.0, TREND_SHRINKAGE, *[SEASON_SHRINKAGE] * (2 * harmonics)])
    return np.ascontiguousarray(columns), shrinkage


@njit(cache=True, fastmath=True)
def fit(
    counts: NDArray[np.float64],
    regressors: NDArray[np.float64],
    shrinkage: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    first: int,
    last: int,
) -> tuple[float, NDArray[np.float64]]:
    """Fit weeks [first, last) in place; the dispersion and the information matrix come back."""
    weights = np.ones(last - first)
    mean = np.empty(last - first)
    dispersion, information = 1.0, np.eye(len(coefficients))
    for _ in range(ROUNDS):
        information = _descend(
            counts[first:last], regressors[first:last], shrinkage * dispersion, coefficients, weights, mean
        )
        dispersion = _dispersion(counts[first:last], mean, weights, len(coefficients))
        _weigh(counts[first:last], mean, dispersion, weights)
    return dispersion, information


@njit(cache=True, fastmath=True)
def _descend(
    counts: NDArray[np.float64],
    regressors: NDArray[np.float64],
    shrinkage: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    weights: NDArray[np.float64],
    mean: NDArray[np.float64],
) -> NDArray[np.float64]:
    information = np.empty((len(coefficients), len(coefficients)))
    slope = np.empty(len(coefficients))
    for _ in range(STEPS):
        _normal_equations(counts, regressors, coefficients, weights, mean, information, slope)
        largest = 0.0
        for j in range(len(coefficients)):
            information[j, j] += shrinkage[j] + 1e-9
            slope[j] -= shrinkage[j] * coefficients[j]
        step = np.linalg.solve(information, slope)
        for j in range(len(coefficients)):
            bounded = min(max(step[j], -2.0), 2.0)
            coefficients[j] += bounded
            largest = max(largest, abs(bounded))
        if largest < 1e-3:
            break
    return information


@njit(cache=True, fastmath=True)
def _normal_equations(
    counts: NDArray[np.float64],
    regressors: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    weights: NDArray[np.float64],
    mean: NDArray[np.float64],
    information: NDArray[np.float64],
    slope: NDArray[np.float64],
) -> None:
    size = len(coefficients)
    information[:] = 0.0
    slope[:] = 0.0
    for t in range(len(counts)):
        if weights[t] == 0.0 or counts[t] < 0:  # below zero: set aside, not known
            continue
        level = 0.0
        for j in range(size):
            level += regressors[t, j] * coefficients[j]
        mean[t] = math.exp(min(max(level, -12.0), 20.0))
        gap = weights[t] * (counts[t] - mean[t])
        for j in range(size):
            slope[j] += gap * regressors[t, j]
            scaled = weights[t] * mean[t] * regressors[t, j]
            for k in range(j + 1):
                information[j, k] += scaled * regressors[t, k]
    _mirror(information)


@njit(cache=True)
def _mirror(lower: NDArray[np.float64]) -> None:
    for j in range(len(lower)):
        for k in range(j):
            lower[k, j] = lower[j, k]


@njit(cache=True, fastmath=True)
def _dispersion(
    counts: NDArray[np.float64], mean: NDArray[np.float64], weights: NDArray[np.float64], size: int
) -> float:
    squares, total = 0.0, 0.0
    for t in range(len(counts)):
        if counts[t] >= 0:
            squares += weights[t] * (counts[t] - mean[t]) ** 2 / mean[t]
            total += weights[t]
    return max(1.0, squares / max(total - size, 1.0))


@njit(cache=True, fastmath=True)
def _weigh(
    counts: NDArray[np.float64], mean: NDArray[np.float64], dispersion: float, weights: NDArray[np.float64]
) -> None:
    for t in range(len(counts)):
        if counts[t] < 0:
            continue
        unusual = 1.5 * (counts[t] ** (2 / 3) * mean[t] ** (-1 / 6) - math.sqrt(mean[t])) / math.sqrt(dispersion)
        weights[t] = 1.0 if unusual <= SUSPICIOUS else (SUSPICIOUS / unusual) ** 2
