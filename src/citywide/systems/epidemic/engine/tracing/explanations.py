"""Every way in which each case may have been infected: by whom, on which day, in which place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from citywide.systems.epidemic.engine.natural_history import CITY, NaturalHistory
from citywide.systems.epidemic.engine.tracing.meetings import Meetings

UNSEEN = CITY + 1  # the context of an infector who is not among the cases
NOBODY = -1
NEGLIGIBLE = 1e-6


@dataclass(frozen=True)
class Explanations:
    """Rows sorted by case, `first[case]` to `first[case + 1]`; `weight` leaves out the context's hazard."""

    case: NDArray[np.int64]
    infector: NDArray[np.int64]
    day: NDArray[np.int64]
    context: NDArray[np.int64]
    place: NDArray[np.int64]
    weight: NDArray[np.float64]
    first: NDArray[np.int64]


def explanations(
    onset: NDArray[np.int64],
    met: Meetings,
    history: NaturalHistory,
    distances: NDArray[np.float64] | None = None,
) -> Explanations:
    """Meetings on record, chance meetings anywhere in the city, and infectors nobody knows of."""
    rows = [_on_record(met), _anywhere(onset, history), _unseen(onset, history)]
    table = np.concatenate(rows, axis=1)
    chance = np.concatenate([met.chance, np.ones(table.shape[1] - len(met.chance))])
    kept = np.flatnonzero(_possible(table, onset, history))
    kept = kept[np.argsort(table[0, kept], kind="stable")]
    table, chance = table[:, kept], chance[kept]
    weight = chance * _timing(table, onset, history) * _likeness(table, onset, history, distances)
    case, infector, day, context, place = table
    first = np.searchsorted(case, np.arange(len(onset) + 1))
    return Explanations(case, infector, day, context, place, weight, first)


def _on_record(met: Meetings) -> NDArray[np.int64]:
    return np.stack([met.case, met.infector, met.day, met.context, met.place])


def _anywhere(onset: NDArray[np.int64], history: NaturalHistory) -> NDArray[np.int64]:
    """A chance meeting of every two cases on every day that their onsets allow."""
    later = onset[:, None] - onset[None, :]
    near = (later > history.infectious_from) & (later < history.infectious_from + 2 * history.longest)
    case, infector = np.nonzero(near)
    span = np.arange(1, history.longest)
    case, infector, wait = (
        np.repeat(case, len(span)),
        np.repeat(infector, len(span)),
        np.tile(span, len(case)),
    )
    return _rows(case, infector, onset[case] - wait, CITY)


def _unseen(onset: NDArray[np.int64], history: NaturalHistory) -> NDArray[np.int64]:
    span = np.arange(1, history.longest)
    case = np.repeat(np.arange(len(onset)), len(span))
    return _rows(case, np.full_like(case, NOBODY), onset[case] - np.tile(span, len(onset)), UNSEEN)


def _rows(
    case: NDArray[np.int64], infector: NDArray[np.int64], day: NDArray[np.int64], context: int
) -> NDArray[np.int64]:
    return np.stack([case, infector, day, np.full_like(case, context), np.full_like(case, NOBODY)])


def _possible(table: NDArray[np.int64], onset: NDArray[np.int64], history: NaturalHistory) -> NDArray[np.bool_]:
    return (table[0] != table[1]) & (_timing(table, onset, history) > NEGLIGIBLE)


def _timing(table: NDArray[np.int64], onset: NDArray[np.int64], history: NaturalHistory) -> NDArray[np.float64]:
    case, infector, day = table[:3]
    wait = onset[case] - day
    ill = np.where(
        (wait > 0) & (wait < history.longest), history.incubation()[np.clip(wait, 0, history.longest - 1)], 0
    )
    return ill * np.where(infector == NOBODY, 1.0, history.infectious_on(day - onset[infector]))


def _likeness(
    table: NDArray[np.int64],
    onset: NDArray[np.int64],
    history: NaturalHistory,
    distances: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """How much likelier the distance is along this infection than between two cases at random."""
    if distances is None:
        return np.ones(table.shape[1])
    case, infector, day = table[:3]
    between = np.where(infector == NOBODY, np.nan, distances[case, infector])
    known = np.isfinite(between)
    count = np.where(known, between, 0).astype(np.int64)
    apart = np.abs(onset[case] + 1 - day) + np.abs(onset[infector] + 1 - day)
    expected = history.mutations_per_day * apart + 0.05
    along = np.exp(xlogy(count, expected) - gammaln(count + 1) - expected)
    return np.where(known, along / _at_random(distances)[count], 1.0)


def _at_random(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    pairs = distances[np.triu_indices_from(distances, 1)]
    counts = np.bincount(pairs[np.isfinite(pairs)].astype(np.int64), minlength=1) + 0.5
    return counts / counts.sum()
