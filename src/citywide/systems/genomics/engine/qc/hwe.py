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
    _walk(sums, centre, -2, 1.0, observed, rare, people)
    _walk(sums, centre + 2, 2, step_up(centre, rare, people), observed, rare, people)
    return min(1.0, (sums[BELOW] + sums[SAME] / 2) / sums[ALL])


@numba.njit(cache=True)
def _walk(
    sums: Doubles, het: int, way: int, weight: float, observed: float, rare: int, people: int
) -> None:  # pragma: no cover - compiled
    """Add up weights from here on, up or down, until they no longer matter."""
    while 0 <= het <= rare and weight > 0.0:
        sums[ALL] += weight
        if weight < observed * (1 - TIE):
            sums[BELOW] += weight
        elif weight <= observed * (1 + TIE):
            sums[SAME] += weight
        if weight < 1e-30 and weight < observed * 1e-6:
            break
        if way > 0:
            weight *= step_up(het, rare, people)
        else:
            weight /= step_up(het - 2, rare, people) if het >= 2 else np.inf
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
