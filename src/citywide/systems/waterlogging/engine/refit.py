"""What a gauge's own past storms teach beyond the general model, and how far that is to be trusted.

    refit = refit_of(lessons)                            # past storms as the general model forecast them
    depth, chance = correction(stacked([refit, None]), inputs)    # (site, lead) each; zero where there is none

A few small boosted trees foretell how the water will move (and by how much the general chance errs) from the water of
now, the storm so far, the rain that is foreseen and what the general model says. To foretell the error of the general
depth instead would be to learn its roughness too. The less trees of one half of the storms help with the other half,
the more the correction is shrunk, and the more the fewer the storms.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.features import DRY_AT, WATER
from citywide.systems.waterlogging.engine.memory import LEADS, LONG_DRY
from citywide.systems.waterlogging.engine.outlook import SKY
from citywide.systems.waterlogging.engine.trees import Forest, Grove, forest_of, grove_of, predict_own

Array = NDArray[np.float64]

LINE_CM = 10.0
"""The depth at which a road is not safe to drive: the alarm's line, which the chances are for."""

FORM = "from the water of now"
"""What the forests' words are added to: kept with a refit, so that one of another form is passed over."""

SAID = 2 * len(LEADS)
INPUTS = len(WATER) + len(SKY) + 1 + SAID
DRY_INPUT = -SAID - 1
WHAT = ("depth", "chance")
ALL = tuple((lead, what) for lead in range(len(LEADS)) for what in range(len(WHAT)))
MOST_STORMS = 300
LEAST_STORMS, GROWTH, FEW = 5, 1.15, 4.0
LEAST_ROWS = 50
ROUNDS = 120
SETTINGS = {
    "objective": "l2",
    "learning_rate": 0.05,
    "num_leaves": 24,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
    "max_bin": 127,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
    "seed": 1,
}


class Lesson(NamedTuple):
    """A past storm of a gauge: what was known at each step (step, input), and the depth that was read (step)."""

    inputs: Array
    depth: Array


class Refit(NamedTuple):
    """One gauge's correction: a forest for each lead's depth and chance, and how far each is trusted."""

    forests: tuple[Forest, ...]
    trust: Array
    storms: int


class Refits(NamedTuple):
    """The corrections of many gauges: for each lead's depth and chance everyone's forests, and (gauge, which) trust."""

    groves: tuple[Grove, ...]
    trust: Array


def inputs_of(features: Array, sky: Array, depth: Array, chance: Array) -> Array:
    """What a correction looks at: water, the sky, and what the general model says."""
    dry = features[:, DRY_AT : DRY_AT + 1]
    return np.hstack([features[:, : len(WATER)], sky, dry, depth, chance])


def said(inputs: Array) -> Array:
    """The general model's depths, (site, lead), among the inputs."""
    return inputs[..., -SAID : -SAID + len(LEADS)]


def due(storms: int, last: int) -> bool:
    """Whether there is enough that is new since the last refit, of which so many storms were known."""
    return storms >= max(LEAST_STORMS, last * GROWTH)


def stacked(refits: Sequence[Refit | None]) -> Refits:
    """The corrections of many gauges side by side."""
    every = [refit or NONE for refit in refits]
    groves = tuple(grove_of(forests) for forests in zip(*(refit.forests for refit in every), strict=True))
    return Refits(groves, np.stack([refit.trust for refit in every]))


def correction(refits: Refits, inputs: Array) -> tuple[Array, Array]:
    """What to add to the general model's depths and chances, (site, lead) each."""
    told = [
        predict_own(grove, inputs) + _ahead(inputs, *which) for grove, which in zip(refits.groves, ALL, strict=True)
    ]
    depth, chance = np.moveaxis((np.stack(told, axis=1) * refits.trust).reshape(-1, len(LEADS), len(WHAT)), 2, 0)
    return depth, chance


def refit_of(lessons: Sequence[Lesson], seen: int | None = None) -> Refit:
    """Learn from a gauge's past storms, the newest of those seen."""
    learned = [_learned(lessons, lead, what) for lead, what in ALL]
    forests, trust = zip(*learned, strict=True)
    return Refit(forests, np.array(trust) * len(lessons) / (len(lessons) + FEW), seen or len(lessons))


def _learned(lessons: Sequence[Lesson], lead: int, what: int) -> tuple[Forest, float]:
    """A forest of all storms, and how far it is to be trusted.

    That is half what proves right in unseen storms: a handful of heavy ones decides it, and half the storms know less.
    """
    halves = [_known(lessons[half::2], lead, what) for half in (0, 1)]
    rows, moved = (np.concatenate(column) for column in zip(*halves, strict=True))
    ahead = _ahead(rows, lead, what)
    if min(len(half[0]) for half in halves) < LEAST_ROWS or not (moved + ahead).any():
        return BARE, 0.0
    told = [_trained(*mine).predict(theirs[0]) for mine, theirs in (halves, halves[::-1])]
    forest = forest_of(_trained(rows, moved).dump_model()["tree_info"])
    return forest, (1 + _share(np.concatenate(told[::-1]) + ahead, moved + ahead)) / 2


def _known(lessons: Sequence[Lesson], lead: int, what: int) -> tuple[Array, Array]:
    """The inputs of every step whose outcome was read, and by how much that lay from where the forests begin."""
    steps = LEADS[lead]
    inputs = np.concatenate([lesson.inputs[:-steps] for lesson in lessons])
    reached = np.concatenate([lesson.depth[steps:] for lesson in lessons])
    known = np.isfinite(reached) & (inputs[:, DRY_INPUT] < LONG_DRY)
    came = reached if WHAT[what] == "depth" else (reached >= LINE_CM).astype(float)
    return inputs[known], (came - _begin(inputs, lead, what))[known]


def _begin(inputs: Array, lead: int, what: int) -> Array:
    """What the forests' words are added to: the water of now, the general chance."""
    return inputs[:, 0] if WHAT[what] == "depth" else inputs[:, lead + what * len(LEADS) - SAID]


def _ahead(inputs: Array, lead: int, what: int) -> Array:
    """How far that is from what the general model says."""
    return _begin(inputs, lead, what) - inputs[:, lead + what * len(LEADS) - SAID]


def _share(told: Array, came: Array) -> float:
    """The share of what was told that leaves least of the squared errors."""
    return float(np.clip((told * came).sum() / max(float((told**2).sum()), 1e-9), 0.0, 1.0))


def _trained(rows: Array, errors: Array) -> Any:
    library: Any = import_module("lightgbm")  # loads slowly, and its types are only partly known
    return library.train(SETTINGS, library.Dataset(rows, errors), ROUNDS)


BARE = forest_of([])
NONE = Refit((BARE,) * (len(LEADS) * len(WHAT)), np.zeros(len(LEADS) * len(WHAT)), storms=0)
