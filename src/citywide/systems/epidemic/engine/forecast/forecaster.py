"""The forecaster: each reference day it reads what was known then, asks its members, pools and remembers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.elsewhere import GROUPS, Background, Elsewhere
from citywide.systems.epidemic.engine.forecast.features import features_of
from citywide.systems.epidemic.engine.forecast.lessons import joined, lessons_of, questions
from citywide.systems.epidemic.engine.forecast.made import Forecast, Setting
from citywide.systems.epidemic.engine.forecast.members import MEMBERS, Task, answers
from citywide.systems.epidemic.engine.forecast.panel import Panel, panel_of, with_groups
from citywide.systems.epidemic.engine.forecast.pool import Matured, coverage, pooled, weights
from citywide.systems.epidemic.engine.forecast.quantiles import stretched, whole
from citywide.systems.epidemic.engine.forecast.then import Then, known_then
from citywide.systems.epidemic.engine.forecast.total import coherent
from citywide.systems.epidemic.engine.forecast.widening import beside_truth, doubt, spread
from citywide.systems.epidemic.engine.triangle import WEEK, Triangle

Floats = NDArray[np.floating]


class Forecaster:
    """Forecasts reference days in order of time; learns weights and spread from its own matured forecasts."""

    def __init__(self, setting: Setting | None = None, background: Background | None = None) -> None:
        self.setting = setting or Setting()
        self.elsewhere = Elsewhere(background, self.setting.seed)
        self.past: list[Forecast] = []

    def forecast(self, history: Triangle, reference: np.datetime64) -> Forecast:
        """One reference day, from the vintages before its deadline only."""
        made = self._pooled(known_then(history, reference, self.setting.deadline))
        self.past.append(made)
        return made

    def walk(self, history: Triangle, references: Sequence[np.datetime64]) -> Iterator[Forecast]:
        """Reference days one after another, each as it would have been made on its day."""
        for reference in sorted(references):
            yield self.forecast(history, reference.astype("datetime64[D]"))

    def _pooled(self, then: Then) -> Forecast:
        steps, panel = self._steps(then), then.panel
        small = answers(self._task(then, steps))
        past = self._matured(then)
        prior = {name: MEMBERS[name][1] if name in MEMBERS else 0.3 for name in small}
        share = weights(past, prior, panel.scale, panel.total)
        joint = pooled(small, share, steps, len(panel.weeks))
        wider = spread(past, panel, len(self.setting.horizons))
        return Forecast(
            then.reference, then.places, self.setting.horizons, _told(then, joint, wider),
            {name: _grown(panel, quantiles) for name, quantiles in small.items()}, _grown(panel, joint),
            share, wider, coverage(past, 0.95), then.revised, then.problems,
        )  # fmt: skip

    def _steps(self, then: Then) -> tuple[int, ...]:
        """Weeks from the newest report to each horizon's week."""
        gap = int((then.reference - then.panel.weeks[-1]) / WEEK)
        return tuple(max(gap + horizon, 1) for horizon in self.setting.horizons)

    def _task(self, then: Then, steps: tuple[int, ...]) -> Task:
        lowest = self.elsewhere.trough(then.reference, then.panel)
        panel = replace(then.panel, lowest=lowest)
        features = features_of(panel)
        own = lessons_of(panel, steps, 1.0, features)
        grouped = lessons_of(replace(_grouped(then, self.setting.seed), lowest=lowest), steps)
        other = self.elsewhere.lessons(steps, then.reference, self.setting.lessons_at_most)
        everything = joined([own, grouped, *other])
        return Task(
            panel, features, own, everything, questions(features, steps),
            steps, self.setting.trees, self.setting.seed,
        )  # fmt: skip

    def _matured(self, then: Then) -> list[Matured]:
        found = [beside_truth(past, then.panel.weeks, then.values, then.reference) for past in self.past]
        return [week for week in found if (~np.isnan(week.truth)).any()]


def _told(then: Then, joint: Floats, wider: Floats) -> Floats:
    """The pool as it is told: as wide as past misses and revisions to come ask for, people counted whole."""
    wide = stretched(joint, wider[..., None], doubt(then.revised, then.panel)[:, None, None])
    counts = coherent(_grown(then.panel, wide), then.panel.total)
    return whole(counts) if then.unit == 1 else counts


def _grouped(then: Then, seed: int) -> Panel:
    count = len(then.places)
    groups = with_groups(then.values, then.panel.total, GROUPS, seed)[:, count:]
    return panel_of(groups, then.panel.weeks) if groups.shape[1] else then.panel


def _grown(panel: Panel, small: Floats) -> Floats:
    return np.moveaxis(panel.scale.grow(np.moveaxis(small, 0, -1)), -1, 0)
