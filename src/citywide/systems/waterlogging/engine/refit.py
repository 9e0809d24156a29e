"""What a gauge's own past storms teach beyond the general model, and how far that is to be trusted.

    refit = refit_of(lessons)                            # past storms as the general model forecast them
    depth, chance = correction(stacked([refit, None]), inputs)    # (site, lead) each; zero where there is none

A ridge regression on a fixed set of smooth random features (tanh of random projections) of what the general
model looks at, and of what it says, foretells the error of the general model. Each storm is foretold by a
regression made without it (leave-one-storm-out, in closed form); by how much that has helped, the correction
is shrunk, and more so the fewer the storms.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.features import FALLEN, FEATURES, WATER
from citywide.systems.waterlogging.engine.memory import LEADS

Array = NDArray[np.float64]

LINE_CM = 10.0
"""The depth at which a road is not safe to drive: the alarm's line, which the chances are for."""

USED = [FEATURES.index(name) for name in (*WATER, *FALLEN, "ridge_30", "ridge_60", "recession_30")]
SAID = 2 * len(LEADS)
INPUTS = len(USED) + SAID
SMOOTH = 300
BASIS = SMOOTH + INPUTS + 1
STIFFNESS = (0.3, 3.0, 30.0, 300.0)
MOST_STORMS = 300
LEAST_STORMS, GROWTH, FEW, JUDGED_BY = 5, 1.15, 8.0, 80


class Lesson(NamedTuple):
    """A past storm of a gauge: what was known at each step (step, input), and the depth that was read (step)."""

    inputs: Array
    depth: Array


class Refit(NamedTuple):
    """One gauge's correction: (lead, basis) for the depth and for the chance, and how far each is trusted."""

    middle: Array
    spread: Array
    weights: Array
    trust: Array
    storms: int


class Refits(NamedTuple):
    """The corrections of many gauges, their first axis; zeros where a gauge has none."""

    middle: Array
    spread: Array
    weights: Array


def inputs_of(features: Array, depth: Array, chance: Array) -> Array:
    """What a correction looks at: part of the features, and what the general model says, (site, lead) each."""
    return np.hstack([features[:, USED], depth, chance])


def said(inputs: Array) -> Array:
    """The general model's depths, (site, lead), among the inputs."""
    return inputs[..., -SAID : -SAID + len(LEADS)]


def due(storms: int, last: int) -> bool:
    """Whether there is enough that is new since the last refit, of which so many storms were known."""
    return storms >= max(LEAST_STORMS, last * GROWTH)


def stacked(refits: Sequence[Refit | None]) -> Refits:
    """The corrections of many gauges side by side, each by its trust."""
    every = [refit or NONE for refit in refits]
    weights = [refit.weights * refit.trust[:, :, None] for refit in every]
    return Refits(np.stack([r.middle for r in every]), np.stack([r.spread for r in every]), np.stack(weights))


def correction(refits: Refits, inputs: Array) -> tuple[Array, Array]:
    """What to add to the general model's depths and chances, (site, lead) each."""
    basis = _basis(inputs, refits.middle, refits.spread)
    found = np.einsum("sb,slwb->wsl", basis, refits.weights, optimize=True)
    return found[0], found[1]


def refit_of(lessons: Sequence[Lesson], seen: int | None = None) -> Refit:
    """Learn from a gauge's past storms, the newest of those seen."""
    rows = _tamed(np.concatenate([lesson.inputs for lesson in lessons]))
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    leads = [_lead(lessons, (middle, spread), lead) for lead in range(len(LEADS))]
    weights, trust = (np.stack(column) for column in zip(*leads, strict=True))
    return Refit(middle, spread, weights, trust * len(lessons) / (len(lessons) + FEW), seen or len(lessons))


def _lead(lessons: Sequence[Lesson], scale: tuple[Array, Array], lead: int) -> tuple[Array, Array]:
    """Weights (what, basis) and trust (what) of one lead: the stiffness that foretells left-out storms best."""
    storms = [_known(lesson, scale, lead) for lesson in lessons]
    rows, errors = (np.concatenate(column) for column in zip(*storms, strict=True))
    values, axes = np.linalg.eigh(rows.T @ rows)
    judged = storms[:: max(1, len(storms) // JUDGED_BY)]
    turned = [(basis @ axes, error) for basis, error in judged]
    target, weights, proofs = axes.T @ (rows.T @ errors), [], []
    for stiffness in STIFFNESS:
        shrunk = 1 / (np.maximum(values, 0.0) + stiffness)
        weights.append(axes @ (shrunk[:, None] * target))
        proofs.append(_proof([_left_out(*storm, shrunk, target) for storm in turned], [e for _, e in turned]))
    left, trust = (np.array(column) for column in zip(*proofs, strict=True))
    best = left.argmin(axis=0)
    what = np.arange(errors.shape[1])
    return np.array(weights)[best, :, what], trust[best, what]


def _known(lesson: Lesson, scale: tuple[Array, Array], lead: int) -> tuple[Array, Array]:
    """The basis of every step whose outcome was read, and by how much the general model erred (depth, chance)."""
    steps = LEADS[lead]
    inputs, reached = lesson.inputs[:-steps], lesson.depth[steps:]
    said, chance = inputs[:, lead - SAID], inputs[:, lead - SAID + len(LEADS)]
    known = np.isfinite(reached)
    errors = np.stack([reached - said, (reached >= LINE_CM) - chance], axis=1)
    return _basis(inputs[known], *scale), errors[known]


def _left_out(basis: Array, errors: Array, shrunk: Array, target: Array) -> Array:
    """What a regression without this storm says of it: its residuals, freed of its own pull."""
    pull = (basis * shrunk) @ basis.T
    residuals = errors - basis @ (shrunk[:, None] * target)
    return errors - np.linalg.solve(np.eye(len(pull)) * (1 + 1e-9) - pull, residuals)


def _proof(foretold: Sequence[Array], errors: Sequence[Array]) -> tuple[Array, Array]:
    """What is left of the squared errors at the best share of the correction, and that share."""
    said, came = np.concatenate(foretold), np.concatenate(errors)
    share = np.clip((said * came).sum(axis=0) / np.maximum((said**2).sum(axis=0), 1e-9), 0.0, 1.0)
    return ((came - share * said) ** 2).sum(axis=0), share


def _basis(inputs: Array, middle: Array, spread: Array) -> Array:
    known = np.clip((_tamed(inputs) - middle) / spread, -6.0, 6.0)
    across, shift = _projections()
    return np.hstack([np.tanh(known @ across + shift), known, np.ones((len(known), 1))])


def _tamed(inputs: Array) -> Array:
    """Depths and rains on a scale on which ten and eleven differ more than a hundred and ten and eleven."""
    return np.sign(inputs) * np.log1p(np.abs(inputs))


@cache
def _projections() -> tuple[Array, Array]:
    """The same random directions for every gauge and for ever."""
    rng = np.random.default_rng(1931)
    across = rng.normal(0.0, 0.15, (INPUTS, SMOOTH)) * rng.choice([0.5, 1.0, 2.0], SMOOTH)
    return across, rng.uniform(-2.0, 2.0, SMOOTH)


NONE = Refit(
    np.zeros(INPUTS), np.ones(INPUTS), np.zeros((len(LEADS), 2, BASIS)), np.zeros((len(LEADS), 2)), storms=0
)  # fmt: skip
