"""Which of two linked variants goes, window by window; compiled, for it is a loop over single variants."""

import numba
import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.kernel.counting import Doubles


@numba.njit(cache=True)
def greedy(
    linked: NDArray[np.bool_], major: Doubles, starts: NDArray[np.int64], stops: NDArray[np.int64]
) -> NDArray[np.bool_]:  # pragma: no cover - compiled
    """Rounds over each window until one removes nothing."""
    stays = major < 1.0
    unmet = np.zeros(len(linked), np.int64)
    for window in range(len(starts)):
        while _round(linked, major, starts[window], stops[window], stays, unmet):
            pass
    return stays


@numba.njit(cache=True)
def _round(
    linked: NDArray[np.bool_],
    major: Doubles,
    start: int,
    stop: int,
    stays: NDArray[np.bool_],
    unmet: NDArray[np.int64],
) -> bool:  # pragma: no cover - compiled
    """Every variant meets the next one that it is linked with, and one of them goes; whether any did."""
    changed = False
    for a in range(start, stop):
        if not stays[a]:
            continue
        b = max(a + 1, unmet[a])
        while b < stop and not (stays[b] and linked[a, b - a - 1]):
            b += 1
        unmet[a] = b
        if b < stop:
            changed = True
            stays[a if major[a] > major[b] * (1 + 1e-9) else b] = False
    return changed
