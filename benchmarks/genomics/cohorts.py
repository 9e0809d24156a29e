"""Cohorts that the scan is measured on: made ones, kept between runs, or a folder of one's own."""

from pathlib import Path
from shutil import copy

import numpy as np
from numpy.typing import NDArray

CACHE = Path(__file__).parents[1] / ".cache"
UNSURE = 0.7
UNIT = 300
BLOCK = 256


def made(people: int, variants: int, missing: float, seed: int) -> Path:
    """A simulated cohort of 2-bit calls."""
    folder = CACHE / f"gwas-{people}-{variants}-{missing:g}-{seed}"
    if not (folder / "covar.tsv").exists():
        from citywide.systems.genomics.engine.simulate import simulate  # noqa: PLC0415 - numba loads slowly

        print(f"making {people:,} people x {variants:,} variants", flush=True)
        simulate(folder, people, variants, missing, seed)
    return folder


def dosed(calls: Path, seed: int) -> Path:
    """The same cohort as imputation would give it: seven calls in ten are a little unsure."""
    folder = calls.with_name(f"{calls.name}-dosages")
    if (folder / "covar.tsv").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    print(f"making dosages of {calls.name}", flush=True)
    _write_dosages(folder / "study.pgen", calls, np.random.default_rng(seed))
    lines = [line.split() for line in (calls / "study.bim").read_text().splitlines()]
    rows = "".join(f"{c}\t{at}\t{name}\t{other}\t{one}\n" for c, name, _, at, one, other in lines)
    (folder / "study.pvar").write_text("#CHROM\tPOS\tID\tREF\tALT\n" + rows)
    people = [line.split() for line in (calls / "study.fam").read_text().splitlines()]
    (folder / "study.psam").write_text("#FID\tIID\tSEX\n" + "".join(f"{p[0]}\t{p[1]}\t{p[4]}\n" for p in people))
    for name in ("pheno.tsv", "covar.tsv"):
        copy(calls / name, folder / name)
    return folder


def _write_dosages(path: Path, calls: Path, random: np.random.Generator) -> None:
    from pgenlib import PgenWriter  # noqa: PLC0415 - only dosages need it

    from citywide.systems.genomics.engine.files.bed import open_bed  # noqa: PLC0415 - loads the package

    bed = open_bed(calls / "study")
    shape = {"variant_ct": len(bed), "nonref_flags": False, "dosage_present": True}
    with PgenWriter(str(path).encode(), len(bed.people), **shape) as out:
        for first in range(0, len(bed), BLOCK):
            for row in unsure(bed.decode(first, BLOCK), random):
                out.append_dosages(row)


def unsure(copies: NDArray[np.int8], random: np.random.Generator) -> NDArray[np.float32]:
    """Calls as dosages from 0 to 2, -9 where missing."""
    moved = random.random(copies.shape, np.float32) < UNSURE
    noise = np.abs(random.standard_normal(copies.shape, np.float32)) * moved * np.float32(0.1)
    found = np.where(copies == 2, 2 - noise, copies + noise)
    return np.where(copies < 0, -9, np.clip(found, 0, 2)).astype(np.float32)


def in_a_large_unit(covar: Path) -> Path:
    """The covariates, each with a standard deviation of 1/300."""
    from citywide.systems.genomics.engine.files.tables import read_table  # noqa: PLC0415 - loads the package

    table = read_table(covar)
    centred = table.values - np.nanmean(table.values, axis=0)
    values = centred / np.nanstd(table.values, axis=0, ddof=1) / UNIT
    people = zip(table.family or [b"0"] * len(table.person), table.person, values.tolist(), strict=True)
    rows = (f"{f.decode()}\t{p.decode()}\t" + "\t".join(f"{v:.9g}" for v in row) + "\n" for f, p, row in people)
    path = CACHE / "out" / "covar-large-unit.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\t".join(["FID", "IID", *table.names]) + "\n" + "".join(rows).replace("nan", "NA"))
    return path
