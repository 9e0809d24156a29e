"""Small studies made for tests, and what a person with patience would compute from them."""

import shutil
from pathlib import Path

import numpy as np
import pgenlib
import pytest
from bgen import BgenWriter

from citywide.systems.genomics.engine.files.bed import Bed, open_bed
from citywide.systems.genomics.engine.kernel.calls import encode

needs_plink1 = pytest.mark.skipif(not shutil.which("plink1.9"), reason="plink1.9 is not installed; CI installs it")
needs_plink2 = pytest.mark.skipif(not shutil.which("plink2"), reason="plink2 is not installed; CI installs it")


def write(folder: Path, copies, chromosome=None, sex=None, alleles=("A", "G"), name="study") -> Bed:
    """Write int copies of allele 1 [variants, people] (-1 missing) as PLINK files and open them."""
    variants, people = copies.shape
    chromosome = ["1"] * variants if chromosome is None else chromosome
    sex = [0] * people if sex is None else sex
    pairs = [alleles] * variants if isinstance(alleles[0], str) else alleles
    (folder / f"{name}.bed").write_bytes(b"\x6c\x1b\x01" + encode(copies).tobytes())
    fam = "".join(f"F{i} P{i} 0 0 {s} -9\n" for i, s in enumerate(sex))
    (folder / f"{name}.fam").write_text(fam)
    bim = "".join(
        f"{c} v{i} 0 {1000 * (i + 1)} {a} {b}\n" for i, (c, (a, b)) in enumerate(zip(chromosome, pairs, strict=True))
    )
    (folder / f"{name}.bim").write_text(bim)
    return open_bed(folder / name)


def as_pgen(bed: Bed, prefix: Path) -> Path:
    """The same people, variants and calls as PLINK 2 files."""
    dosages = bed.decode(0, len(bed)).astype(np.float32)
    shape = {"sample_ct": len(bed.people), "variant_ct": len(bed)}
    with pgenlib.PgenWriter(f"{prefix}.pgen".encode(), **shape, nonref_flags=False, dosage_present=True) as out:
        for row in dosages:
            out.append_dosages(np.where(row < 0, -9, row))
    of, who = bed.variants, bed.people
    columns = (of.chromosome(), of.position().astype(np.bytes_), of.id(), of.allele2(), of.allele1())
    lines = b"".join(b"\t".join(row) + b"\n" for row in zip(*(column.tolist() for column in columns), strict=True))
    Path(f"{prefix}.pvar").write_bytes(b"#CHROM\tPOS\tID\tREF\tALT\n" + lines)
    people = zip(who.family.tolist(), who.person.tolist(), who.sex.tolist(), strict=True)
    Path(f"{prefix}.psam").write_bytes(b"#FID\tIID\tSEX\n" + b"".join(b"%b\t%b\t%d\n" % one for one in people))
    return prefix


def as_bgen(bed: Bed, prefix: Path) -> Path:
    """The same people, variants and calls as a .bgen with its .sample beside it; returns the .bgen's name."""
    copies, of, who = bed.decode(0, len(bed)), bed.variants, bed.people
    columns = (of.id(), of.chromosome(), of.position(), of.allele2(), of.allele1())
    names = [name.decode() for name in who.person.tolist()]
    with BgenWriter(f"{prefix}.bgen", len(names), samples=names, layout=2) as out:
        for row, values in zip(copies, zip(*(column.tolist() for column in columns), strict=True), strict=True):
            name, chromosome, position, first, second = (
                value.decode() if isinstance(value, bytes) else value for value in values
            )
            shares = np.where(row[:, None] < 0, np.nan, row[:, None] == np.arange(3))
            out.add_variant(name, name, chromosome, position, [first, second], shares, 2, False, 8)
    people = zip(who.family.tolist(), who.person.tolist(), who.sex.tolist(), strict=True)
    lines = b"".join(b"%b %b 0 %d\n" % one for one in people)
    Path(f"{prefix}.sample").write_bytes(b"ID_1 ID_2 missing sex\n0 0 0 D\n" + lines)
    return Path(f"{prefix}.bgen")


def drawn(random, variants: int, people: int, missing: float = 0.05):
    """Independent genotypes of common variants, with missing calls, one monomorphic, one all missing."""
    frequency = random.uniform(0.05, 0.95, variants)
    copies = random.binomial(2, frequency[:, None], (variants, people)).astype(np.int8)
    copies[random.random(copies.shape) < missing] = -1
    if variants > 8:
        copies[3], copies[5] = 2, -1
    return copies


def linked(random, variants: int, people: int):
    """Genotypes with linkage: haplotypes that copy one of a few ancestors and seldom change."""
    ancestors = random.random((12, variants)) < random.uniform(0.1, 0.9, variants)
    copies = np.zeros((variants, people), np.int8)
    for _ in range(2):
        at = random.integers(0, 12, people)
        for variant in range(variants):
            changes = random.random(people) < 0.02
            at = np.where(changes, random.integers(0, 12, people), at)
            copies[variant] += ancestors[at, variant]
    return copies
