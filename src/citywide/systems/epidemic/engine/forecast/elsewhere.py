"""Lessons from elsewhere: a related signal of other years, and seasons that were only imagined."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.imagined import imagined
from citywide.systems.epidemic.engine.forecast.lessons import Lessons, lessons_of
from citywide.systems.epidemic.engine.forecast.panel import YEAR, Panel, panel_of, trough, with_groups
from citywide.systems.epidemic.engine.triangle import WEEK

Floats = NDArray[np.floating]
Days = NDArray[np.datetime64]

GROUPS = 10  # random sums of places that teach the trees how a total moves
WEIGHT = 0.5  # of a lesson from elsewhere beside one of the places' own
IMAGINED = 0.3  # share of imagined lessons where there are real ones too
ALONE = 0.5  # how much of the room imagined lessons take where there are none
WORLDS = 4  # imagined worlds; every other one has seasons
YEARS = 6  # that each of them lasts
TOWNS = 20  # that each of them has
LEAST = 104  # weeks that make a background worth listening to
SAME_SEASON = 6.0  # weeks that two troughs of one season may lie apart
QUIET = 0.15  # the quantile taken as a place's level without an epidemic
LATE = 4 * WEEK  # how old a background's newest week must be, since its revisions are not known


@dataclass(frozen=True)
class Background:
    """Weekly values of a related signal in other years or places: weeks down, places across."""

    weeks: Days
    values: Floats

    def before(self, reference: np.datetime64) -> "Background":
        """What was surely known at a reference day."""
        early = self.weeks < reference - LATE
        values = self.values[early]
        return Background(self.weeks[early], values[:, ~np.isnan(values).all(axis=0)])


@dataclass
class Elsewhere:
    """Keeps the lessons it made, since they change little from week to week."""

    background: Background | None
    seed: int
    _kept: dict[tuple[tuple[int, ...], int, int], list[Lessons]] = field(
        default_factory=dict[tuple[tuple[int, ...], int, int], list[Lessons]]
    )

    def trough(self, reference: np.datetime64, own: Panel) -> float | None:
        """When in the year it was lowest in many years, where theirs is the season of these places.

        A year or two of the places' own can be three weeks off.
        """
        real = self._real(reference)
        if real is None:
            return None
        told = trough(background_panel(real, self.seed))
        apart = abs(told - trough(own))
        return told if min(apart, YEAR - apart) <= SAME_SEASON else None

    def lessons(self, steps: tuple[int, ...], reference: np.datetime64, at_most: int) -> list[Lessons]:
        """Lessons for these steps from before the reference day, real ones with some imagined."""
        real = self._real(reference)
        key = steps, 0 if real is None else len(real.weeks), at_most
        if key not in self._kept:
            self._kept[key] = self._made(real, steps, at_most)
        return self._kept[key]

    def _real(self, reference: np.datetime64) -> Background | None:
        real = self.background.before(reference) if self.background else None
        return real if real is not None and len(real.weeks) >= LEAST else None

    def _made(self, real: Background | None, steps: tuple[int, ...], at_most: int) -> list[Lessons]:
        room = int(at_most * (ALONE if real is None else IMAGINED))
        worlds = [world(self.seed + k, seasonal=k % 2 == 0) for k in range(WORLDS)]
        made = [thinned(lessons_of(panel, steps, WEIGHT), room // WORLDS, self.seed) for panel in worlds]
        if real is None:
            return made
        panel = background_panel(real, self.seed)
        return [*made, thinned(lessons_of(panel, steps, WEIGHT), at_most - room, self.seed)]


def background_panel(real: Background, seed: int) -> Panel:
    """The background above each place's quiet level, with sums over groups."""
    above = np.maximum(real.values - np.nanquantile(real.values, QUIET, axis=0), 0)
    return panel_of(with_groups(above, None, GROUPS, seed), real.weeks)


def world(seed: int, *, seasonal: bool) -> Panel:
    """Imagined years of some towns, with sums over groups of them."""
    weeks = np.datetime64("2001-01-06") + np.arange(YEARS * 52) * WEEK
    return panel_of(with_groups(imagined(len(weeks), TOWNS, seed, seasonal), None, GROUPS // 2, seed), weeks)


def thinned(lessons: Lessons, most: int, seed: int) -> Lessons:
    """A random part of the lessons, of about this number."""
    keep = np.random.default_rng(seed).random(len(lessons)) < most / max(len(lessons), 1)
    return Lessons(lessons.inputs[keep], lessons.change[keep], lessons.weight[keep], lessons.block[keep])
