"""The forecaster: each reference day it reads what was known then, asks its members, pools and remembers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.cleaning import Problem, screen, unit_of
from citywide.systems.epidemic.engine.forecast.boosted import Trees
from citywide.systems.epidemic.engine.forecast.elsewhere import GROUPS, Background, Elsewhere
from citywide.systems.epidemic.engine.forecast.features import features_of
from citywide.systems.epidemic.engine.forecast.lessons import joined, lessons_of, questions
from citywide.systems.epidemic.engine.forecast.members import MEMBERS, Task, answers
from citywide.systems.epidemic.engine.forecast.panel import Panel, panel_of, with_groups
from citywide.systems.epidemic.engine.forecast.pool import Matured, coverage, pooled, stretches, weights
from citywide.systems.epidemic.engine.forecast.quantiles import mixed, stretched
from citywide.systems.epidemic.engine.nowcast import Nowcast, nowcast
from citywide.systems.epidemic.engine.triangle import WEEK, Snapshot, Triangle

Floats = NDArray[np.floating]
Days = NDArray[np.datetime64]

DEADLINE = np.timedelta64(43, "h")  # a forecast for Saturday is made before Thursday 05:00 UTC
COHERENT = 0.3  # weight of the sum of the places in the forecast of the total
ALIKE = 0.3  # correlation of the places' misses


@dataclass(frozen=True)
class Setting:
    """What a user may choose."""

    horizons: tuple[int, ...] = (0, 1, 2, 3)
    deadline: np.timedelta64 = DEADLINE
    trees: Trees = field(default_factory=Trees)
    lessons_at_most: int = 50_000  # taught by other years, other places and imagined seasons
    seed: int = 1


@dataclass(frozen=True)
class Forecast:
    """Quantiles of counts by place, horizon and level, and everything that explains them."""

    reference: np.datetime64
    places: tuple[str, ...]
    horizons: tuple[int, ...]
    quantiles: Floats
    members: dict[str, Floats]
    unstretched: Floats
    weights: dict[str, float]
    spread: Floats
    coverage95: float
    nowcast: Nowcast
    problems: tuple[Problem, ...]

    def target(self, horizon: int) -> np.datetime64:
        """The week that a horizon speaks of."""
        return self.reference + horizon * WEEK


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
        past = self._matured(known.weeks, values, reference, set(small))
        prior = {name: MEMBERS[name][1] if name in MEMBERS else 0.3 for name in small}
        share = weights(past, prior, panel.scale, panel.total)
        joint = pooled(small, share, steps)
        spread = _spread(past, panel, len(self.setting.horizons))
        wide = stretched(joint, spread[..., None], _doubt(revised, panel)[:, None, None])
        counts = _grown(panel, wide)
        return Forecast(
            reference, known.places, self.setting.horizons, _coherent(counts, panel.total),
            {name: _grown(panel, quantiles) for name, quantiles in small.items()}, _grown(panel, joint),
            share, spread, coverage(past, 0.95), revised, tuple(problems),
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

    def _matured(self, weeks: Days, values: Floats, reference: np.datetime64, names: set[str]) -> list[Matured]:
        found = [_beside_truth(past, weeks, values, reference) for past in self.past]
        return [week for week in found if names <= set(week.members) and (~np.isnan(week.truth)).any()]


def _grouped(panel: Panel, values: Floats, seed: int) -> Panel:
    count = values.shape[1]
    groups = with_groups(values, panel.total, GROUPS, seed)[:, count:]
    return panel_of(groups, panel.weeks) if groups.shape[1] else panel


def _beside_truth(past: Forecast, weeks: Days, values: Floats, reference: np.datetime64) -> Matured:
    """A past forecast beside the counts known now; weeks not yet revised once stay out."""
    truth = np.full(past.quantiles.shape[:2], np.nan)
    for column, horizon in enumerate(past.horizons):
        at = int((past.target(horizon) - weeks[0]) / WEEK)
        if 0 <= at < len(weeks) - 1:
            truth[:, column] = values[at]
    return Matured(float((reference - past.reference) / WEEK), past.members, past.unstretched, truth)


def _spread(past: list[Matured], panel: Panel, horizons: int) -> Floats:
    """Factors on the spread by place and horizon; the total, one series only, is drawn to the places."""
    every = np.arange(panel.small.shape[1], dtype=np.intp)
    places = every if panel.total is None else np.delete(every, panel.total)
    factor = np.tile(stretches(past, panel.scale, places, horizons), (len(every), 1))
    if panel.total is not None:
        factor[panel.total] *= stretches(past, panel.scale, np.array([panel.total]), horizons)
        factor[panel.total] **= 0.5
    return factor


def _doubt(revised: Nowcast, panel: Panel) -> Floats:
    """What the revisions still to come may move a place on the working scale."""
    return revised.spread[0] * panel.small[-1] / 4


def _grown(panel: Panel, small: Floats) -> Floats:
    return np.moveaxis(panel.scale.grow(np.moveaxis(small, 0, -1)), -1, 0)


def _coherent(counts: Floats, total: int | None) -> Floats:
    """The total drawn toward the sum of the places."""
    if total is None:
        return counts
    places = np.delete(counts, total, axis=0)
    middle = places[..., [places.shape[-1] // 2]]
    apart = places - middle
    size = np.sqrt(ALIKE * apart.sum(axis=0) ** 2 + (1 - ALIKE) * (apart**2).sum(axis=0))
    summed = middle.sum(axis=0) + np.sign(apart.sum(axis=0)) * size
    out = counts.copy()
    out[total] = mixed(np.stack([counts[total], summed]), np.array([1 - COHERENT, COHERENT]))
    return np.maximum(out, 0)
