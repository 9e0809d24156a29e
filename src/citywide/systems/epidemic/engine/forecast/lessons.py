"""Past weeks as lessons: what was known then, and how far the place had moved some weeks later."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.features import Features, features_of
from citywide.systems.epidemic.engine.forecast.panel import Panel

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

FIRST = 6  # weeks of history that a lesson needs
BLOCK = 26  # weeks that are left out together


@dataclass(frozen=True)
class Lessons:
    """Rows: inputs (features, then the step), change of level, weight, and block of time."""

    inputs: Floats
    change: Floats
    weight: Floats
    block: Ints

    def __len__(self) -> int:
        return len(self.change)

    def of_step(self, step: int) -> "Lessons":
        """The lessons of one step only."""
        kept = self.inputs[:, -1] == step
        return Lessons(self.inputs[kept], self.change[kept], self.weight[kept], self.block[kept])


def lessons_of(panel: Panel, steps: Sequence[int], weight: float = 1.0, features: Features | None = None) -> Lessons:
    """Every week and place whose later level is reported, for every step."""
    known = (features or features_of(panel)).values
    parts = [_step_lessons(panel, known, step, weight) for step in steps if len(panel.weeks) > step + FIRST]
    return joined(parts) if parts else _none(known.shape[-1] + 1)


def joined(parts: Sequence[Lessons]) -> Lessons:
    """Lessons one after another."""
    return Lessons(
        np.concatenate([part.inputs for part in parts]),
        np.concatenate([part.change for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.concatenate([part.block for part in parts]),
    )


def questions(features: Features, steps: Sequence[int]) -> Floats:
    """The newest week of every place asked for every step: places, steps, inputs."""
    now = features.values[-1]
    return np.stack([np.column_stack([now, np.full(len(now), step)]) for step in steps], axis=1)


def _step_lessons(panel: Panel, known: Floats, step: int, weight: float) -> Lessons:
    small, seen = panel.small, panel.seen
    usable = seen[:-step] & seen[step:]
    usable[:FIRST] = False
    inputs = known[:-step][usable]
    weeks = np.broadcast_to(_block(panel)[:-step, None], usable.shape)[usable]
    return Lessons(
        np.column_stack([inputs, np.full(len(inputs), step)]),
        (small[step:] - small[:-step])[usable],
        np.full(len(inputs), weight),
        weeks,
    )


def _block(panel: Panel) -> Ints:
    length = BLOCK if len(panel.weeks) > 2 * BLOCK else max(4, len(panel.weeks) // 5)
    return (panel.weeks.astype("datetime64[W]").astype(np.int64) // length).astype(np.intp)


def _none(width: int) -> Lessons:
    return Lessons(np.empty((0, width)), np.empty(0), np.empty(0), np.empty(0, np.intp))
