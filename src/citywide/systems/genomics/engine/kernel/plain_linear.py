"""Least squares of a block in numba, for machines without the compiled kernel, and to test that against."""

import numba
import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.kernel.states import COLLINEAR, FINE, NO_CALLS, ONE_GENOTYPE, TOO_FEW


@numba.njit(cache=True)
def fit_block(  # noqa: PLR0913, PLR0917, C901, PLR0912, PLR0915 - compiled, one loop
    raw: NDArray[np.uint8],
    who: NDArray[np.int64],
    rows: Doubles,
    k: int,
    counts: NDArray[np.int32],
    status: NDArray[np.uint8],
    beta: Doubles,
    error: Doubles,
    df: Doubles,
) -> None:  # pragma: no cover
    """Sums over people called and not called, then the same algebra as linear.c."""
    traits = beta.shape[0]
    width = 1 + k + traits
    for v in range(len(raw)):
        dots, gone = np.zeros(width), np.zeros((width, width))
        hets, twos, absent = 0, 0, 0
        for i in who:
            code = (raw[v, i >> 2] >> (2 * (i & 3))) & 3
            if code == 3:
                continue
            if code == 1:
                absent += 1
                for a in range(width):
                    for b in range(a + 1):
                        gone[a, b] += rows[i, a] * rows[i, b]
                continue
            copies = 1.0 if code == 2 else 2.0
            hets += code == 2
            twos += code == 0
            for a in range(width):
                dots[a] += copies * rows[i, a]
        calls = len(who) - absent
        counts[v, 0], counts[v, 1], counts[v, 2] = calls, hets, twos
        ones, squares = float(hets + 2 * twos), float(hets + 4 * twos)
        spread = squares - ones * ones / calls if calls else 0.0
        state = FINE if calls else NO_CALLS
        if calls and calls * squares - ones * ones <= 0:
            state = ONE_GENOTYPE
        mean = ones / calls if calls else 0.0
        factor, along, rank = np.zeros((k, k)), np.zeros(k), 0
        for a in range(k):
            along[a] = dots[a + 1] + mean * gone[a + 1, 0]
            for b in range(a + 1):
                cell = (1.0 if a == b else 0.0) - gone[a + 1, b + 1] - gone[a + 1, 0] * gone[b + 1, 0] / max(calls, 1)
                for c in range(b):
                    cell -= factor[a, c] * factor[b, c]
                if a == b:
                    factor[a, a] = np.sqrt(cell) if cell > 1e-9 else 0.0
                    rank += cell > 1e-9
                else:
                    factor[a, b] = cell / factor[b, b] if factor[b, b] > 0 else 0.0
        left = spread
        for a in range(k):
            for b in range(a):
                along[a] -= factor[a, b] * along[b]
            along[a] = along[a] / factor[a, a] if factor[a, a] > 0 else 0.0
            left -= along[a] ** 2
        if state == FINE and calls - rank - 2 < 1:
            state = TOO_FEW
        elif state == FINE and left < 1e-10 * spread:
            state = COLLINEAR
        for t in range(traits):
            status[t, v] = state
            if state != FINE:
                continue
            lane = 1 + k + t
            shared = dots[lane] + mean * gone[lane, 0]
            rest = 1.0 - gone[lane, lane] - gone[lane, 0] ** 2 / calls
            part = np.zeros(k)
            for a in range(k):
                part[a] = -gone[lane, a + 1] - gone[a + 1, 0] * gone[lane, 0] / calls
                for b in range(a):
                    part[a] -= factor[a, b] * part[b]
                part[a] = part[a] / factor[a, a] if factor[a, a] > 0 else 0.0
                shared -= along[a] * part[a]
                rest -= part[a] ** 2
            if rest < 1e-12:
                status[t, v] = 5
                continue
            df[t, v] = calls - rank - 2
            beta[t, v] = shared / left
            error[t, v] = np.sqrt(max(rest - shared * shared / left, 1e-15 * rest) / (df[t, v] * left))
