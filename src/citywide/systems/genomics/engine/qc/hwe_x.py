"""Equilibrium on X with the men counted: the exact test of Graffelman and Weir (2016), mid-p, as plink2's .hardy.x.

Given all copies of an allele, women's genotypes and men's single alleles are drawn together; so a variant whose
allele is rarer in men than in women, which women alone cannot tell, is out of equilibrium as well.
"""

from math import exp, lgamma, log

import numba
import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.qc.hwe import BELOW, SAME, walk

TIE = 1e-7  # of log-gammas of as many people as a biobank has
NEGLIGIBLE = 1e-14


@numba.njit(cache=True)
def _mid_p(one: int, het: int, other: int, man: int, other_man: int) -> float:  # pragma: no cover - compiled
    women, men = one + het + other, man + other_man
    copies, alleles = 2 * one + het + man, 2 * women + men
    if copies in {0, alleles}:
        return 0.5
    base = _log(copies) + _log(alleles - copies) + _log(men) + _log(women) - _log(alleles)
    observed = _weight(base, copies, men, women, man, het)
    sums, mode = np.zeros(3), copies * men // alleles
    for way in (-1, 1):
        here = mode + max(way, 0)
        while max(0, copies - 2 * women) <= here <= min(men, copies):
            if not _row(sums, base, copies, men, women, here, observed):
                break
            here += way
    return min(1.0, sums[BELOW] + sums[SAME] / 2)


@numba.njit(cache=True)
def _row(
    sums: Doubles, base: float, copies: int, men: int, women: int, man: int, observed: float
) -> bool:  # pragma: no cover - compiled
    """Add up what women may be when so many men have the allele; whether that still matters."""
    left = copies - man
    centre = int(left * (2.0 * women - left) / (2.0 * women)) if women else 0
    centre += (centre ^ left) & 1
    top = _weight(base, copies, men, women, man, centre)
    walk(sums, centre, top, observed, left, women, TIE, observed * NEGLIGIBLE)
    return top > observed * NEGLIGIBLE


@numba.njit(cache=True)
def _weight(base: float, copies: int, men: int, women: int, man: int, het: int) -> float:  # pragma: no cover - compiled
    """The chance of so many men with the allele and so many women with one copy, given all copies."""
    one = (copies - man - het) // 2
    ways = _log(man) + _log(men - man) + _log(one) + _log(het) + _log(women - het - one)
    return exp(base + het * log(2.0) - ways)


@numba.njit(cache=True)
def _log(many: int) -> float:  # pragma: no cover - compiled
    return lgamma(many + 1.0)


@numba.njit(cache=True)
def _every(women: NDArray[np.int64], men: NDArray[np.int64]) -> Doubles:  # pragma: no cover - compiled
    out = np.empty(len(women))
    for row in range(len(women)):
        out[row] = _mid_p(women[row, 0], women[row, 1], women[row, 2], men[row, 0], men[row, 1])
    return out


def hwe_with_men(women: NDArray[np.int64], men: NDArray[np.int64]) -> Doubles:
    """Exact mid-p from women [variants, (two, one, none)] and men [variants, (one, none)]; NaN without a call."""
    called = women.sum(axis=1) + men.sum(axis=1) > 0
    return np.where(called, _every(np.ascontiguousarray(women), np.ascontiguousarray(men)), np.nan)
