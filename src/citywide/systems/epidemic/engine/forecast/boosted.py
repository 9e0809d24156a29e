"""Pooled gradient boosting: the centre with seasons left out in turn, then quantiles of what it misses."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.lessons import Lessons
from citywide.systems.epidemic.engine.forecast.quantiles import at_levels

if TYPE_CHECKING:
    from lightgbm import Dataset

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

MISS_LEVELS: Floats = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
LEAST = 200  # lessons below which trees are not grown


@dataclass(frozen=True)
class Trees:
    """How many trees, how large, how fast."""

    folds: int = 5
    rounds: int = 120
    leaves: int = 24
    rate: float = 0.08
    smallest_leaf: int = 40
    miss_rounds: int = 40
    miss_leaves: int = 8


def boosted(lessons: Lessons, asked: Floats, seed: int, trees: Trees | None = None) -> Floats:
    """Quantiles of the change for what is asked (rows of inputs): rows by 23 levels."""
    shape = trees or Trees()
    fold = _folds(lessons.block, shape.folds, seed)
    missed, centre = _centres(lessons, asked, fold, shape, seed)
    data = _dataset(lessons.inputs, missed, lessons.weight)
    rule = _rule(shape, seed) | {"objective": "quantile", "num_leaves": shape.miss_leaves}
    columns = [_grown(data, rule | {"alpha": float(level)}, shape.miss_rounds)(asked) for level in MISS_LEVELS]
    return centre[:, None] + at_levels(np.stack(columns, axis=1), MISS_LEVELS)


def _centres(lessons: Lessons, asked: Floats, fold: Ints, shape: Trees, seed: int) -> tuple[Floats, Floats]:
    """What trees grown without a row's season miss about it, and the mean of all trees' answers."""
    missed, answers = lessons.change.copy(), np.zeros(len(asked))
    rule = _rule(shape, seed) | {"objective": "regression", "num_leaves": shape.leaves}
    for left_out in range(shape.folds):
        rest, out = np.flatnonzero(fold != left_out), np.flatnonzero(fold == left_out)
        data = _dataset(lessons.inputs[rest], lessons.change[rest], lessons.weight[rest])
        model = _grown(data, rule | {"seed": seed + left_out}, shape.rounds)
        if out.size:
            missed[out] -= model(lessons.inputs[out])
        answers += model(asked) / shape.folds
    return missed, answers


def _folds(block: Ints, folds: int, seed: int) -> Ints:
    names, place = np.unique(block, return_inverse=True)
    turn = np.random.default_rng(seed).permutation(len(names)) % folds
    return turn[place]


def _dataset(inputs: Floats, target: Floats, weight: Floats) -> "Dataset":
    from lightgbm import Dataset  # noqa: PLC0415 - loads slowly

    return Dataset(inputs, target, weight=weight, params={"max_bin": 63, "verbose": -1}, free_raw_data=False)


def _rule(shape: Trees, seed: int) -> dict[str, object]:
    return {
        "learning_rate": shape.rate,
        "min_data_in_leaf": shape.smallest_leaf,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.6,
        "bagging_freq": 1,
        "lambda_l2": 1.0,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "max_bin": 63,
        "seed": seed,
        "verbose": -1,
    }


def _grown(data: "Dataset", rule: dict[str, object], rounds: int) -> Callable[[Floats], Floats]:
    library: Any = import_module("lightgbm")  # its types are only partly known
    model = library.train(rule, data, num_boost_round=rounds)
    return lambda asked: np.asarray(model.predict(asked), dtype=np.float64)
