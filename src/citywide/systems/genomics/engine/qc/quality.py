"""Quality control of a study: what each variant and each person looks like, in one pass each.

On chromosome X outside the pseudo-autosomal ends men have one copy: they count one allele, a heterozygous
man is no call (and is counted as such), and Hardy-Weinberg is asked of women alone. On Y women count for
nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.blocks import blocks, person_sums
from citywide.systems.genomics.engine.files.chromosomes import codes, kind
from citywide.systems.genomics.engine.kernel.counting import Doubles

MALE, FEMALE = 1, 2
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class VariantQuality:
    """For every variant: calls by copies of allele 1, alleles counted, frequency, mid-p, missing,
    heterozygous men.
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

    @property
    def missing_rate(self) -> Doubles:
        """The share of people without a call, of those who have the chromosome."""
        return _ratio(self.missing, self.people)

    @property
    def minor(self) -> Doubles:
        """Frequency of the rarer allele; NaN without a call."""
        return np.minimum(self.frequency, 1 - self.frequency)


@dataclass(frozen=True)
class PersonQuality:
    """For every person: missing calls, heterozygosity on the autosomes, and what chromosome X says of the
    sex.
    """

    missing: Integers
    variants: Integers
    homozygous: Integers
    expected: Doubles
    called: Integers
    x_inbreeding: Doubles
    sex: NDArray[np.int8]

    @property
    def inbreeding(self) -> Doubles:
        """(observed - expected) / (called - expected) homozygous; NaN where nothing varies."""
        return _ratio(self.homozygous - self.expected, self.called - self.expected)

    @property
    def missing_rate(self) -> Doubles:
        """The share of variants without a call."""
        return _ratio(self.missing, self.variants)

    def sex_by_x(self, female_below: float = 0.2, male_above: float = 0.8) -> NDArray[np.int8]:
        """1 male, 2 female, 0 where the inbreeding on X does not say (or there is no X)."""
        f = self.x_inbreeding
        return np.select([f > male_above, f < female_below], [MALE, FEMALE], 0).astype(np.int8)


def variant_quality(bed: Bed, people: NDArray[np.bool_] | None = None, rows: Integers | None = None) -> VariantQuality:
    """Counts, frequency, Hardy-Weinberg and missingness of the chosen variants among the chosen people."""
    people = np.ones(len(bed.people), np.bool_) if people is None else people
    rows = np.arange(len(bed)) if rows is None else rows
    kind = _kinds(bed, rows)
    male, female = people & (bed.people.sex == MALE), people & (bed.people.sex == FEMALE)
    every, men, women = (np.zeros((len(rows), 4), np.int64) for _ in range(3))
    for block in blocks(bed, rows):
        here = slice(block.first, block.first + len(block.rows))
        every[here] = block.counts(people)
        if (kind[here] != "A").any():
            men[here], women[here] = block.counts(male), block.counts(female)
    return _quality(kind, every, men, women)


def _kinds(bed: Bed, rows: Integers) -> NDArray[np.str_]:
    """A for two copies in everybody, X or Y for the sex chromosomes (PAR and MT count as autosomes here)."""
    found, where = np.unique(codes(bed.variants)[rows], return_inverse=True)
    return np.array([kind(code) or "A" for code in found.tolist()] or ["A"])[where]


def _quality(kind: NDArray[np.str_], every: Integers, men: Integers, women: Integers) -> VariantQuality:
    """Put the counts together by kind of chromosome; columns are two copies, missing, one, none."""
    from citywide.systems.genomics.engine.qc.hwe import hwe  # noqa: PLC0415 - numba loads slowly

    x, y = (kind == "X")[:, None], (kind == "Y")[:, None]
    counts = np.where(y, men, every)
    twice, once = np.where(x, every - men, np.where(y, 0, every)), np.where(x | y, men, 0)
    haploid_het = once[:, 2]
    alleles = 2 * _calls(twice) + once[:, 0] + once[:, 3]
    copies = 2 * twice[:, 0] + twice[:, 2] + once[:, 0]
    tested = np.where(x, women, np.where(y, 0, every))
    return VariantQuality(
        two=counts[:, 0],
        one=counts[:, 2] - haploid_het,
        none=counts[:, 3],
        missing=counts[:, 1] + haploid_het,
        people=counts.sum(axis=1),
        alleles=alleles,
        frequency=_ratio(copies, alleles),
        hwe=np.where(_calls(tested) > 0, hwe(tested[:, 0], tested[:, 2], tested[:, 3]), np.nan),
        haploid_het=haploid_het,
    )


def _calls(counts: Integers) -> Integers:
    return counts[:, 0] + counts[:, 2] + counts[:, 3]


def person_quality(bed: Bed, quality: VariantQuality, rows: Integers | None = None, threads: int = 1) -> PersonQuality:
    """Missingness, heterozygosity and sex of everybody, from the variants' frequencies."""
    rows = np.arange(len(bed)) if rows is None else rows
    kind = _kinds(bed, rows)
    sums = np.zeros((len(bed.people), 6))
    for block in blocks(bed, rows):
        here = slice(block.first, block.first + len(block.rows))
        person_sums(block, _lanes(kind[here], quality, here), sums, threads)
    missing, het, called, expected, x_het, x_called = sums[:, :6].T
    x_expected = _expected_x(bed, rows, kind, quality, threads)
    variants = np.full(len(sums), (kind != "Y").sum()) + np.where(bed.people.sex == MALE, (kind == "Y").sum(), 0)
    return PersonQuality(
        missing=missing.round().astype(np.int64),
        variants=variants,
        homozygous=(called - het).round().astype(np.int64),
        expected=called - expected,
        called=called.round().astype(np.int64),
        x_inbreeding=_ratio(x_called - x_het - x_expected, x_called - x_expected),
        sex=bed.people.sex,
    )


def _lanes(kind: NDArray[np.str_], quality: VariantQuality, here: slice) -> NDArray[np.float32]:
    """Per code: missing; heterozygous, called and expected heterozygous on autosomes; the first two of X."""
    expected = _expected_het(quality, here)
    useful = (kind == "A") & (expected > 0)
    values = np.zeros((len(kind), 4, 6), np.float32)
    called = [0, 2, 3]
    values[:, 1, 0] = kind != "Y"
    values[useful, 2, 1] = 1
    values[np.ix_(useful, called, [2])] = 1
    values[:, called, 3] = np.where(useful, expected, 0)[:, None]
    on_x = (kind == "X") & (expected > 0)
    values[on_x, 2, 4] = 1
    values[np.ix_(on_x, called, [5])] = 1
    return values


def _expected_het(quality: VariantQuality, here: slice) -> Doubles:
    f = np.nan_to_num(quality.frequency[here])
    return 2 * f * (1 - f)


def _expected_x(bed: Bed, rows: Integers, kind: NDArray[np.str_], quality: VariantQuality, threads: int) -> Doubles:
    """Each person's expected homozygous calls on X."""
    sums = np.zeros((len(bed.people), 1))
    chosen = np.flatnonzero(kind == "X")
    expected = _expected_het(quality, slice(None))
    for block in blocks(bed, rows[chosen]):
        part = expected[chosen[block.first : block.first + len(block.rows)]]
        values = np.zeros((len(part), 4, 1), np.float32)
        values[:, [0, 2, 3], 0] = np.where(part > 0, 1 - part, 0)[:, None]
        person_sums(block, values, sums, threads)
    return sums[:, 0]


def _ratio(over: NDArray[np.generic], under: NDArray[np.generic]) -> Doubles:
    top, bottom = np.asarray(over, np.float64), np.asarray(under, np.float64)
    return np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
