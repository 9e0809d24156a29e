"""Where scarce beds, vaccines or tests go, given what each place may need: a linear program."""

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_diag, coo_matrix, csc_matrix, eye, hstack, kron, tril, vstack

SOONER = 0.98  # a need met a week later counts this much
SHIPPING = 1e-4  # of two plans that meet as much, the one that moves less


@dataclass(frozen=True)
class Need:
    """What places may need: quantiles [places, weeks, levels] of the demand, ascending in the levels."""

    quantiles: NDArray[np.float64]
    levels: NDArray[np.float64]

    def segments(self) -> NDArray[np.float64]:
        """Lengths of demand between neighbouring quantiles, the first from zero."""
        rising = np.maximum.accumulate(np.maximum(self.quantiles, 0), axis=2)
        return np.diff(rising, axis=2, prepend=0.0)

    def chances(self) -> NDArray[np.float64]:
        """For each segment, the chance that the demand reaches into it."""
        below = np.concatenate([[0.0], self.levels[:-1]])
        return 1 - (below + self.levels) / 2


@dataclass(frozen=True)
class Stock:
    """What there is: at each place, newly at hand in the centre each week, and whether it keeps."""

    at_place: NDArray[np.float64]
    arriving: NDArray[np.float64]
    keeps: bool
    least_share: float = 0.0


def known(demand: NDArray[np.float64]) -> Need:
    """A demand [places, weeks] that is certain, as hindsight has it."""
    return Need(demand[:, :, None], np.zeros(1))


def plan(need: Need, stock: Stock) -> NDArray[np.float64]:
    """What to send to each place in each week [places, weeks] so that the least need stays unmet.

    Things that keep (vaccines, tests) may wait at a place or in the centre; those that do not (beds) are
    placed anew every week. With `least_share`, no place gets less than that share of an even split by
    its median need.
    """
    _refuse(need, stock)
    places, weeks, levels = need.quantiles.shape
    worth = need.chances() * (SOONER ** np.arange(weeks))[:, None]
    met = places * weeks * levels
    cost = np.concatenate([np.tile(worth.ravel(), places), np.full(places * weeks, -SHIPPING)])
    upper = np.concatenate([need.segments().ravel(), np.full(places * weeks, np.inf)])
    lower = np.concatenate([np.zeros(met), _floors(need, stock).ravel()])
    rows = vstack([_at_places(places, weeks, levels, stock), _from_centre(places, weeks, met, stock)])
    limits = np.concatenate([_local(stock, weeks).ravel(), _central(stock)])
    return _maximise(cost, lower, upper, csc_matrix(rows), limits)[met:].reshape(places, weeks)


def _refuse(need: Need, stock: Stock) -> None:
    """What cannot be planned with is said before the solver sees it."""
    if (*stock.at_place.shape, *stock.arriving.shape) != need.quantiles.shape[:2]:
        raise ValueError("no plan: the stock is of other places or weeks than the need")
    numbers = np.concatenate([need.quantiles.ravel(), stock.at_place, stock.arriving])
    if not np.isfinite(numbers).all():
        raise ValueError("no plan: a need, a stock or what arrives is not a number")
    if min(stock.at_place.min(initial=0), stock.arriving.min(initial=0)) < 0:
        raise ValueError("no plan: a stock, or what arrives, is below nought")


def unmet(
    sent: NDArray[np.float64], demand: NDArray[np.float64], stock: Stock
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What stays unmet [places] in one week, and what is left at each place, once the demand has come."""
    there = stock.at_place + sent
    left = np.maximum(there - demand, 0) if stock.keeps else stock.at_place
    return np.maximum(demand - there, 0), left


def proportional(share: NDArray[np.float64], stock: Stock) -> NDArray[np.float64]:
    """The usual rule: this week's arrivals in proportion to population or to last week's need."""
    return stock.arriving[0] * share / max(share.sum(), 1e-300)


def _cumulated(weeks: int, stock: Stock) -> csc_matrix:
    return csc_matrix(tril(np.ones((weeks, weeks))) if stock.keeps else eye(weeks))


def _at_places(places: int, weeks: int, levels: int, stock: Stock) -> coo_matrix:
    """Need met at a place (so far, when it keeps) is at most what it had and what was sent."""
    until = _cumulated(weeks, stock)
    met = block_diag([kron(until, np.ones((1, levels)))] * places)
    sent = block_diag([-until] * places)
    return coo_matrix(hstack([met, sent]))


def _from_centre(places: int, weeks: int, met: int, stock: Stock) -> coo_matrix:
    sent = hstack([_cumulated(weeks, stock)] * places)
    return coo_matrix(hstack([coo_matrix((weeks, met)), sent]))


def _local(stock: Stock, weeks: int) -> NDArray[np.float64]:
    return np.repeat(stock.at_place[:, None], weeks, axis=1)


def _central(stock: Stock) -> NDArray[np.float64]:
    return np.cumsum(stock.arriving) if stock.keeps else stock.arriving


def _floors(need: Need, stock: Stock) -> NDArray[np.float64]:
    middle = need.quantiles[:, :, need.quantiles.shape[2] // 2]
    even = stock.arriving * middle / np.maximum(middle.sum(axis=0), 1e-300)
    return stock.least_share * even


def _maximise(
    worth: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    rows: csc_matrix,
    limits: NDArray[np.float64],
) -> NDArray[np.float64]:
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = len(limits), len(worth)
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_, program.col_lower_, program.col_upper_ = worth, lower, upper
    program.row_lower_, program.row_upper_ = np.full(len(limits), -highspy.kHighsInf), limits
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.asarray(rows.indptr, dtype=np.int32)
    program.a_matrix_.index_ = np.asarray(rows.indices, dtype=np.int32)
    program.a_matrix_.value_ = np.asarray(rows.data, dtype=np.float64)
    solver = highspy.Highs()
    solver.silent()
    solver.passModel(program)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ValueError(f"no plan: {solver.modelStatusToString(solver.getModelStatus())}")
    return np.array(solver.getSolution().col_value)
