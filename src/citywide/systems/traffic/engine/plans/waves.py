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
    return float(_bands(road, offsets[None], outward=outward)[0])


def _bands(road: Road, offsets: FloatArray, *, outward: bool) -> FloatArray:
    """The band of every row of offsets."""
    travel = road.travel_out_s if outward else road.travel_in_s[::-1]
    reach = np.concatenate([[0.0], np.cumsum(travel)])
    reach = reach if outward else reach[::-1]
    return _common_green(offsets + road.green_from_s - reach, road.green_s, road.cycle_s)


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
    best = climbed[int(_worths(road, np.array(climbed), weight_out).argmax())]
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
    tried = np.repeat(offsets[None], int(road.cycle_s), 0)
    tried[:, place] = np.arange(len(tried))
    offsets[place] = float(_worths(road, tried, weight_out).argmax())


def _worths(road: Road, offsets: FloatArray, weight_out: float) -> FloatArray:
    bands = weight_out * _bands(road, offsets, outward=True)
    bands += (1 - weight_out) * _bands(road, offsets, outward=False)
    return bands + 0.02 * _neighbours(road, offsets, weight_out)


def _neighbours(road: Road, offsets: FloatArray, weight_out: float) -> FloatArray:
    """Green of each crossing that the green of its neighbour reaches: what MAXBAND leaves open."""
    start = offsets + road.green_from_s
    total = np.zeros(len(offsets))
    for k in range(offsets.shape[1] - 1):
        for travel, a, b, weight in (
            (road.travel_out_s[k], k, k + 1, weight_out),
            (road.travel_in_s[k], k + 1, k, 1 - weight_out),
        ):
            pair = np.stack([start[:, a] + travel, start[:, b]], 1)
            total += weight * _common_green(pair, road.green_s[[a, b]], road.cycle_s)
    return total


def _common_green(start: FloatArray, length: FloatArray, cycle: float) -> FloatArray:
    """For each row the longest time that lies in all its circular intervals at once."""
    into = np.mod(start[:, :, None] - start[:, None, :], cycle)
    left = np.where(into < length, length - into, -1.0).min(2)
    return np.maximum(left.max(1), 0.0)
