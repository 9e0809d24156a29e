"""Before and after, fairly: days matched by kind, a difference with its interval, a verdict in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.engine.plans.model import DayKindOf

FloatArray = NDArray[np.float64]
Days = Sequence[tuple[date, float]]


@dataclass(frozen=True)
class Comparison:
    """After minus before as a share of before, with its 95 % interval and the chance of no effect."""

    change: float
    low: float
    high: float
    p_value: float
    days_before: int
    days_after: int
    says: str


def compare(
    before: Days,
    after: Days,
    day_kind: DayKindOf,
    *,
    draws: int = 4000,
    seed: int = 0,
) -> Comparison:
    """Compares within day-of-week and kind of day, so that a week with a holiday does not win by it.

    The interval is Student's on the ratio of the weighted means; the p-value permutes labels within strata.
    """
    before, after = ([(day, value) for day, value in side if np.isfinite(value)] for side in (before, after))
    strata = _matched(before, after, day_kind)
    if not strata:
        raise ValueError("no kind of day occurs both before and after; accepted: at least two of one kind on each side")
    if all(a.mean() == 0 for a, _ in strata):
        raise ValueError("nothing was counted before, so no share of it can be told; accepted: a mean above 0")
    rng = np.random.default_rng(seed)
    change = _change(strata)
    low, high = _interval(strata, change)
    counts = sum(len(a) for a, _ in strata), sum(len(b) for _, b in strata)
    return Comparison(change, low, high, _p_value(strata, draws, rng), *counts, _words(change, low, high, counts))


def _matched(before: Days, after: Days, day_kind: DayKindOf) -> list[tuple[FloatArray, FloatArray]]:
    """Values of both sides per stratum: weekday and kind where there are two each, else the kind alone."""
    by_day = _strata(before, after, lambda day: (day.weekday(), str(day_kind(day))))
    if sum(len(a) for a, _ in by_day) >= 0.6 * len(before) and sum(len(b) for _, b in by_day) >= 0.6 * len(after):
        return by_day
    return _strata(before, after, lambda day: (0, str(day_kind(day))))


def _strata(before: Days, after: Days, key: Callable[[date], tuple[int, str]]) -> list[tuple[FloatArray, FloatArray]]:
    kinds = sorted({key(day) for day, _ in before} & {key(day) for day, _ in after})
    pairs = [
        (
            np.array([value for day, value in before if key(day) == kind]),
            np.array([value for day, value in after if key(day) == kind]),
        )
        for kind in kinds
    ]
    return [(a, b) for a, b in pairs if len(a) >= 2 and len(b) >= 2]


def _change(strata: list[tuple[FloatArray, FloatArray]]) -> float:
    weight = _weights(strata)
    old = float((weight * [a.mean() for a, _ in strata]).sum())
    new = float((weight * [b.mean() for _, b in strata]).sum())
    return new / old - 1.0


def _interval(strata: list[tuple[FloatArray, FloatArray]], change: float) -> tuple[float, float]:
    """95 % interval of the ratio by the delta method, with the days within strata as degrees of freedom."""
    weight = _weights(strata)
    old, new = (float((weight * [pair[side].mean() for pair in strata]).sum()) for side in (0, 1))
    doubt = [float((weight**2 * [_of_mean(pair[side]) for pair in strata]).sum()) for side in (0, 1)]
    spread = new / old * np.sqrt(doubt[0] / old**2 + doubt[1] / new**2)
    freedom = sum(len(a) + len(b) - 2 for a, b in strata)
    reach = _student(freedom) * float(spread)
    return change - reach, change + reach


def _student(freedom: int) -> float:
    """The 97.5 % point of Student's distribution by Cornish and Fisher; right to 0.5 % from 3 degrees on."""
    z = 1.959964
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return sum(term / freedom**power for power, term in enumerate(terms))


def _of_mean(values: FloatArray) -> float:
    return float(values.var(ddof=1)) / len(values)


def _weights(strata: list[tuple[FloatArray, FloatArray]]) -> FloatArray:
    return np.array([len(a) * len(b) / (len(a) + len(b)) for a, b in strata])


def _p_value(strata: list[tuple[FloatArray, FloatArray]], draws: int, rng: np.random.Generator) -> float:
    """Share of relabellings at least as extreme; all of them when one stratum has few."""
    seen = abs(_change(strata))
    if len(strata) == 1 and comb(len(strata[0][0]) + len(strata[0][1]), len(strata[0][0])) <= draws:
        return _exact(strata[0], seen)
    extreme = sum(abs(_change([_relabelled(a, b, rng) for a, b in strata])) >= seen - 1e-12 for _ in range(draws))
    return (extreme + 1) / (draws + 1)


def _relabelled(a: FloatArray, b: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    mixed = rng.permutation(np.concatenate([a, b]))
    return mixed[: len(a)], mixed[len(a) :]


def _exact(pair: tuple[FloatArray, FloatArray], seen: float) -> float:
    values = np.concatenate(pair)
    chosen = [list(rows) for rows in combinations(range(len(values)), len(pair[0]))]
    changes = [abs(_change([(values[rows], np.delete(values, rows))])) for rows in chosen]
    return float(np.mean(np.array(changes) >= seen - 1e-12))


def _words(change: float, low: float, high: float, counts: tuple[int, int]) -> str:
    verdict = "no difference shown" if low <= 0 <= high else ("lower" if change < 0 else "higher")
    days = f"{counts[0]} days before, {counts[1]} after, matched by day"
    return f"{change:+.1%} ({low:+.1%} to {high:+.1%}): {verdict}; {days}"
