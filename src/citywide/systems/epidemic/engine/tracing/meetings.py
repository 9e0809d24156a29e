"""Meetings of cases with one another, and how many others each case met, from records of presence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.natural_history import CITY, NaturalHistory


@dataclass(frozen=True)
class Meetings:
    """Rows (infector case, case, day, context, place) in which the one may have infected the other, and how surely."""

    infector: NDArray[np.int64]
    case: NDArray[np.int64]
    day: NDArray[np.int64]
    context: NDArray[np.int64]
    place: NDArray[np.int64]
    chance: NDArray[np.float64]


@dataclass(frozen=True)
class Records:
    """What is on record of the cases' presences, and how many people were in each such place that day."""

    case: NDArray[np.int64]
    day: NDArray[np.int64]
    context: NDArray[np.int64]
    place: NDArray[np.int64]
    present: NDArray[np.int64]


def meetings(records: Records, chance: NDArray[np.float64] | None = None) -> Meetings:
    """Every ordered pair of cases in the same place on the same day; `chance` that each record is true."""
    sure = np.ones(len(records.case)) if chance is None else chance
    order = np.lexsort((records.place, records.context, records.day))
    keys = np.stack([records.day[order], records.context[order], records.place[order]])
    starts = np.flatnonzero(np.any(np.diff(keys, axis=1, prepend=-2), axis=0))
    ends = np.append(starts, len(order))[1:]
    many = [order[a:b] for a, b in zip(starts, ends, strict=True) if b - a > 1]
    pairs = [_ordered_pairs(group) for group in many] or [np.zeros((2, 0), dtype=np.int64)]
    first, second = np.concatenate(pairs, axis=1)
    return Meetings(
        records.case[first],
        records.case[second],
        records.day[first],
        records.context[first],
        records.place[first],
        sure[first] * sure[second],
    )


def exposure(
    records: Records,
    chance: NDArray[np.float64],
    onset: NDArray[np.int64],
    history: NaturalHistory,
    people: int,
    days: int,
) -> NDArray[np.float64]:
    """Infectious meetings of whoever did not fall ill by context, then person-days open to the city and to the unseen.

    Who was infected lately has not fallen ill yet, so the newest meetings count less.
    """
    spots = np.stack([records.day, records.context, records.place])
    _, spot = np.unique(spots, axis=1, return_inverse=True)
    ill = np.bincount(spot.ravel(), chance, minlength=1)[spot.ravel()]
    others = np.maximum(records.present - ill, 0) * chance
    told = np.cumsum(history.incubation())[np.clip(onset.max(initial=0) - records.day, 0, history.longest - 1)]
    strength = history.infectious_on(records.day - onset[records.case]) * told * others
    met = np.bincount(records.context, strength, minlength=CITY)
    return np.array([*met[:CITY], float(len(onset) * people), float(people * days)])


def escaped(met: Meetings, onset: NDArray[np.int64], history: NaturalHistory) -> NDArray[np.float64]:
    """Infectious meetings of a case more than so many days before its onset [case, days, context]."""
    wait = onset[met.case] - met.day
    near = (wait > 0) & (wait < history.longest)
    strength = met.chance * history.infectious_on(met.day - onset[met.infector])
    by_wait = np.zeros((len(onset), history.longest + 1, CITY))
    np.add.at(by_wait, (met.case[near], wait[near], met.context[near]), strength[near])
    return np.cumsum(by_wait[:, ::-1], axis=1)[:, ::-1][:, 1:]


def _ordered_pairs(group: NDArray[np.int64]) -> NDArray[np.int64]:
    first, second = np.meshgrid(group, group)
    apart = ~np.eye(len(group), dtype=bool)
    return np.stack([first[apart], second[apart]])
