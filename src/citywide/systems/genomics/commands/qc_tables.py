"""What `citywide qc` writes: tables of variants and people, and lists of those out of bounds."""

from argparse import Namespace

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.commands.common import write_table
from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.variants import Variants
from citywide.systems.genomics.engine.qc.persons import PersonQuality
from citywide.systems.genomics.engine.qc.quality import VariantQuality

Rows = NDArray[np.int64]


def usable(options: Namespace, found: VariantQuality) -> NDArray[np.bool_]:
    """Which variants keep all the bounds."""
    common = np.nan_to_num(found.minor) >= options.maf
    called = np.nan_to_num(found.missing_rate, nan=1.0) <= options.geno
    return common & called & ~(found.equilibrium < options.hwe)


def write_variants(options: Namespace, bed: Bed, rows: Rows, found: VariantQuality) -> None:
    """variants.tsv, and the names of those out of bounds."""
    columns = {**_names(bed.variants, rows), **_counts(found)}
    write_table(options.out / "variants.tsv", list(columns), list(columns.values()))
    bad = columns["ID"][~usable(options, found)]
    (options.out / "variants_out.txt").write_text("".join(f"{name.decode()}\n" for name in bad.tolist()))
    print(f"{len(rows):,} variants, {len(bad):,} out of bounds")


def _names(of: Variants, rows: Rows) -> dict[str, NDArray[np.generic]]:
    columns = (of.chromosome(), of.position(), of.id(), of.allele1(), of.allele2())
    return {name: column[rows] for name, column in zip(("CHROM", "POS", "ID", "A1", "A2"), columns, strict=True)}


def _counts(found: VariantQuality) -> dict[str, NDArray[np.generic]]:
    calls = {"TWO": found.two, "ONE": found.one, "NONE": found.none}
    gone = {"MISSING": found.missing, "F_MISS": found.missing_rate}
    alleles = {"A1_FREQ": found.frequency, "ALLELES": found.alleles}
    equilibrium = {"HWE_MIDP": found.hwe, "HAPLOID_HET": found.haploid_het}
    men = {"X_MEN_A1": found.men[:, 0], "X_MEN_A2": found.men[:, 1], "X_HWE_MIDP": found.hwe_with_men}
    return {**calls, **gone, **alleles, **equilibrium, **men}


def write_people(options: Namespace, bed: Bed, people: NDArray[np.bool_], found: PersonQuality) -> None:
    """people.tsv, and who is out of bounds or of another sex than the file says."""
    of, sex = bed.people, found.sex_by_x()
    names = ["#FID", "IID", "SEX", "SEX_BY_X", "F_X", "MISSING", "F_MISS", "O_HOM", "E_HOM", "CALLED", "F"]
    columns = [of.family, of.person, found.sex, sex, found.x_inbreeding, found.missing, found.missing_rate]
    more = [found.homozygous, found.expected, found.called, found.inbreeding]
    write_table(options.out / "people.tsv", names, [column[people] for column in [*columns, *more]])
    wrong = people & (sex > 0) & (found.sex > 0) & (sex != found.sex)
    bad = people & ((found.missing_rate > options.mind) | wrong)
    pairs = zip(of.family[bad].tolist(), of.person[bad].tolist(), strict=True)
    (options.out / "people_out.txt").write_text("".join(f"{f.decode()}\t{p.decode()}\n" for f, p in pairs))
    print(f"{int(people.sum()):,} people, {int(bad.sum()):,} out of bounds, {int(wrong.sum()):,} of another sex")
