"""Who infected whom: Gibbs sampling of parents, days of infection and the hazard of each context."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.natural_history import NaturalHistory
from citywide.systems.epidemic.engine.tracing.explanations import NOBODY, UNSEEN, Explanations, explanations
from citywide.systems.epidemic.engine.tracing.habits import completed
from citywide.systems.epidemic.engine.tracing.meetings import Records, escaped, exposure, meetings

SWEEPS = 400
DISCARDED = 100


@dataclass(frozen=True)
class Traced:
    """Posterior share of every explanation, and the hazards of the contexts (household … city, unseen)."""

    explanations: Explanations
    share: NDArray[np.float64]
    hazards: NDArray[np.float64]

    def infectors(self) -> NDArray[np.float64]:
        """Probability [case, infector]; the last column is an infector who is not among the cases."""
        cases = len(self.explanations.first) - 1
        table = np.zeros((cases, cases + 1))
        np.add.at(table, (self.explanations.case, self.explanations.infector), self.share)
        return table

    def places(self, case: int) -> dict[tuple[int, int], float]:
        """Probability of each (context, place) of this case's infection, the likeliest first."""
        rows = slice(self.explanations.first[case], self.explanations.first[case + 1])
        found: dict[tuple[int, int], float] = {}
        columns = (self.explanations.context[rows], self.explanations.place[rows], self.share[rows])
        for context, place, share in zip(*columns, strict=True):
            found[int(context), int(place)] = found.get((int(context), int(place)), 0.0) + float(share)
        return dict(sorted(found.items(), key=lambda one: -one[1]))


def trace(
    onset: NDArray[np.int64],
    records: Records,
    people: int,
    history: NaturalHistory,
    *,
    distances: NDArray[np.float64] | None = None,
    seed: int = 0,
) -> Traced:
    """Sample the transmission tree given onsets, presences on record and (optional) sequence distances."""
    likely, chance = completed(records)
    met = meetings(likely, chance)
    possible = explanations(onset, met, history, distances)
    days = (int(np.ptp(onset)) if len(onset) else 0) + history.longest
    open_to = exposure(likely, chance, onset, history, people, days)
    dodged = escaped(met, onset, history)[possible.case, onset[possible.case] - possible.day]
    rows = _Rows(possible.first, possible.infector, possible.day, possible.context, possible.weight, dodged)
    share, hazards = _sample(rows, open_to, np.asarray([*history.hazards, 1.0 / open_to[-1]]), SWEEPS, seed)
    return Traced(possible, share, hazards)


class _Rows(NamedTuple):
    """The explanations as compiled code reads them; `dodged`: infectious meetings gone through before, by context."""

    first: NDArray[np.int64]
    infector: NDArray[np.int64]
    day: NDArray[np.int64]
    context: NDArray[np.int64]
    weight: NDArray[np.float64]
    dodged: NDArray[np.float64]


@njit(cache=True)
def _sample(
    rows: _Rows, open_to: NDArray[np.float64], hazards: NDArray[np.float64], sweeps: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    np.random.seed(seed)  # noqa: NPY002 - the only generator that compiled code has
    chosen = rows.first[1:] - 1  # start: nobody known infected anybody
    share, mean_hazards = np.zeros(len(rows.weight)), np.zeros(len(hazards))
    prior = 1.0 / hazards
    for sweep in range(sweeps):
        for case in range(len(chosen)):
            running = _chances(case, chosen, rows, hazards)
            chosen[case] = _drawn(rows.first[case], running, chosen[case])
            if sweep >= DISCARDED:
                _tell(share, rows.first[case], running, chosen[case])
        tally = np.bincount(rows.context[chosen], minlength=len(hazards))
        for kind in range(len(hazards)):
            gone = rows.dodged[chosen, kind].sum() if kind < rows.dodged.shape[1] else 0.0
            hazards[kind] = np.random.gamma(1.0 + tally[kind]) / (prior[kind] + open_to[kind] + gone)  # noqa: NPY002 - as above
        if sweep >= DISCARDED:
            mean_hazards += hazards / (sweeps - DISCARDED)
    return share / (sweeps - DISCARDED), mean_hazards


@njit(cache=True)
def _chances(case: int, chosen: NDArray[np.int64], rows: _Rows, hazards: NDArray[np.float64]) -> NDArray[np.float64]:
    """Running sums over this case's explanations: after its infector was infected, before it infected anyone."""
    begin, end = rows.first[case], rows.first[case + 1]
    latest = _first_infected(case, chosen, rows)
    total = 0.0
    running = np.zeros(end - begin)
    for row in range(begin, end):
        source = rows.infector[row]
        if rows.day[row] < latest and (source == NOBODY or rows.day[chosen[source]] < rows.day[row]):
            dodged = 0.0
            for kind in range(rows.dodged.shape[1]):
                dodged += rows.dodged[row, kind] * hazards[kind]
            total += rows.weight[row] * hazards[rows.context[row]] * np.exp(-dodged)
        running[row - begin] = total
    return running


@njit(cache=True)
def _drawn(begin: int, running: NDArray[np.float64], kept: int) -> int:
    """One explanation by its chance; the one before where none is possible."""
    if running[-1] <= 0.0:
        return kept
    return begin + np.searchsorted(running, np.random.random() * running[-1], side="right")  # noqa: NPY002 - as above


@njit(cache=True)
def _tell(share: NDArray[np.float64], begin: int, running: NDArray[np.float64], kept: int) -> None:
    """Every explanation's chance, which tells more than the one that was drawn."""
    if running[-1] <= 0.0:
        share[kept] += 1.0
        return
    before = 0.0
    for row in range(len(running)):
        share[begin + row] += (running[row] - before) / running[-1]
        before = running[row]


@njit(cache=True)
def _first_infected(case: int, chosen: NDArray[np.int64], rows: _Rows) -> int:
    """The day on which this case infected its first; far away while it has infected nobody."""
    day = 1 << 40
    for other in range(len(chosen)):
        if rows.infector[chosen[other]] == case and rows.day[chosen[other]] < day:
            day = int(rows.day[chosen[other]])
    return day


__all__ = ["NOBODY", "UNSEEN", "Traced", "trace"]
