"""A folder with somebody's study: its genotypes, its tables by their usual names, and the trait that suits the test."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from citywide.systems.genomics.engine.files.bed import Bed, open_bed
from citywide.systems.genomics.engine.files.pgen import Pgen, open_pgen
from citywide.systems.genomics.engine.files.tables import Table, align, read_table
from citywide.systems.genomics.engine.files.wrong import InputError

PHENO = ("pheno.tsv", "pheno.txt", "*.pheno", "*.phen", "pheno*", "*pheno*.tsv", "*pheno*.txt")
COVAR = ("covar.tsv", "covar.txt", "*.covar", "*.cov", "covar*", "*covar*.tsv", "*covar*.txt")
KINDS = {"quantity": "more than two values", "binary": "two values, 0/1 or 1/2"}


@dataclass(frozen=True)
class Study:
    """Genotypes by their prefix, and the tables; `covar` is None where there is none, `sexed` if it tells the sex."""

    data: Path
    pgen: bool
    pheno: Path
    covar: Path | None
    sexed: bool = False

    def open(self) -> Bed | Pgen:
        """The genotypes."""
        return open_pgen(self.data) if self.pgen else open_bed(self.data)


@dataclass(frozen=True)
class Trait:
    """A column of the phenotypes; `zero_one` where 0 is a control and 1 a case."""

    name: str
    zero_one: bool = False


def study_in(folder: Path, options: Namespace | None = None) -> Study:
    """The one study of a folder; `--pheno` and `--covar` name tables that are called otherwise."""
    data = genotypes_in(folder)
    asked = vars(options) if options else {}
    pheno = asked.get("pheno") or _table(folder, PHENO, "--pheno")
    if pheno is None:
        raise SystemExit(f"{folder}: no table of phenotypes; looked for {', '.join(PHENO)}; name it with --pheno FILE")
    covar = asked.get("covar") or _table(folder, COVAR, "--covar")
    return Study(data.with_suffix(""), data.suffix == ".pgen", pheno, covar)


def trait_of(study: Study, kind: str, wanted: str = "") -> Trait:
    """The first column of the right kind, or the one wanted if it is."""
    try:
        table = read_table(study.pheno)
        table = table.only([wanted]) if wanted else table
    except InputError as wrong:
        raise SystemExit(str(wrong)) from None
    for name, levels in _levels(study, table):
        two = levels <= {0.0, 1.0} or levels <= {0.0, 1.0, 2.0}
        if len(levels - {0.0} if 2.0 in levels and two else levels) > 1 and two == (kind == "binary"):
            return Trait(name, two and 2.0 not in levels)
    there = ", ".join(table.names) or "none"
    raise SystemExit(f"{study.pheno}: no trait of {KINDS[kind]} among {there}; see --trait and --pheno-name")


def _levels(study: Study, table: Table) -> list[tuple[str, set[float]]]:
    values = align(table, study.open().people)
    columns = zip(table.names, values.T, strict=True)
    return [(name, set(column[np.isfinite(column)].tolist())) for name, column in columns]


def genotypes_in(folder: Path) -> Path:
    """The one file of genotypes of a folder whose companions are there too."""
    for suffix, companions in ((".bed", (".bim", ".fam")), (".pgen", (".pvar", ".psam"))):
        found = sorted(folder.glob(f"*{suffix}"))
        whole = [path for path in found if all(path.with_suffix(other).exists() for other in companions)]
        if len(whole) > 1:
            raise SystemExit(f"{folder}: several genotype files, {', '.join(path.name for path in whole)}; leave one")
        if whole:
            return whole[0]
    raise SystemExit(f"{folder}: no genotypes; looked for one .bed, .bim, .fam or one .pgen, .pvar, .psam")


def _table(folder: Path, patterns: Sequence[str], option: str) -> Path | None:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    for pattern in patterns:
        found = [path for path in files if fnmatch(path.name.lower(), pattern)]
        if len(found) > 1:
            raise SystemExit(f"{folder}: {', '.join(path.name for path in found)}; say which with {option} FILE")
        if found:
            return found[0]
    return None
