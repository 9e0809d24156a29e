"""Least squares of a block in numba, for machines without the compiled kernel, and to test that against."""

import numba
import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.kernel.states import (
    COLLINEAR,
    FINE,
    NO_CALLS,
    NO_VARIANCE,
    ONE_GENOTYPE,
    TOO_FEW,
)


@numba.njit(cache=True)
def fit_block(  # noqa: PLR0913, PLR0917 - compiled: flat arrays
    raw: NDArray[np.uint8],
    who: NDArray[np.int64],
    rows: Doubles,
    k: int,
    counts: NDArray[np.int32],
    status: NDArray[np.uint8],
    beta: Doubles,
    error: Doubles,
    df: Doubles,
) -> None:  # pragma: no cover - compiled
    """Sums over people called and not called, then the same algebra as linear.c."""
    width = 1 + k + len(beta)
    for v in range(len(raw)):
        dots, gone = np.zeros(width), np.zeros((width, width))
        calls, hets, twos = _sums(raw[v], who, rows, dots, gone)
        counts[v, 0], counts[v, 1], counts[v, 2] = calls, hets, twos
        root, rank = _root(gone, calls, k)
        along = _along(dots, gone, (hets + 2 * twos) / max(calls, 1), root)
        left, state = _left(calls, hets, twos, along, rank)
        status[:, v] = state
        for t in range(len(beta) if state == FINE else 0):
            shared, rest = _shared(dots, gone, 1 + k + t, calls, (hets + 2 * twos) / calls, root, along)
            if rest < 1e-12:
                status[t, v] = NO_VARIANCE
                continue
            df[t, v] = calls - rank - 2
            beta[t, v] = shared / left
            error[t, v] = np.sqrt(max(rest - shared * shared / left, 1e-15 * rest) / (df[t, v] * left))


@numba.njit(cache=True)
def _sums(
    calls: NDArray[np.uint8], who: NDArray[np.int64], rows: Doubles, dots: Doubles, gone: Doubles
) -> tuple[int, int, int]:  # pragma: no cover - compiled
    """Add up the rows of those with copies, times their copies, and the products of those without a call."""
    hets, twos, absent = 0, 0, 0
    for i in who:
        code = (calls[i >> 2] >> (2 * (i & 3))) & 3
        if code == 1:
            absent += 1
            _add_products(gone, rows, i)
        elif code != 3:
            hets += code == 2
            twos += code == 0
            _add_copies(dots, rows, i, 1.0 if code == 2 else 2.0)
    return len(who) - absent, hets, twos


@numba.njit(cache=True)
def _add_products(gone: Doubles, rows: Doubles, i: int) -> None:  # pragma: no cover - compiled
    for a in range(len(gone)):
        for b in range(a + 1):
            gone[a, b] += rows[i, a] * rows[i, b]


@numba.njit(cache=True)
def _add_copies(dots: Doubles, rows: Doubles, i: int, copies: float) -> None:  # pragma: no cover - compiled
    for a in range(len(dots)):
        dots[a] += copies * rows[i, a]


@numba.njit(cache=True)
def _root(gone: Doubles, calls: int, k: int) -> tuple[Doubles, int]:  # pragma: no cover - compiled
    """The covariates' products among the called, as a triangle times itself turned; and how many of them count."""
    root, rank = np.zeros((k, k)), 0
    for a in range(k):
        for b in range(a + 1):
            cell = (1.0 if a == b else 0.0) - gone[a + 1, b + 1] - gone[a + 1, 0] * gone[b + 1, 0] / max(calls, 1)
            for c in range(b):
                cell -= root[a, c] * root[b, c]
            if a == b:
                root[a, a] = np.sqrt(cell) if cell > 1e-9 else 0.0
                rank += cell > 1e-9
            else:
                root[a, b] = cell / root[b, b] if root[b, b] > 0 else 0.0
    return root, rank


@numba.njit(cache=True)
def _solve(root: Doubles, side: Doubles) -> None:  # pragma: no cover - compiled
    """Take the triangle off `side`; a covariate that says nothing new gets no part."""
    for a in range(len(side)):
        for b in range(a):
            side[a] -= root[a, b] * side[b]
        side[a] = side[a] / root[a, a] if root[a, a] > 0 else 0.0


@numba.njit(cache=True)
def _along(dots: Doubles, gone: Doubles, mean: float, root: Doubles) -> Doubles:  # pragma: no cover - compiled
    """The part of the genotype along each covariate."""
    along = np.zeros(len(root))
    for a in range(len(root)):
        along[a] = dots[a + 1] + mean * gone[a + 1, 0]
    _solve(root, along)
    return along


@numba.njit(cache=True)
def _left(calls: int, hets: int, twos: int, along: Doubles, rank: int) -> tuple[float, int]:  # pragma: no cover
    """The genotype's own square beside the covariates, and whether it can be fitted."""
    if not calls:
        return 0.0, NO_CALLS
    ones, squares = float(hets + 2 * twos), float(hets + 4 * twos)
    spread = squares - ones * ones / calls
    left = spread
    for part in along:
        left -= part**2
    if calls * squares - ones * ones <= 0:
        return left, ONE_GENOTYPE
    if calls - rank - 2 < 1:
        return left, TOO_FEW
    return left, COLLINEAR if left < 1e-10 * spread else FINE


@numba.njit(cache=True)
def _shared(
    dots: Doubles, gone: Doubles, lane: int, calls: int, mean: float, root: Doubles, along: Doubles
) -> tuple[float, float]:  # pragma: no cover - compiled
    """What a trait shares with the genotype, and its own square, both beside the covariates."""
    shared = dots[lane] + mean * gone[lane, 0]
    rest = 1.0 - gone[lane, lane] - gone[lane, 0] ** 2 / calls
    part = np.zeros(len(root))
    for a in range(len(root)):
        part[a] = -gone[lane, a + 1] - gone[a + 1, 0] * gone[lane, 0] / calls
    _solve(root, part)
    for a in range(len(root)):
        shared -= along[a] * part[a]
        rest -= part[a] ** 2
    return shared, rest
