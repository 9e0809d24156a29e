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
    steps, weight = revisions(history, moment, unit)
    pooled = _shrunk(*_over_places(steps, weight), np.zeros((AGES, 1)), ALL_PRIOR)
    lesson = weight[:, None, None] * ~np.isnan(steps)
    own = _shrunk((lesson * np.nan_to_num(steps)).sum(axis=0), lesson.sum(axis=0), pooled, PLACE_PRIOR)
    variance = _variance(steps, lesson, own)
    return Nowcast(_from_age(own), np.sqrt(_from_age(variance)))


def revisions(history: Triangle, moment: np.datetime64, unit: float) -> tuple[Floats, Floats]:
    """Log steps that counts made in one week, by (past week, age, place), and each lesson's weight."""
    states = [history.known(moment - k * WEEK) for k in range(LOOK_BACK + 1)]
    steps = np.full((LOOK_BACK, AGES, len(history.places)), np.nan)
    for k, (newer, older) in enumerate(pairwise(states)):
        ages = min(AGES, len(older.weeks))
        was = older.values[len(older.weeks) - ages :][::-1]
        now = newer.values[len(older.weeks) - ages : len(older.weeks)][::-1]
        steps[k, :ages] = np.clip(np.log((now + unit) / (was + unit)), -1, 1)
    return steps, FORGET ** np.arange(LOOK_BACK)


def _over_places(steps: Floats, weight: Floats) -> tuple[Floats, Floats]:
    told = (~np.isnan(steps)).mean(axis=2)
    middle = np.nan_to_num(steps).sum(axis=2) / np.maximum((~np.isnan(steps)).sum(axis=2), 1)
    lesson = weight[:, None] * (told > 0)
    return (lesson * middle).sum(axis=0)[:, None], lesson.sum(axis=0)[:, None]


def _shrunk(total: Floats, weight: Floats, toward: Floats, strength: float) -> Floats:
    return (total + strength * toward) / (weight + strength)


def _variance(steps: Floats, lesson: Floats, centre: Floats) -> Floats:
    square = (lesson * np.nan_to_num(steps - centre) ** 2).sum(axis=0)
    return square / np.maximum(lesson.sum(axis=0), 1)


def _from_age(step: Floats) -> Floats:
    return np.cumsum(step[::-1], axis=0)[::-1]
