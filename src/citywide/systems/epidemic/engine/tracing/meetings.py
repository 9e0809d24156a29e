"""Meetings of cases with one another, and how many others each case met, from records of presence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.natural_history import CITY, NaturalHistory


@dataclass(frozen=True)
class Meetings:
    """Rows (infector case, case, day, context, place) in which the one may have infected the other."""

    infector: NDArray[np.int64]
    case: NDArray[np.int64]
    day: NDArray[np.int64]
    context: NDArray[np.int64]
    place: NDArray[np.int64]


@dataclass(frozen=True)
class Records:
    """What is on record of the cases' presences, and how many people were in each such place that day."""

    case: NDArray[np.int64]
    day: NDArray[np.int64]
    context: NDArray[np.int64]
    place: NDArray[np.int64]
    present: NDArray[np.int64]


def meetings(records: Records) -> Meetings:
    """Every ordered pair of cases on record in the same place on the same day."""
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
    )


def exposure(
    records: Records, onset: NDArray[np.int64], history: NaturalHistory, people: int, days: int
) -> NDArray[np.float64]:
    """Infectious meetings by context, the whole city, and last the person-days open to unseen infectors."""
    strength = history.infectious_on(records.day - onset[records.case]) * np.maximum(records.present - 1, 0)
    met = np.bincount(records.context, strength, minlength=CITY)
    return np.array([*met[:CITY], float(len(onset) * people), float(people * days)])


def _ordered_pairs(group: NDArray[np.int64]) -> NDArray[np.int64]:
    first, second = np.meshgrid(group, group)
    apart = ~np.eye(len(group), dtype=bool)
    return np.stack([first[apart], second[apart]])
