# pyright: reportMissingParameterType=false
"""Which readings are new, which come late, and which were there before; and whether any needs a second look."""

import numba
import numpy as np
from numpy.typing import NDArray

from citywide.hub.ingest.batch import ACCEPTED, DUPLICATE, LATE, Rows


@numba.njit(cache=True)
def all_sound(value, time, codes, low, high, oldest, latest):  # noqa: ANN001, ANN201 - numba infers the types
    """Whether every quantity is known, every value finite and in its range, every time believable."""
    for i in range(value.size):
        code = codes[i]
        if code < 0 or not (low[code] <= value[i] <= high[code]) or not np.isfinite(value[i]):
            return False
        if not (oldest <= time[i] <= latest):
            return False
    return True


@numba.njit(cache=True, nogil=True)
def advance(series, time, newest, outcome):  # noqa: ANN001, ANN201 - numba infers the types
    """Mark what is newer than anything its series has said; the rest needs a look into the table."""
    doubtful = 0
    for i in range(series.size):
        if time[i] > newest[series[i]]:
            newest[series[i]] = time[i]
            outcome[i] = ACCEPTED
        else:
            outcome[i] = LATE
            doubtful += 1
    return doubtful


def by_time(rows: Rows, paired: NDArray[np.bool_]) -> NDArray[np.int64] | None:
    """The order that puts the rows in time; None where they stand so already.

    Where a rule looks at two series, what they say at one moment stands in the order in which a replay reads it.
    """
    if paired[rows.series].any():
        return np.lexsort((rows.series, rows.time))
    if (np.diff(rows.time) >= 0).all():
        return None
    return np.argsort(rows.time, kind="stable")


def mark_repeats(rows: Rows, outcome: NDArray[np.int8], doubtful: NDArray[np.int64]) -> None:
    """Among the doubtful, those said before in the same batch are duplicates."""
    concerned = np.isin(rows.series, rows.series[doubtful]) & (outcome == ACCEPTED)
    said = set(zip(rows.series[concerned].tolist(), rows.time[concerned].tolist(), strict=True))
    for place in doubtful.tolist():
        pair = int(rows.series[place]), int(rows.time[place])
        if pair in said:
            outcome[place] = DUPLICATE
        said.add(pair)
