"""The members of the pool: each answers the same questions in its own way.

Regressions come in two, of moves on the working scale and of growth on logarithms; trees learn what a trend of
growth leaves, since they cannot prolong it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.analogue import analogues
from citywide.systems.epidemic.engine.forecast.autoregression import autoregressed
from citywide.systems.epidemic.engine.forecast.boosted import LEAST, Trees, boosted
from citywide.systems.epidemic.engine.forecast.features import Features
from citywide.systems.epidemic.engine.forecast.growth import growing, growth_features, unlogged
from citywide.systems.epidemic.engine.forecast.lessons import Lessons, lessons_of, questions
from citywide.systems.epidemic.engine.forecast.panel import Panel
from citywide.systems.epidemic.engine.forecast.renewal import renewed
from citywide.systems.epidemic.engine.forecast.scale import OFFSET
from citywide.systems.epidemic.engine.forecast.trend import trend
from citywide.systems.epidemic.engine.scores import LEVELS

Floats = NDArray[np.floating]

MOVES = (
    "level", "back1", "back2", "back3", "all_level", "all_move", "all_move2",
    "whole_move", "burden", "noise", "apart", "sin", "cos",
)  # fmt: skip
GROWTHS = (
    "level", "back1", "back2", "back3", "all_level", "all_move", "all_move2",
    "whole_move", "noise", "apart", "height", "whole_burden", "sin", "cos",
)  # fmt: skip
SEASONLESS = GROWTHS[:-2]
SIZES = frozenset({"level", "noise", "height"})  # what also drives how far forecasts miss
LIKENESS = {
    "level": 1.5, "back1": 2.0, "back2": 1.5, "back4": 1.0,
    "all_level": 0.7, "all_move": 1.0, "apart": 0.5, "burden": 0.5,
}  # fmt: skip
YEAR_AND_HALF = 78
EACH = 20  # lessons of every step that a member needs


@dataclass(frozen=True)
class Task:
    """One reference day on the working scale: the panel, what it teaches, what is asked."""

    panel: Panel
    features: Features
    own: Lessons
    all: Lessons
    asked: Floats
    steps: tuple[int, ...]
    trees: Trees
    seed: int


Member = Callable[[Task], Floats | None]


def enough(lessons: Lessons, steps: Sequence[int], least: int) -> bool:
    """Whether the lessons are enough, and enough of every step: a young history has none of the longest."""
    return len(lessons) >= least and all(np.sum(lessons.inputs[:, -1] == step) >= EACH for step in steps)


def trees(task: Task) -> Floats | None:
    """Pooled gradient boosting, over all lessons, of what the trend leaves."""
    if not enough(task.all, task.steps, LEAST):
        return None
    taught, told = trend(task.all, _rows(task), task.features.names)
    left = replace(task.all, change=task.all.change - taught)
    return _levels(task, _shaped(task, told[:, None] + boosted(left, _rows(task), task.seed, task.trees)))


def autoregression(task: Task) -> Floats | None:
    """Pooled autoregression of moves, over all lessons."""
    if not enough(task.all, task.steps, LEAST):
        return None
    at, sizes = _columns(task, MOVES), np.array([name in SIZES for name in MOVES])

    def answer(past: Lessons, asked: Floats) -> Floats:
        return autoregressed(past.inputs[:, at], past.change, past.weight, asked[:, at], sizes)

    return _levels(task, _by_step(task.steps, task.all, task.asked, answer))


def growth(task: Task) -> Floats | None:
    """Pooled autoregression of growth over the places' own history."""
    if not enough(task.own, task.steps, LEAST // 4):
        return None
    features, logs = growth_features(task.panel, task.features), growing(task.panel)
    names = GROWTHS if len(logs.weeks) >= YEAR_AND_HALF else SEASONLESS
    at, sizes = [features.names.index(name) for name in names], np.array([name in SIZES for name in names])

    def answer(past: Lessons, asked: Floats) -> Floats:
        return autoregressed(past.inputs[:, at], past.change, past.weight, asked[:, at], sizes)

    own = lessons_of(logs, task.steps, 1.0, features)
    return unlogged(logs.small[-1][:, None, None] + _by_step(task.steps, own, questions(features, task.steps), answer))


def analogue(task: Task) -> Floats | None:
    """What followed the most similar weeks of any season and place."""
    if not enough(task.all, task.steps, LEAST):
        return None
    at, week = _columns(task, tuple(LIKENESS)), _columns(task, ("week",))[0]
    importance = np.array(list(LIKENESS.values()))

    def answer(past: Lessons, asked: Floats) -> Floats:
        return analogues(
            past.inputs[:, at], past.inputs[:, week], past.change, asked[:, at], asked[:, week], importance
        )  # fmt: skip

    return _levels(task, _by_step(task.steps, task.all, task.asked, answer))


def renewal(task: Task) -> Floats | None:
    """Cases from cases, with a reproduction number that fades."""
    if len(task.panel.weeks) < 12:
        return None
    paths = renewed(task.panel.small, task.panel.seen, task.steps[-1], OFFSET, task.seed)
    return paths[:, [step - 1 for step in task.steps]]


def standstill(task: Task) -> Floats:
    """No change, with the spread that such a forecast has had; the one member that needs no history."""
    small = task.panel.small
    out: list[Floats] = []
    for step in task.steps:
        moved = np.abs(small[step:] - small[:-step]) if len(small) > step else np.full((1, small.shape[1]), 0.1)
        size = (moved.sum(axis=0) + 4 * moved.mean() + 0.1) / (len(moved) + 5)
        out.append(size[:, None] * _LAPLACE)
    return _levels(task, np.stack(out, axis=1))


_LAPLACE = np.where(LEVELS < 0.5, np.log(2 * LEVELS), -np.log(2 * (1 - LEVELS)))

MEMBERS: dict[str, tuple[Member, float]] = {
    "trees": (trees, 0.68),
    "autoregression": (autoregression, 0.08),
    "growth": (growth, 0.05),
    "analogue": (analogue, 0.17),
    "renewal": (renewal, 0.02),
}


def answers(task: Task) -> dict[str, Floats]:
    """What every member that can answer says; no change when none can."""
    said = {name: member(task) for name, (member, _) in MEMBERS.items()}
    usable = {name: quantiles for name, quantiles in said.items() if quantiles is not None}
    return usable if len(usable) > 1 else usable | {"standstill": standstill(task)}


def _levels(task: Task, change: Floats) -> Floats:
    return task.panel.small[-1][:, None, None] + change


def _rows(task: Task) -> Floats:
    return task.asked.reshape(-1, task.asked.shape[-1])


def _shaped(task: Task, rows: Floats) -> Floats:
    return rows.reshape(*task.asked.shape[:2], -1)


def _columns(task: Task, names: tuple[str, ...]) -> list[int]:
    return [task.features.names.index(name) for name in names]


def _by_step(
    steps: tuple[int, ...], lessons: Lessons, asked: Floats, answer: Callable[[Lessons, Floats], Floats]
) -> Floats:
    return np.stack([answer(lessons.of_step(step), asked[:, i]) for i, step in enumerate(steps)], axis=1)
