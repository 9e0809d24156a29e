"""Scores of quantile forecasts: weighted interval score, the same on the log scale, and coverage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]

LEVELS: Floats = np.array([0.01, 0.025, *np.arange(1, 20) / 20, 0.975, 0.99])
ALL: Bools = np.ones(len(LEVELS), dtype=bool)


def pinball(truth: Floats, quantiles: Floats, levels: Floats = LEVELS) -> Floats:
    """Mean pinball loss over the levels; quantiles carry the levels on their last axis."""
    miss = truth[..., None] - quantiles
    return np.maximum(levels * miss, (levels - 1) * miss).mean(axis=-1)


def interval_score(truth: Floats, quantiles: Floats, levels: Floats = LEVELS) -> Floats:
    """The weighted interval score: twice the mean pinball loss over the levels, 23 unless told."""
    return 2 * pinball(truth, quantiles, levels)


def log_interval_score(truth: Floats, quantiles: Floats, levels: Floats = LEVELS) -> Floats:
    """The weighted interval score of log(1 + value)."""
    return interval_score(np.log1p(truth), np.log1p(np.maximum(quantiles, 0)), levels)


def covered(truth: Floats, quantiles: Floats, share: float) -> Bools:
    """Whether the truth lies in the central interval that promises this share."""
    low = int(np.argmin(np.abs(LEVELS - (1 - share) / 2)))
    return (truth >= quantiles[..., low]) & (truth <= quantiles[..., len(LEVELS) - 1 - low])


@dataclass(frozen=True)
class Scores:
    """Scores of every task, in the order of the tasks."""

    wis: Floats
    log_wis: Floats
    in50: Bools
    in95: Bools


def score(truth: Floats, quantiles: Floats, used: Bools = ALL) -> Scores:
    """All scores of these forecasts, one entry per task; interval scores over the levels in use."""
    return Scores(
        interval_score(truth, quantiles[..., used], LEVELS[used]),
        log_interval_score(truth, quantiles[..., used], LEVELS[used]),
        covered(truth, quantiles, 0.5),
        covered(truth, quantiles, 0.95),
    )
