"""Green waves: offsets along a road that give the widest bands, and the band that offsets give."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Road:
    """Crossings in order: green of the through phase (start in the local cycle, length), travel between."""

    cycle_s: float
    green_from_s: FloatArray
    green_s: FloatArray
    travel_out_s: FloatArray
    travel_in_s: FloatArray


def band_s(road: Road, offsets: FloatArray, *, outward: bool) -> float:
    """Seconds of a cycle in which a vehicle that enters meets green at every crossing without stopping."""
    travel = road.travel_out_s if outward else road.travel_in_s[::-1]
    reach = np.concatenate([[0.0], np.cumsum(travel)])
    reach = reach if outward else reach[::-1]
    start = np.mod(offsets + road.green_from_s - reach, road.cycle_s)
    return _common_green(start, road.green_s, road.cycle_s)


def green_wave(road: Road, weight_out: float = 0.5, sweeps: int = 6, starts: int = 8, seed: int = 0) -> FloatArray:
    """Whole-second offsets of the widest weighted bands, the first crossing's being zero.

    Coordinate ascent from several starts: every crossing in turn takes its best offset, all of them tried;
    between equal bands the one with more green overlap of neighbours wins.
    """
    rng = np.random.default_rng(seed)
    first = np.mod(np.concatenate([[0.0], np.cumsum(road.travel_out_s)]), road.cycle_s).round()
    tries = [first, np.zeros(len(first))]
    tries += [np.floor(rng.uniform(0, road.cycle_s, len(first))) for _ in range(starts)]
    climbed = [_climb(road, offsets, weight_out, sweeps) for offsets in tries]
    best = max(climbed, key=lambda offsets: _worth(road, offsets, weight_out))
    return np.mod(best - best[0], road.cycle_s)


def _climb(road: Road, offsets: FloatArray, weight_out: float, sweeps: int) -> FloatArray:
    offsets = offsets.copy()
    for _ in range(sweeps):
        before = offsets.copy()
        for place in range(len(offsets)):
            _best_of(road, offsets, place, weight_out)
        if (before == offsets).all():
            break
    return offsets


def _best_of(road: Road, offsets: FloatArray, place: int, weight_out: float) -> None:
    worth = np.empty(int(road.cycle_s))
    for second in range(len(worth)):
        offsets[place] = second
        worth[second] = _worth(road, offsets, weight_out)
    offsets[place] = float(worth.argmax())


def _worth(road: Road, offsets: FloatArray, weight_out: float) -> float:
    bands = weight_out * band_s(road, offsets, outward=True)
    bands += (1 - weight_out) * band_s(road, offsets, outward=False)
    return bands + 0.02 * _neighbours(road, offsets, weight_out)


def _neighbours(road: Road, offsets: FloatArray, weight_out: float) -> float:
    """Green of each crossing that the green of its neighbour reaches: what MAXBAND leaves open."""
    start = offsets + road.green_from_s
    total = 0.0
    for k in range(len(offsets) - 1):
        for travel, a, b, weight in (
            (road.travel_out_s[k], k, k + 1, weight_out),
            (road.travel_in_s[k], k + 1, k, 1 - weight_out),
        ):
            pair = np.mod(np.array([start[a] + travel, start[b]]), road.cycle_s)
            total += weight * _common_green(pair, road.green_s[[a, b]], road.cycle_s)
    return total


def _common_green(start: FloatArray, length: FloatArray, cycle: float) -> float:
    """The longest time that lies in all circular intervals at once."""
    best = 0.0
    for first in start:
        into = np.mod(first - start, cycle)
        left = np.where(into < length, length - into, -1.0)
        best = max(best, float(left.min()))
    return best
