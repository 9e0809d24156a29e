"""The forecaster: each reference day it reads what was known then, asks its members, pools and remembers."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.cleaning import Problem, screen, unit_of
from citywide.systems.epidemic.engine.forecast.elsewhere import GROUPS, Background, Elsewhere
from citywide.systems.epidemic.engine.forecast.features import features_of
from citywide.systems.epidemic.engine.forecast.lessons import joined, lessons_of, questions
from citywide.systems.epidemic.engine.forecast.made import Forecast, Setting
from citywide.systems.epidemic.engine.forecast.members import MEMBERS, Task, answers
from citywide.systems.epidemic.engine.forecast.panel import Panel, panel_of, with_groups
from citywide.systems.epidemic.engine.forecast.pool import Matured, coverage, pooled, weights
from citywide.systems.epidemic.engine.forecast.quantiles import stretched, whole
from citywide.systems.epidemic.engine.forecast.total import coherent
from citywide.systems.epidemic.engine.forecast.widening import beside_truth, doubt, spread
from citywide.systems.epidemic.engine.nowcast import Nowcast, nowcast
from citywide.systems.epidemic.engine.triangle import WEEK, Snapshot, Triangle

Floats = NDArray[np.floating]
Days = NDArray[np.datetime64]


class Forecaster:
    """Forecasts reference days in order of time; learns weights and spread from its own matured forecasts."""

    def __init__(self, setting: Setting | None = None, background: Background | None = None) -> None:
        self.setting = setting or Setting()
        self.elsewhere = Elsewhere(background, self.setting.seed)
        self.past: list[Forecast] = []

    def forecast(self, history: Triangle, reference: np.datetime64) -> Forecast:
        """One reference day, from the vintages before its deadline only."""
        moment = reference - self.setting.deadline
        then = history.until(moment)
        known = then.known(moment)
        if not len(known.weeks):
            raise ValueError(f"nothing was reported before {moment}")
        values, problems = screen(known.values, known.weeks, known.places, unit_of(known.values))
        revised = nowcast(then, moment, unit_of(known.values))
        panel = panel_of(values, known.weeks, revised.settle(values))
        made = self._pooled(panel, values, known, reference, revised, problems)
        self.past.append(made)
        return made

    def walk(self, history: Triangle, references: Sequence[np.datetime64]) -> Iterator[Forecast]:
        """Reference days one after another, each as it would have been made on its day."""
        for reference in sorted(references):
            yield self.forecast(history, reference.astype("datetime64[D]"))

    def _pooled(
        self,
        panel: Panel,
        values: Floats,
        known: Snapshot,
        reference: np.datetime64,
        revised: Nowcast,
        problems: list[Problem],
    ) -> Forecast:
        steps = self._steps(panel, reference)
        small = answers(self._task(panel, values, reference, steps))
        past = self._matured(known.weeks, values, reference)
        prior = {name: MEMBERS[name][1] if name in MEMBERS else 0.3 for name in small}
        share = weights(past, prior, panel.scale, panel.total)
        joint = pooled(small, share, steps, len(panel.weeks))
        wider = spread(past, panel, len(self.setting.horizons))
        wide = stretched(joint, wider[..., None], doubt(revised, panel)[:, None, None])
        told = coherent(_grown(panel, wide), panel.total)
        quantiles = whole(told) if unit_of(known.values) == 1 else told
        return Forecast(
            reference, known.places, self.setting.horizons, quantiles,
            {name: _grown(panel, quantiles) for name, quantiles in small.items()}, _grown(panel, joint),
            share, wider, coverage(past, 0.95), revised, tuple(problems),
        )  # fmt: skip

    def _steps(self, panel: Panel, reference: np.datetime64) -> tuple[int, ...]:
        """Weeks from the newest report to each horizon's week."""
        gap = int((reference - panel.weeks[-1]) / WEEK)
        return tuple(max(gap + horizon, 1) for horizon in self.setting.horizons)

    def _task(self, panel: Panel, values: Floats, reference: np.datetime64, steps: tuple[int, ...]) -> Task:
        features = features_of(panel)
        own = lessons_of(panel, steps, 1.0, features)
        grouped = lessons_of(_grouped(panel, values, self.setting.seed), steps)
        other = self.elsewhere.lessons(steps, reference, self.setting.lessons_at_most)
        everything = joined([own, grouped, *other])
        return Task(
            panel, features, own, everything, questions(features, steps),
            steps, self.setting.trees, self.setting.seed,
        )  # fmt: skip

    def _matured(self, weeks: Days, values: Floats, reference: np.datetime64) -> list[Matured]:
        found = [beside_truth(past, weeks, values, reference) for past in self.past]
        return [week for week in found if (~np.isnan(week.truth)).any()]


def _grouped(panel: Panel, values: Floats, seed: int) -> Panel:
    count = values.shape[1]
    groups = with_groups(values, panel.total, GROUPS, seed)[:, count:]
    return panel_of(groups, panel.weeks) if groups.shape[1] else panel


def _grown(panel: Panel, small: Floats) -> Floats:
    return np.moveaxis(panel.scale.grow(np.moveaxis(small, 0, -1)), -1, 0)
