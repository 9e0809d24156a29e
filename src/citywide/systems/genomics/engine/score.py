"""Polygenic scores, any number of them in one pass over the genotypes.

A missing call adds what is expected at the variant's frequency, for an additive weight w exactly 2 · f · w as
plink2's `--score` does; f is the frequency among founders, or as given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.bed import Bed, People
from citywide.systems.genomics.engine.blocks import Block, blocks, person_sums
from citywide.systems.genomics.engine.popcount import Doubles
from citywide.systems.genomics.engine.score_match import Matched

UNKNOWN = 0.5  # a variant without a call among founders: plink2's choice, the same whichever allele is counted


@dataclass(frozen=True)
class Scores:
    """For every person and score: the sum, and how many allele calls it rests on."""

    names: tuple[str, ...]
    sums: Doubles
    alleles: NDArray[np.int64]
    calls: NDArray[np.int64]

    @property
    def averages(self) -> Doubles:
        """The sum over the score's alleles (missing ones are in the sum, as expected); NaN for an empty
        score.
        """
        return np.divide(self.sums, self.alleles, out=np.full_like(self.sums, np.nan), where=self.alleles > 0)


def score(
    bed: Bed,
    scores: Sequence[Matched],
    frequency: Doubles | None = None,
    threads: int = 1,
    level: int | None = None,
) -> Scores:
    """Score everybody; `frequency` of allele 1 by variant of the file, where not the founders' own."""
    sums = np.zeros((len(bed.people), len(scores)))
    gone = np.zeros((len(bed.people), len(scores)), np.int64)
    rows = np.unique(np.concatenate([one.rows for one in scores])) if scores else np.zeros(0, np.int64)
    mask = founders(bed.people)
    for block in blocks(bed, rows):
        known = block.frequency(mask, level) if frequency is None else frequency[block.rows]
        f = np.nan_to_num(known, nan=UNKNOWN)
        values, used = _values(block, scores, f)
        first, where = _kinds(used)
        both = np.concatenate([values, _missing_lanes(used[:, first])], axis=2)
        part = np.zeros((len(bed.people), both.shape[2]))
        person_sums(block, both, part, threads, level)
        sums += part[:, : len(scores)]
        gone += part[:, len(scores) :].round().astype(np.int64)[:, where]
    alleles = 2 * np.array([len(one.rows) for one in scores], np.int64)
    return Scores(tuple(one.name for one in scores), sums, alleles, alleles - 2 * gone)


def _kinds(used: NDArray[np.bool_]) -> tuple[list[int], list[int]]:
    """The different columns, by where each first stands, and which of them every column is."""
    seen: dict[bytes, int] = {}
    where = [seen.setdefault(column.tobytes(), len(seen)) for column in used.T]
    return [where.index(kind) for kind in range(len(seen))], where


def _missing_lanes(used: NDArray[np.bool_]) -> NDArray[np.float32]:
    """One lane for each set of variants that scores use: 1 where a call of them is missing."""
    lanes = np.zeros((len(used), 4, used.shape[1]), np.float32)
    lanes[:, 1] = used
    return lanes


def founders(people: People) -> NDArray[np.bool_]:
    """Who has no parent among the people; everybody where nobody is a founder."""
    here = set(people.person.tolist())
    with_parent = [
        father in here or mother in here
        for father, mother in zip(people.father.tolist(), people.mother.tolist(), strict=True)
    ]
    free = ~np.array(with_parent)
    return free if free.any() else ~free


def _values(
    block: Block, scores: Sequence[Matched], frequency: Doubles
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """What each code of each variant adds to each score, and which variants each score uses."""
    values = np.zeros((len(block.rows), 4, len(scores)), np.float32)
    used = np.zeros((len(block.rows), len(scores)), np.bool_)
    for lane, one in enumerate(scores):
        part = slice(*np.searchsorted(one.rows, [block.rows[0], block.rows[-1] + 1]))
        here = np.searchsorted(block.rows, one.rows[part])
        f, adds = frequency[here], one.adds[part]
        expected = (1 - f) ** 2 * adds[:, 0] + 2 * f * (1 - f) * adds[:, 1] + f**2 * adds[:, 2]
        values[here, :, lane] = np.stack([adds[:, 2], expected, adds[:, 1], adds[:, 0]], axis=1)
        used[here, lane] = True
    return values, used
