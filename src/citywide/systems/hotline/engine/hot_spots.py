"""Where and since when more is reported than usual: the space-time permutation scan, with a Monte Carlo p-value.

Nothing but the cases is needed: a cylinder (cells around a centre, the last days) is compared with what it would
hold if place and time had nothing to do with one another (Kulldorff and others, 2005).
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

METRES_PER_DEGREE = 111_195.0


class HotSpot(NamedTuple):
    """A cylinder: its centre, how wide, since how many days, what it holds, what was expected, how sure."""

    lon: float
    lat: float
    radius_m: float
    days: int
    cases: int
    expected: float
    p: float


class Ground(NamedTuple):
    """Cells that hold cases, and for each its neighbours by distance, itself first."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    near: NDArray[np.int64]
    metres: NDArray[np.float64]


def hot_spots(  # noqa: PLR0913 - the scan's settings, each named at the call
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    day: NDArray[np.int64],
    *,
    cell_m: float = 250.0,
    widest_m: float = 1500.0,
    longest: int = 7,
    trials: int = 199,
    seed: int = 1,
    below: float = 0.05,
) -> list[HotSpot]:
    """Clusters that are still going on, apart from one another, the surest first; `day` counts back from 0, today."""
    if len(lon) < 3:
        return []
    cell, ground = cells(lon, lat, cell_m, widest_m)
    found = scan(cell, day, ground.near, longest)
    rng = np.random.default_rng(seed)
    by_chance = np.array([scan(cell, rng.permutation(day), ground.near, longest)[0].max() for _ in range(trials)])
    return _apart(ground, found, by_chance, below)


def cells(
    lon: NDArray[np.float64], lat: NDArray[np.float64], cell_m: float, widest_m: float
) -> tuple[NDArray[np.int64], Ground]:
    """The cell of each case, and the ground that the cells make."""
    shrink = np.cos(np.radians(lat.mean()))
    x, y = lon * METRES_PER_DEGREE * shrink, lat * METRES_PER_DEGREE
    squares = np.stack([np.floor(x / cell_m), np.floor(y / cell_m)], axis=1).astype(np.int64)
    _, cell = np.unique(squares, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    sizes = np.bincount(cell)
    middle_x, middle_y = np.bincount(cell, x) / sizes, np.bincount(cell, y) / sizes
    apart = np.hypot(middle_x[:, None] - middle_x, middle_y[:, None] - middle_y)
    order = np.argsort(apart, axis=1, kind="stable")
    metres = np.take_along_axis(apart, order, axis=1)
    near = np.where(metres <= widest_m, order, -1)
    return cell, Ground(middle_x / METRES_PER_DEGREE / shrink, middle_y / METRES_PER_DEGREE, near, metres)


Found = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


@njit(cache=True, nogil=True)
def scan(
    cell: NDArray[np.int64], day: NDArray[np.int64], near: NDArray[np.int64], longest: int
) -> Found:  # pragma: no cover - compiled
    """For each centre its best cylinder: log likelihood ratio, last neighbour, days, cases and expected."""
    recent = _recent(cell, day, len(near), longest)
    whole, places = recent.sum(axis=0), len(near)
    best, expected = np.zeros(places), np.zeros(places)
    last, since, held = np.zeros(places, np.int64), np.zeros(places, np.int64), np.zeros(places, np.int64)
    for centre in range(places):
        found = _best_around(near[centre], recent, whole, len(cell))
        best[centre], last[centre], since[centre], held[centre], expected[centre] = found
    return best, last, since, held, expected


@njit(cache=True, nogil=True)
def _recent(
    cell: NDArray[np.int64], day: NDArray[np.int64], places: int, longest: int
) -> NDArray[np.float64]:  # pragma: no cover - compiled
    """Cases of each place within the last 1, 2, … days; in column 0 all of them."""
    recent = np.zeros((places, longest + 1))
    for case in range(len(cell)):
        recent[cell[case], 0] += 1
        for days in range(max(1, day[case] + 1), longest + 1):
            recent[cell[case], days] += 1
    return recent


@njit(cache=True, nogil=True)
def _best_around(
    near: NDArray[np.int64], recent: NDArray[np.float64], whole: NDArray[np.float64], all_cases: int
) -> tuple[float, int, int, int, float]:  # pragma: no cover - compiled
    """Neighbour after neighbour joins the cylinder, until it holds half of all cases."""
    best, inside = (0.0, 0, 0, 0, 0.0), np.zeros(len(whole))
    for step in range(len(near)):
        if near[step] < 0:
            break
        inside += recent[near[step]]
        if inside[0] > all_cases / 2:
            break
        for days in range(1, len(whole)):
            count, usual = inside[days], inside[0] * whole[days] / all_cases
            score = _unlikely(count, usual, all_cases)
            if score > best[0]:
                best = (score, step, days, int(count), usual)
    return best


@njit(cache=True, nogil=True)
def _unlikely(count: float, usual: float, all_cases: int) -> float:  # pragma: no cover - compiled
    """The log likelihood ratio of so many cases where so many are usual."""
    if count <= usual or count <= 1:
        return 0.0
    score = count * np.log(count / usual)
    if count < all_cases:
        score += (all_cases - count) * np.log((all_cases - count) / (all_cases - usual))
    return score


def _p_value(score: float, by_chance: NDArray[np.float64]) -> float:
    """By rank among the trials; beyond all of them by the Gumbel law that such maxima follow (Abrams, 2010)."""
    above = int((by_chance >= score).sum())
    spread = float(by_chance.std()) * np.sqrt(6) / np.pi
    if above or spread == 0:
        return (1 + above) / (1 + len(by_chance))
    middle = float(by_chance.mean()) - float(np.euler_gamma) * spread
    return min(float(-np.expm1(-np.exp(-(score - middle) / spread))), 1 / (1 + len(by_chance)))


def _apart(ground: Ground, found: Found, by_chance: NDArray[np.float64], below: float) -> list[HotSpot]:
    best, last, since, held, expected = found
    taken, listed = np.zeros(len(best), dtype=bool), list[HotSpot]()
    for centre in np.argsort(-best):
        p = _p_value(float(best[centre]), by_chance)
        if best[centre] <= 0 or p > below:
            break
        inside = ground.near[centre, : last[centre] + 1]
        if not taken[inside].any():
            taken[inside] = True
            radius = float(ground.metres[centre, last[centre]])
            listed.append(HotSpot(float(ground.lon[centre]), float(ground.lat[centre]), radius, int(since[centre]),
                                  int(held[centre]), float(expected[centre]), p))  # fmt: skip
    return listed
