"""What each person of a study looks like: missing calls, heterozygosity, and the sex that chromosome X tells."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.blocks import blocks, person_sums
from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.qc.quality import FEMALE, MALE, Integers, VariantQuality, kinds, ratio

LANES = 8


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
        return ratio(self.homozygous - self.expected, self.called - self.expected)

    @property
    def missing_rate(self) -> Doubles:
        """The share of variants without a call."""
        return ratio(self.missing, self.variants)

    def sex_by_x(self, female_below: float = 0.2, male_above: float = 0.8) -> NDArray[np.int8]:
        """1 male, 2 female, 0 where the inbreeding on X does not say (or there is no X)."""
        f = self.x_inbreeding
        return np.select([f > male_above, f < female_below], [MALE, FEMALE], 0).astype(np.int8)


def person_quality(bed: Bed, quality: VariantQuality, rows: Integers | None = None, threads: int = 1) -> PersonQuality:
    """Missingness, heterozygosity and sex of everybody, from the variants' frequencies."""
    rows = np.arange(len(bed)) if rows is None else rows
    kind = kinds(bed.variants, rows)
    sums = np.zeros((len(bed.people), LANES))
    for block in blocks(bed, rows):
        here = slice(block.first, block.first + len(block.rows))
        person_sums(block, _lanes(kind[here], quality, here), sums, threads)
    missing, het, called, expected, x_het, x_called, y_missing, impossible = sums.T
    men = bed.people.sex == MALE
    x_expected = _expected_x(bed, rows, kind, quality, threads)
    variants = np.full(len(sums), (kind != "Y").sum()) + np.where(men, (kind == "Y").sum(), 0)
    return PersonQuality(
        missing=(missing + men * (y_missing + impossible)).round().astype(np.int64),
        variants=variants,
        homozygous=(called - het).round().astype(np.int64),
        expected=called - expected,
        called=called.round().astype(np.int64),
        x_inbreeding=ratio(x_called - x_het - x_expected, x_called - x_expected),
        sex=bed.people.sex,
    )


def _lanes(kind: NDArray[np.str_], quality: VariantQuality, here: slice) -> NDArray[np.float32]:
    """Per code: missing; heterozygous, called and expected heterozygous on autosomes; two of X; missing on Y;
    heterozygous where a man has one copy.
    """
    expected = _expected_het(quality, here)
    useful = (kind == "A") & (expected > 0)
    values = np.zeros((len(kind), 4, LANES), np.float32)
    called = [0, 2, 3]
    values[:, 1, 0], values[:, 1, 6] = kind != "Y", kind == "Y"
    values[useful, 2, 1] = 1
    values[np.ix_(useful, called, [2])] = 1
    values[:, called, 3] = np.where(useful, expected, 0)[:, None]
    values[np.isin(kind, ("X", "Y")), 2, 7] = 1
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
