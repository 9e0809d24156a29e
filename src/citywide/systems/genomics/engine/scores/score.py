"""Polygenic scores, any number of them in one pass over the genotypes.

A missing call adds what is expected at the variant's frequency, for an additive weight w exactly 2 · f · w as
plink2's `--score` does; f is the frequency among founders, or as given. A dosage adds in proportion.
Of Y and MT there is one allele, half of what two calls would add; on Y nothing is said of who is not a man.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.blocks import Block, blocks, person_sums
from citywide.systems.genomics.engine.files.chromosomes import kinds
from citywide.systems.genomics.engine.files.genotypes import Genotypes
from citywide.systems.genomics.engine.files.people import founders
from citywide.systems.genomics.engine.files.tiles import Tile, tiles
from citywide.systems.genomics.engine.files.tiles import person_sums as dosage_sums
from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.scores.families import Family, families_of, sizes, what_codes_add
from citywide.systems.genomics.engine.scores.match import Matched

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
    data: Genotypes,
    scores: Sequence[Matched],
    frequency: Doubles | None = None,
    threads: int = 1,
    level: int | None = None,
    free: NDArray[np.bool_] | None = None,
) -> Scores:
    """Score everybody; `frequency` of allele 1 by variant of the file, where not that of the `free` (founders)."""
    families = families_of(scores)
    kind, men = kinds(data.variants, np.arange(len(data.variants))), data.people.sex == 1
    sums = Sums(families, kind, founders(data.people) if free is None else free, men, frequency)
    total = np.zeros((len(data.people), len(scores) + len(families)))
    rows = np.unique(np.concatenate([one.rows for one in families])) if scores else np.zeros(0, np.int64)
    on_y = kind[rows] == "Y"
    for chosen, whose in ((rows[~on_y], slice(None)), (rows[on_y], men)):
        if len(chosen):
            total[whose] += sums.over(data, chosen, total.shape, threads, level)[whose]
    return _scores(scores, families, total, _whole(scores, kind, men))


def _alleles(kind: NDArray[np.str_]) -> NDArray[np.int64]:
    """How many alleles a call tells: one on Y and MT, else two (of a man's X too, as plink2 has it)."""
    return np.where(np.isin(kind, ("Y", "M")), 1, 2)


def _whole(scores: Sequence[Matched], kind: NDArray[np.str_], men: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many alleles each person has of each score."""
    hers = np.array([_alleles(here[here != "Y"]).sum() for here in (kind[one.rows] for one in scores)], np.int64)
    his = hers + np.array([(kind[one.rows] == "Y").sum() for one in scores], np.int64)
    return np.where(men[:, None], his, hers)


def _frequency(part: Block | Tile, mask: NDArray[np.bool_], men: NDArray[np.bool_], kind: NDArray[np.str_]) -> Doubles:
    """Frequency of allele 1 among those of the mask; a man has one copy on X, and only men have a Y."""
    known = part.frequency(mask)
    sexed = np.isin(kind, ("X", "Y"))
    if sexed.any():
        his, hers = (np.nan_to_num(part.frequency(mask & who)) for who in (men, ~men))
        once, twice = part.calls(mask & men), 2 * part.calls(mask & ~men)
        twice = np.where(kind == "Y", 0, twice)
        of_sexes = np.divide(
            his * once + hers * twice, once + twice, out=np.full_like(known, np.nan), where=once + twice > 0
        )
        known = np.where(sexed, of_sexes, known)
    return known


def _add(part: Block | Tile, values: NDArray[np.float32], total: Doubles, threads: int, level: int | None) -> None:
    if isinstance(part, Block):
        person_sums(part, values, total, threads, level)
    else:
        dosage_sums(part, values, total, threads)


def _scores(
    scores: Sequence[Matched], families: Sequence["Family"], total: Doubles, alleles: NDArray[np.int64]
) -> Scores:
    """The sums in the order of the scores; the last lanes count each family's missing alleles."""
    order = [lane for family in families for lane in family.lanes]
    sums = np.empty((len(total), len(scores)))
    sums[:, order] = total[:, : len(scores)]
    gone, of = total[:, len(scores) :].round().astype(np.int64), np.repeat(np.arange(len(families)), sizes(families))
    calls = np.empty_like(sums, np.int64)
    calls[:, order] = alleles[:, order] - gone[:, of]
    return Scores(tuple(one.name for one in scores), sums, alleles, calls)


@dataclass(frozen=True)
class Sums:
    """What is needed to add up scores: their families, the chromosomes' kinds, and whose calls tell frequencies."""

    families: Sequence[Family]
    kind: NDArray[np.str_]
    free: NDArray[np.bool_]
    men: NDArray[np.bool_]
    frequency: Doubles | None

    def over(
        self, data: Genotypes, rows: NDArray[np.int64], shape: tuple[int, int], threads: int, level: int | None
    ) -> Doubles:
        """The sums over some variants, of everybody."""
        total = np.zeros(shape)
        for part in blocks(data, rows) if isinstance(data, Bed) else tiles(data, rows):
            _add(part, self._values(part), total, threads, level)
        return total

    def _values(self, part: Block | Tile) -> NDArray[np.float32]:
        kind = self.kind[part.rows]
        given = self.frequency
        known = _frequency(part, self.free, self.men, kind) if given is None else given[part.rows]
        return what_codes_add(part.rows, self.families, np.nan_to_num(known, nan=UNKNOWN), _alleles(kind))
