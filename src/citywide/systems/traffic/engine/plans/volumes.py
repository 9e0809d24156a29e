"""Day plans from counted volumes: which quarter-hours belong together, and the times that serve them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.engine.plans.model import Plan, PlanError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SATURATION_VPH = 1900.0
MIN_SPLIT_S = 10
LONGEST_S, SHORTEST_S = 96, 50  # beside the shortest split nobody is at red above 90 s
FULLEST = 0.95


@dataclass(frozen=True)
class Segments:
    """Consecutive parts of the day of alike volumes: their first quarter-hours and mean volumes."""

    starts: IntArray
    volumes: FloatArray


def typical_day(volumes: FloatArray) -> FloatArray:
    """The median day of days × quarter-hours × movements; a day with an incident does not bend it."""
    return np.nanmedian(volumes, axis=0)


def segments(day: FloatArray, most: int = 7, least_quarters: int = 3) -> Segments:
    """The best cut of a day (quarter-hours × movements) into at most `most` parts, by dynamic programming.

    Least within-part variance of the square-rooted volumes (so that peaks do not drown the rest),
    with a price per part chosen by the Bayesian information criterion.
    """
    x = np.sqrt(np.maximum(day, 0.0))
    cost = _part_costs(x, least_quarters)
    best, back = _cheapest(cost, most)
    n, width = x.shape
    noise = max(float(np.median(np.diff(x, axis=0) ** 2)) / 2, 1e-9)
    price = [best[k][n] / noise + 1.5 * k * width * np.log(n) for k in range(1, most + 1)]
    cuts = _cuts(back, int(np.argmin(price)) + 1, n)
    parts = pairwise(cuts)
    return Segments(np.array(cuts[:-1]), np.array([day[a:b].mean(0) for a, b in parts]))


def timed(
    name: str,
    vph: FloatArray,
    phase_of: IntArray,
    lanes: IntArray,
    lost_s: float = 4.0,
    *,
    cycle_s: int | None = None,
    least_s: Sequence[int] = (),
) -> Plan:
    """Webster's cycle (or a given one); splits by each phase's critical flow, whole seconds, none below its least."""
    if not np.isfinite(vph).all():
        raise PlanError(
            f"plan {name!r}", "a movement without a volume", "a count for every movement, 0 where nobody came"
        )
    ratio = vph / (lanes * SATURATION_VPH)
    least = np.maximum(least_s or [0] * len(np.unique(phase_of)), MIN_SPLIT_S)
    critical = np.array([ratio[phase_of == phase].max(initial=0.0) for phase in range(len(least))])
    lost = lost_s * len(critical)
    load = min(float(critical.sum()), FULLEST)
    shortest = max(SHORTEST_S, int(least.sum()))
    cycle = min(max(round((1.5 * lost + 5) / (1 - load)), shortest), max(LONGEST_S, shortest))
    cycle = cycle if cycle_s is None else cycle_s
    share = critical / max(float(critical.sum()), 1e-9)
    return Plan(name, cycle, 0, _whole_splits(share * (cycle - lost) + lost_s, cycle, least))


def _whole_splits(wanted: FloatArray, cycle: int, least: IntArray) -> tuple[int, ...]:
    """Whole seconds of at least the minimum that add up to the cycle, as near as can be to the wanted."""
    splits = np.maximum(np.floor(wanted), least).astype(int)
    while splits.sum() > cycle:
        splits[np.argmax(np.where(splits > least, splits - wanted, -np.inf))] -= 1
    while splits.sum() < cycle:
        splits[np.argmax(wanted - splits)] += 1
    return tuple(int(split) for split in splits)


def _part_costs(x: FloatArray, least: int) -> FloatArray:
    """Within-part sum of squares of every part [a, b)."""
    n = len(x)
    one = np.vstack([np.zeros(x.shape[1]), np.cumsum(x, 0)])
    two = np.concatenate([[0.0], np.cumsum((x**2).sum(1))])
    cost = np.full((n + 1, n + 1), np.inf)
    for a in range(n):
        b = np.arange(a + least, n + 1)
        total = one[b] - one[a]
        cost[a, b] = two[b] - two[a] - (total**2).sum(1) / (b - a)
    return np.maximum(cost, 0.0)


def _cheapest(cost: FloatArray, most: int) -> tuple[list[FloatArray], list[IntArray]]:
    n = len(cost) - 1
    best, back = [np.full(n + 1, np.inf)], [np.zeros(n + 1, np.int64)]
    best[0][0] = 0.0
    for _ in range(most):
        total = best[-1][:, None] + cost
        back.append(total.argmin(0))
        best.append(total.min(0))
    return best, back


def _cuts(back: list[IntArray], parts: int, n: int) -> list[int]:
    cuts = [n]
    for k in range(parts, 0, -1):
        cuts.append(int(back[k][cuts[-1]]))
    return cuts[::-1]
