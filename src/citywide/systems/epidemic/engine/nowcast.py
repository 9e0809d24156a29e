"""What the newest counts will become: revision factors per place and age, learned from past vintages only.

Only what is revised week after week is carried on: the factor is a median over weeks, so that a burst of
restatements, or a habit of reporting that has ended, is not mistaken for growth still to come.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.triangle import WEEK, Triangle

Floats = NDArray[np.floating]
Days = NDArray[np.datetime64]

AGES = 12  # weeks after which a count is taken as settled
LOOK_BACK = 20  # weekly states that teach the factors
FORGET = 0.85  # weight lost per week of age of the lesson
PLACE_PRIOR = 2.0  # weeks of evidence before a place is trusted apart from all places
ALL_PRIOR = 1.0  # weeks of evidence before all places together are trusted
ALL_WEEKS = 2.0  # weeks that all places' steps count for in the doubt of one place's
SURPRISE = 0.02  # doubt of a step before anything was seen: what was never revised may still be
SIGMA = 1.25  # standard deviation of a normal error over its mean size


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
    everywhere = usual(_over_places(was, now), weight, np.zeros(AGES), ALL_PRIOR)
    own = usual(steps, weight, np.broadcast_to(everywhere[:, None], steps.shape[1:]), PLACE_PRIOR)
    return Nowcast(_from_age(own), np.sqrt(_from_age(_doubt(steps, weight, own) ** 2)))


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


def usual(steps: Floats, weight: Floats, toward: Floats, strength: float) -> Floats:
    """The weighted median over weeks (first axis), where `toward` counts as `strength` weeks; no step is NaN."""
    every = np.concatenate([toward[None], steps])
    heavy = np.concatenate([[strength], weight]).reshape(-1, *[1] * toward.ndim) * ~np.isnan(every)
    order = np.argsort(every, axis=0)  # what is NaN comes last and weighs nothing
    every, heavy = (np.take_along_axis(one, order, 0) for one in (np.nan_to_num(every), heavy))
    middle = np.cumsum(heavy, axis=0) - heavy / 2
    half = heavy.sum(axis=0) / 2
    above = np.argmax(middle >= half, axis=0)[None]
    high, low = (np.take_along_axis(every, at, 0)[0] for at in (above, np.maximum(above - 1, 0)))
    top, bottom = (np.take_along_axis(middle, at, 0)[0] for at in (above, np.maximum(above - 1, 0)))
    share = np.where(top > bottom, (half - bottom) / np.where(top > bottom, top - bottom, 1), 1.0)
    return low + share * (high - low)


def _over_places(was: Floats, now: Floats) -> Floats:
    """Steps of all places' counts together, so that a large place counts as its cases do."""
    both = ~np.isnan(was + now)
    before, after = (np.where(both, counts, 0).sum(axis=2) for counts in (was, now))
    told = (before > 0) & (after > 0)
    return np.where(told, np.clip(np.log(np.where(told, after, 1) / np.where(told, before, 1)), -1, 1), np.nan)


def _doubt(steps: Floats, weight: Floats, centre: Floats) -> Floats:
    """How far steps lay from the usual one: a place's own weeks, two weeks of all places, one of a prior."""
    lesson = weight[:, None, None] * ~np.isnan(steps)
    apart = SIGMA * lesson * np.abs(np.nan_to_num(steps - centre))
    everywhere = apart.sum(axis=(0, 2)) / np.maximum(lesson.sum(axis=(0, 2)), 1)
    known = apart.sum(axis=0) + ALL_WEEKS * everywhere[:, None] + SURPRISE
    return known / (lesson.sum(axis=0) + ALL_WEEKS + 1)


def _from_age(step: Floats) -> Floats:
    return np.cumsum(step[::-1], axis=0)[::-1]
