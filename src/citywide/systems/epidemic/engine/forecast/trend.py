"""The trend: the change that a plain regression of growth expects; trees, which cannot prolong, start from it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.autoregression import regressed
from citywide.systems.epidemic.engine.forecast.growth import logged, unlogged
from citywide.systems.epidemic.engine.forecast.lessons import Lessons

Floats = NDArray[np.floating]

PLAIN = ("whole_move", "apart", "noise", "level", "burden", "sin", "cos")
RIDGE = 30.0
RARE = 0.002  # share of growths at either end that no trend reaches beyond


def trend(lessons: Lessons, asked: Floats, names: Sequence[str]) -> tuple[Floats, Floats]:
    """Expected changes on the working scale, of the lessons and of what is asked; inputs end with the step."""
    level = list(names).index("level")
    then, now = lessons.inputs[:, level], asked[:, level]
    grown = logged(then + lessons.change) - logged(then)
    known, here = _moves(lessons.inputs, names), _moves(asked, names)
    taught, told = np.zeros(len(lessons)), np.zeros(len(asked))
    for step in np.unique(asked[:, -1]):
        past, at = lessons.inputs[:, -1] == step, asked[:, -1] == step
        if past.any():
            told[at], taught[past] = _bounded(
                grown[past], *regressed(known[past], grown[past], lessons.weight[past], here[at], RIDGE)
            )
    return unlogged(logged(then) + taught) - then, unlogged(logged(now) + told) - now


def _bounded(grown: Floats, told: Floats, taught: Floats) -> tuple[Floats, Floats]:
    low, high = np.quantile(grown, (RARE, 1 - RARE))
    return np.clip(told, low, high), np.clip(taught, low, high)


def _moves(inputs: Floats, names: Sequence[str]) -> Floats:
    """Levels and growths of the place and of all places as logarithms, beside what is taken as it is."""
    of = {name: inputs[:, column] for column, name in enumerate(names)}
    own = [logged(of["level"]), *(logged(of["level"] - of[f"back{weeks}"]) for weeks in (1, 2, 3))]
    before = of["all_level"] - of["all_move"]
    everywhere = [logged(of["all_level"]), logged(before), logged(before - of["all_move2"])]
    growths = [newer - older for course in (own, everywhere) for newer, older in pairwise(course)]
    return np.column_stack([own[0], everywhere[0], *growths, *(of[name] for name in PLAIN)])
