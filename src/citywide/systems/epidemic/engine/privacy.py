"""Small numbers of people are not shown, and cannot be worked out from the totals beside them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MINIMUM = 5


@dataclass(frozen=True)
class Shown:
    """A table as readers may see it: hidden cells are NaN; totals are those of the whole table, or NaN."""

    cells: NDArray[np.float64]
    row_totals: NDArray[np.float64]
    column_totals: NDArray[np.float64]
    total: float

    @property
    def hidden(self) -> NDArray[np.bool_]:
        """Which cells are not shown."""
        return np.isnan(self.cells)


def suppress(counts: NDArray[np.int64], minimum: int = MINIMUM) -> Shown:
    """Hide cells of 1 to `minimum` - 1 people, and as many more as keep them from being worked out.

    Totals below the minimum are hidden as well. In every row and column the hidden cells are none, or at
    least two that hold `minimum` people together; a table too small for that is hidden whole.
    """
    hidden = (counts > 0) & (counts < minimum)
    while _cover(counts, hidden, minimum) or _cover(counts.T, hidden.T, minimum):
        pass
    total = int(counts.sum())
    if 0 < total < minimum or _betrayed(counts, hidden, minimum):
        hidden = np.ones_like(hidden)
        rows, columns = np.full(len(counts), np.nan), np.full(counts.shape[1], np.nan)
    else:
        rows, columns = _totals(counts.sum(axis=1), minimum), _totals(counts.sum(axis=0), minimum)
    whole = float("nan") if 0 < total < minimum else float(total)
    return Shown(np.where(hidden, np.nan, counts), rows, columns, whole)


def _cover(counts: NDArray[np.int64], hidden: NDArray[np.bool_], minimum: int) -> bool:
    """Hide one more cell in each row whose hidden cells are too few; whether any was hidden."""
    changed = False
    for row, covered in zip(counts, hidden, strict=True):
        if _too_few(row, covered, minimum) and not covered.all():
            open_cells = np.flatnonzero(~covered)
            worth = np.where(row[open_cells] == 0, row.max() + 1, row[open_cells])  # a zero hides nothing
            covered[open_cells[np.argmin(worth)]] = True
            changed = True
    return changed


def _too_few(row: NDArray[np.int64], covered: NDArray[np.bool_], minimum: int) -> bool:
    return bool(covered.any()) and (covered.sum() < 2 or row[covered].sum() < minimum)


def _betrayed(counts: NDArray[np.int64], hidden: NDArray[np.bool_], minimum: int) -> bool:
    """Whether some line with a total that is shown still has too few hidden cells."""
    return any(
        _too_few(row, covered, minimum) and row.sum() >= minimum
        for table, mask in ((counts, hidden), (counts.T, hidden.T))
        for row, covered in zip(table, mask, strict=True)
    )


def _totals(totals: NDArray[np.int64], minimum: int) -> NDArray[np.float64]:
    return np.where((totals > 0) & (totals < minimum), np.nan, totals)
