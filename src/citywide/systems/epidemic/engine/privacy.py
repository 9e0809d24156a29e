"""Small numbers of people are not shown, and cannot be worked out from the totals beside them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MINIMUM = 5


@dataclass(frozen=True)
class Shown:
    """A table as readers may see it: what is hidden is NaN, in the cells and in the totals."""

    cells: NDArray[np.float64]
    row_totals: NDArray[np.float64]
    column_totals: NDArray[np.float64]

    @property
    def hidden(self) -> NDArray[np.bool_]:
        """Which cells are not shown."""
        return np.isnan(self.cells)


def suppress(counts: NDArray[np.int64], minimum: int = MINIMUM) -> Shown:
    """Hide cells and totals of 1 to `minimum` - 1 people, and what would let anyone work a hidden cell out.

    A further cell is hidden beside each one that the shown numbers determine; where nothing is left to
    hide, the totals of its row and column go.
    """
    small = _small(counts, minimum)
    hidden = small.copy()
    rows, columns = _small(counts.sum(axis=1), minimum), _small(counts.sum(axis=0), minimum)
    while (weak := _determined(counts, small, _shown(counts, hidden, rows, columns))) is not None:
        if (further := _beside(weak, counts, hidden)) is not None:
            hidden[further] = True
        else:
            rows[weak[0]] = columns[weak[1]] = True
    return _shown(counts, hidden, rows, columns)


def possible(shown: Shown, row: int, column: int) -> tuple[float, float]:
    """The least and the most that a hidden cell may hold, as far as a reader can tell."""
    unknown = np.argwhere(shown.hidden)
    matrix, right = _equations(shown, unknown)
    target = np.all(unknown == (row, column), axis=1).astype(np.float64)
    if not len(right):
        return 0.0, np.inf
    from scipy.optimize import linprog  # noqa: PLC0415 - loads slowly

    low = linprog(target, A_eq=matrix, b_eq=right)
    high = linprog(-target, A_eq=matrix, b_eq=right)
    return float(low.fun), float(-high.fun) if high.status == 0 else np.inf


def _shown(
    counts: NDArray[np.int64],
    hidden: NDArray[np.bool_],
    rows: NDArray[np.bool_],
    columns: NDArray[np.bool_],
) -> Shown:
    return Shown(
        np.where(hidden, np.nan, counts),
        np.where(rows, np.nan, counts.sum(axis=1)),
        np.where(columns, np.nan, counts.sum(axis=0)),
    )


def _determined(counts: NDArray[np.int64], small: NDArray[np.bool_], shown: Shown) -> tuple[int, int] | None:
    """A small cell that the shown numbers leave (almost) one value."""
    for row, column in np.argwhere(small & (counts > 0)).tolist():
        least, most = possible(shown, row, column)
        if most - least < 1:
            return row, column
    return None


def _beside(weak: tuple[int, int], counts: NDArray[np.int64], hidden: NDArray[np.bool_]) -> tuple[int, int] | None:
    """The cell to hide next: where hidden rows and columns cross, else in line with the weak cell."""
    crossing = np.outer(hidden.any(axis=1), hidden.any(axis=0))
    in_line = np.zeros_like(hidden)
    in_line[weak[0]] = in_line[:, weak[1]] = True
    cost = counts + np.where(crossing, 0, np.where(in_line, 1, 2)) * (counts.sum() + 1.0)
    cost[hidden | (counts == 0)] = np.inf
    best = int(np.argmin(cost))
    return divmod(best, counts.shape[1]) if np.isfinite(cost.flat[best]) else None


def _equations(shown: Shown, unknown: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the shown totals say about the hidden cells."""
    left: list[NDArray[np.float64]] = []
    right: list[float] = []
    for axis, totals in ((0, shown.row_totals), (1, shown.column_totals)):
        open_part = np.nansum(shown.cells, axis=1 - axis)
        for line in np.flatnonzero(~np.isnan(totals)).tolist():
            inside = unknown[:, axis] == line
            if inside.any():
                left.append(inside.astype(np.float64))
                right.append(float(totals[line] - open_part[line]))
    return np.array(left), np.array(right)


def _small(counts: NDArray[np.int64], minimum: int) -> NDArray[np.bool_]:
    return (counts > 0) & (counts < minimum)
