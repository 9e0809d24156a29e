"""Where people go again and again: days on which they were there although nothing is on record."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.natural_history import HOUSEHOLD
from citywide.systems.epidemic.engine.tracing.meetings import Records

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

AGAIN = 3  # days on record that make a habit
OFTEN = 0.25  # share of a context's days that makes one
OPEN = 0.5  # share of a context's busiest weekday from which a weekday is one of its days
LISTED = 0.5  # share of days below which homes on record are addresses and say nothing of what is left out


def completed(records: Records) -> tuple[Records, Floats]:
    """The records with days that are missing of homes and habits, and the chance that each row is true."""
    if not len(records.case):
        return records, np.empty(0)
    places = np.stack([records.case, records.context, records.place])
    habit, first, which = np.unique(places, axis=1, return_index=True, return_inverse=True)
    days = np.arange(records.day.min(), records.day.max() + 1)
    told = np.zeros((habit.shape[1], len(days)), dtype=np.bool_)
    told[which.ravel(), records.day - days[0]] = True
    chance = np.where(told, 0.0, _missed(habit[1], told, _watched(records, days)[habit[0]], _open(records, days)))
    row, at = np.nonzero(chance)
    more = (habit[0, row], days[at], habit[1, row], habit[2, row], records.present[first[row]])
    every = (np.concatenate(pair) for pair in zip(vars(records).values(), more, strict=True))
    return Records(*every), np.concatenate([np.ones(len(records.case)), chance[row, at]])


def _watched(records: Records, days: Ints) -> Bools:
    """The days from a case's first record to its last: of others nobody has asked [case, day]."""
    begin, end = np.full(records.case.max() + 1, days[-1] + 1), np.full(records.case.max() + 1, days[0] - 1)
    np.minimum.at(begin, records.case, records.day)
    np.maximum.at(end, records.case, records.day)
    return (days >= begin[:, None]) & (days <= end[:, None])


def _open(records: Records, days: Ints) -> Bools:
    """The days of each context: those of weekdays on which many go there, and every day for homes [context, day]."""
    busy = np.zeros((int(records.context.max(initial=HOUSEHOLD)) + 1, 7))
    np.add.at(busy, (records.context, records.day % 7), 1)
    busy[HOUSEHOLD] = 1
    return (busy >= OPEN * busy.max(axis=1, keepdims=True))[:, days % 7]


def _missed(context: Ints, told: Bools, watched: Bools, open_on: Bools) -> Floats:
    """The chance that somebody was there on a day without a record [habit, day]; at home it is one."""
    home, due = context == HOUSEHOLD, watched & open_on[context]
    often = (told & due).sum(axis=1) / np.maximum(due.sum(axis=1), 1)
    at_home = told[home].sum() / max(due[home].sum(), 1)
    recorded = at_home if at_home >= LISTED else 1.0
    there = np.minimum(often / recorded, 1.0)
    unseen = there * (1 - recorded) / np.maximum(1 - there * recorded, 1e-9)
    regular = (told.sum(axis=1) >= AGAIN) & (often >= OFTEN)
    return np.where(due, np.where(home, 1.0, np.where(regular, unseen, 0.0))[:, None], 0.0)
