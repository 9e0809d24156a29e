"""What the newest counts will become: revision factors per place and age, learned from past vintages only."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.triangle import WEEK, Triangle

Floats = NDArray[np.floating]
Days = NDArray[np.datetime64]

AGES = 5  # weeks after which a count is taken as settled
LOOK_BACK = 20  # weekly states that teach the factors
FORGET = 0.85  # weight lost per week of age of the lesson
PLACE_PRIOR = 4.0  # weeks of evidence before a place is trusted apart from all places
ALL_PRIOR = 1.5  # weeks of evidence before all places together are trusted


@dataclass(frozen=True)
class Nowcast:
    """Log factors that the newest counts should still grow by, and their doubt; ages down, places across."""

    factor: Floats
    spread: Floats

    def settle(self, values: Floats) -> Floats:
        """The counts as they are expected to stand once settled."""
        grown = values.copy()
        ages = min(len(self.factor), len(values))
        grown[len(values) - ages :] *= np.exp(self.factor[:ages][::-1])
        return grown


def nowcast(history: Triangle, moment: np.datetime64, unit: float = 1.0) -> Nowcast:
    """Learn from the weekly states before a moment how counts of each age were revised."""
    was, now = revisions(history, moment)
    steps = np.clip(np.log((now + unit) / (was + unit)), -1, 1)
    weight = FORGET ** np.arange(LOOK_BACK)
    pooled = _shrunk(*_over_places(was, now, weight), np.zeros((AGES, 1)), ALL_PRIOR)
    lesson = weight[:, None, None] * ~np.isnan(steps)
    own = _shrunk((lesson * np.nan_to_num(steps)).sum(axis=0), lesson.sum(axis=0), pooled, PLACE_PRIOR)
    variance = _variance(steps, lesson, own)
    return Nowcast(_from_age(own), np.sqrt(_from_age(variance)))


def revisions(history: Triangle, moment: np.datetime64) -> tuple[Floats, Floats]:
    """Counts before and after one more week of reports, by (past week, age, place).

    Weeks in which nothing was published, or several weeks at once, teach nothing: they would pass for counts
    that did not change, or for one week's growth.
    """
    states = [history.known(moment - k * WEEK) for k in range(LOOK_BACK + 1)]
    was = np.full((LOOK_BACK, AGES, len(history.places)), np.nan)
    now = was.copy()
    for k, (newer, older) in enumerate(pairwise(states)):
        newest = len(older.weeks)
        if len(newer.weeks) != newest + 1:
            continue
        ages = min(AGES, newest)
        was[k, :ages] = older.values[newest - ages :][::-1]
        now[k, :ages] = newer.values[newest - ages : newest][::-1]
    return was, now


def _over_places(was: Floats, now: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Steps of all places' counts together, so that a large place counts as its cases do."""
    both = ~np.isnan(was + now)
    before, after = (np.where(both, counts, 0).sum(axis=2) for counts in (was, now))
    told = (before > 0) & (after > 0)
    step = np.clip(np.log(np.where(told, after, 1) / np.where(told, before, 1)), -1, 1)
    lesson = weight[:, None] * told
    return (lesson * step).sum(axis=0)[:, None], lesson.sum(axis=0)[:, None]


def _shrunk(total: Floats, weight: Floats, toward: Floats, strength: float) -> Floats:
    return (total + strength * toward) / (weight + strength)


def _variance(steps: Floats, lesson: Floats, centre: Floats) -> Floats:
    square = (lesson * np.nan_to_num(steps - centre) ** 2).sum(axis=0)
    return square / np.maximum(lesson.sum(axis=0), 1)


def _from_age(step: Floats) -> Floats:
    return np.cumsum(step[::-1], axis=0)[::-1]
