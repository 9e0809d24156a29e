"""Quality control of a study: what each variant looks like, in one pass.

Frequencies and Hardy-Weinberg may be told by fewer than all: by founders, whose alleles are nobody's copies.
On chromosome X outside the pseudo-autosomal ends men have one copy: they count one allele, a heterozygous
man is no call (and is counted as such), and Hardy-Weinberg is asked of women alone, and apart from that with
the men. On Y women count for nothing. Of MT everybody has one allele, or two that are half each;
Hardy-Weinberg says nothing there.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.blocks import blocks
from citywide.systems.genomics.engine.files.chromosomes import kinds
from citywide.systems.genomics.engine.kernel.counting import Doubles

MALE, FEMALE = 1, 2
Integers, Mask = NDArray[np.int64], NDArray[np.bool_]


@dataclass(frozen=True)
class VariantQuality:
    """For every variant: calls by copies of allele 1, alleles counted, frequency, mid-p, missing,
    heterozygous men; on X men's single alleles 1 and 2, and mid-p with them.
    """

    two: Integers
    one: Integers
    none: Integers
    missing: Integers
    people: Integers
    alleles: Integers
    frequency: Doubles
    hwe: Doubles
    haploid_het: Integers
    men: Integers
    hwe_with_men: Doubles

    @property
    def missing_rate(self) -> Doubles:
        """The share of people without a call, of those who have the chromosome."""
        return ratio(self.missing, self.people)

    @property
    def equilibrium(self) -> Doubles:
        """The mid-p that a bound is for: on X the one with the men."""
        return np.where(np.isnan(self.hwe_with_men), self.hwe, self.hwe_with_men)

    @property
    def minor(self) -> Doubles:
        """Frequency of the rarer allele; NaN without a call."""
        return np.minimum(self.frequency, 1 - self.frequency)


@dataclass(frozen=True)
class Counts:
    """Calls of everybody, of men and of women; columns are two copies, missing, one, none."""

    every: Integers
    men: Integers
    women: Integers


def variant_quality(
    bed: Bed, people: Mask | None = None, rows: Integers | None = None, free: Mask | None = None
) -> VariantQuality:
    """Counts and missingness of the chosen variants among the chosen people; frequency and Hardy-Weinberg
    among those who are `free`, everybody if nobody says.
    """
    people = np.ones(len(bed.people), np.bool_) if people is None else people
    rows = np.arange(len(bed)) if rows is None else rows
    kind = kinds(bed.variants, rows)
    seen = _counted(bed, rows, kind, people)
    told = seen if free is None or np.array_equal(free, people) else _counted(bed, rows, kind, free)
    return _quality(kind, seen, told)


def _counted(bed: Bed, rows: Integers, kind: NDArray[np.str_], people: Mask) -> Counts:
    male, female = people & (bed.people.sex == MALE), people & (bed.people.sex == FEMALE)
    every, men, women = (np.zeros((len(rows), 4), np.int64) for _ in range(3))
    for block in blocks(bed, rows):
        here = slice(block.first, block.first + len(block.rows))
        every[here] = block.counts(people)
        if np.isin(kind[here], ("X", "Y")).any():
            men[here], women[here] = block.counts(male), block.counts(female)
    return Counts(every, men, women)


def _quality(kind: NDArray[np.str_], seen: Counts, told: Counts) -> VariantQuality:
    """Put the counts together by kind of chromosome."""
    x, y, mothers = ((kind == one)[:, None] for one in "XYM")
    counts, haploid_het = np.where(y, seen.men, seen.every), np.where((x | y)[:, 0], seen.men[:, 2], 0)
    twice = np.where(x, told.every - told.men, np.where(y, 0, told.every))
    once = np.where(x | y, told.men, 0)
    alleles = 2 * _calls(twice) + once[:, 0] + once[:, 3]
    copies = 2 * twice[:, 0] + twice[:, 2] + once[:, 0]
    tested, single = np.where(x, told.women, np.where(y | mothers, 0, told.every)), np.where(x, told.men, 0)[:, [0, 3]]
    alone, joint = _tested(tested[:, [0, 2, 3]], single, x[:, 0])
    return VariantQuality(
        two=counts[:, 0],
        one=counts[:, 2] - haploid_het,
        none=counts[:, 3],
        missing=counts[:, 1] + haploid_het,
        people=counts.sum(axis=1),
        alleles=alleles // np.where(mothers[:, 0], 2, 1),
        frequency=ratio(copies, alleles),
        haploid_het=haploid_het,
        men=single,
        hwe=alone,
        hwe_with_men=joint,
    )


def _tested(tested: Integers, men: Integers, x: NDArray[np.bool_]) -> tuple[Doubles, Doubles]:
    """Hardy-Weinberg of who has two copies, and on X with the men."""
    from citywide.systems.genomics.engine.qc.hwe import hwe  # noqa: PLC0415 - numba loads slowly
    from citywide.systems.genomics.engine.qc.hwe_x import hwe_with_men  # noqa: PLC0415 - numba loads slowly

    alone, joint = np.where(tested.sum(axis=1) > 0, hwe(*tested.T), np.nan), np.full(len(x), np.nan)
    joint[x] = hwe_with_men(tested[x], men[x])
    return alone, joint


def _calls(counts: Integers) -> Integers:
    return counts[:, 0] + counts[:, 2] + counts[:, 3]


def ratio(over: NDArray[np.generic], under: NDArray[np.generic]) -> Doubles:
    """The one over the other; NaN over nothing."""
    top, bottom = np.asarray(over, np.float64), np.asarray(under, np.float64)
    return np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
