"""Scores that share their variants, and what each code of a call adds to them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.scores.match import Matched


@dataclass(frozen=True)
class Family:
    """Scores on the same variants, and which of all the scores they are."""

    rows: NDArray[np.int64]
    scores: tuple[Matched, ...]
    lanes: tuple[int, ...]


def families_of(scores: Sequence[Matched]) -> list[Family]:
    """The scores by their variants, in order of first appearance."""
    members: dict[bytes, list[int]] = {}
    seen: dict[int, bytes] = {}
    for lane, one in enumerate(scores):
        members.setdefault(seen.setdefault(id(one.rows), one.rows.tobytes()), []).append(lane)
    return [Family(scores[here[0]].rows, tuple(scores[i] for i in here), tuple(here)) for here in members.values()]


def sizes(families: Sequence[Family]) -> list[int]:
    """How many scores each has."""
    return [len(family.lanes) for family in families]


def what_codes_add(
    chosen: NDArray[np.int64], families: Sequence[Family], frequency: Doubles, alleles: NDArray[np.int64]
) -> NDArray[np.float32]:
    """What each code of each variant adds to each score, family by family; then, a lane for each family, the alleles
    that a missing call leaves out.
    """
    many = sum(sizes(families))
    values = np.zeros((len(chosen), 4, many + len(families)), np.float32)
    lane = 0
    for at, family in enumerate(families):
        part = slice(*np.searchsorted(family.rows, [chosen[0], chosen[-1] + 1]))
        here = np.searchsorted(chosen, family.rows[part])
        f, adds = frequency[here, None], np.stack([one.adds[part] for one in family.scores], axis=2)
        adds = adds * (alleles[here] / 2)[:, None, None]
        lanes = slice(lane, lane + len(family.scores))
        values[here, 0, lanes], values[here, 2, lanes], values[here, 3, lanes] = adds[:, 2], adds[:, 1], adds[:, 0]
        values[here, 1, lanes] = (1 - f) ** 2 * adds[:, 0] + 2 * f * (1 - f) * adds[:, 1] + f**2 * adds[:, 2]
        values[here, 1, many + at] = alleles[here]
        lane += len(family.scores)
    return values
