"""Hardy-Weinberg by the exact test, mid-p (Wigginton 2005; Graffelman and Moreno 2013): half of what is
just as rare.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.kernel.counting import Doubles

TIE = 1e-9
ALL, BELOW, SAME = range(3)


@numba.njit(cache=True)
def _mid_p(one: int, het: int, other: int) -> float:  # pragma: no cover - compiled
    rare = 2 * min(one, other) + het
    people = one + het + other
    if people == 0 or rare == 0:
        return 0.5
    centre = int(rare * (2.0 * people - rare) / (2.0 * people))
    centre += (centre ^ rare) & 1
    observed = _relative(centre, het, rare, people)
    sums = np.zeros(3)
    least = min(1e-30, observed * 1e-6)
    walk(sums, centre, 1.0, observed, rare, people, TIE, least)
    return min(1.0, (sums[BELOW] + sums[SAME] / 2) / sums[ALL])


@numba.njit(cache=True)
def walk(  # noqa: PLR0913, PLR0917 - compiled: flat arguments
    sums: Doubles, centre: int, weight: float, observed: float, rare: int, people: int, tie: float, least: float
) -> None:  # pragma: no cover - compiled
    """Add up the weights of every number of heterozygotes, from the centre down and up, until they matter no longer."""
    for way in (-2, 2):
        het = centre if way < 0 else centre + 2
        here = weight if way < 0 else weight * step_up(centre, rare, people)
        while 0 <= het <= rare and here > 0.0:
            sums[ALL] += here
            if here < observed * (1 - tie):
                sums[BELOW] += here
            elif here <= observed * (1 + tie):
                sums[SAME] += here
            if here < least:
                break
            if way > 0:
                here *= step_up(het, rare, people)
            else:
                here /= step_up(het - 2, rare, people) if het >= 2 else np.inf
            het += way


@numba.njit(cache=True)
def step_up(het: int, rare: int, people: int) -> float:  # pragma: no cover - compiled
    """Weight of het + 2 heterozygotes over that of het."""
    homs = (rare - het) // 2
    common = people - het - homs
    return 4.0 * homs * common / ((het + 2.0) * (het + 1.0))


@numba.njit(cache=True)
def _relative(start: int, het: int, rare: int, people: int) -> float:  # pragma: no cover - compiled
    weight, at = 1.0, start
    while at < het:
        weight *= step_up(at, rare, people)
        at += 2
    while at > het:
        at -= 2
        weight /= step_up(at, rare, people)
    return weight


@numba.njit(cache=True)
def _every(counts: NDArray[np.int64]) -> Doubles:  # pragma: no cover - compiled
    out = np.empty(len(counts))
    for row in range(len(counts)):
        out[row] = _mid_p(counts[row, 0], counts[row, 1], counts[row, 2])
    return out


def hwe(one: NDArray[np.int64], het: NDArray[np.int64], other: NDArray[np.int64]) -> Doubles:
    """Exact mid-p of each variant from its genotype counts; 1/2 where nothing varies, as plink2 says."""
    return _every(np.stack([one, het, other], axis=1).astype(np.int64))
