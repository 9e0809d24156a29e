"""What a scan is asked to do; small and picklable, so that any worker can make its plan from it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from citywide.systems.genomics.engine.files.wrong import InputError

Progress = Callable[[int, int], None]


class ScanError(InputError):
    """A scan that cannot be made as asked; says what to change."""


@dataclass(frozen=True)
class Limits:
    """Which variants are scanned, judged among the people who are kept: bounds of PLINK's names.

    Frequencies and Hardy-Weinberg are those of founders, or with `nonfounders` of everybody.
    """

    maf: float = 0.0
    mac: float = 0.0
    geno: float = 1.0
    hwe: float = 0.0
    nonfounders: bool = False


@dataclass(frozen=True)
class Request:
    """Files and choices of one scan; the defaults are what most people want.

    pgen, bgen: `data` names PLINK 2 files (.pgen) or a BGEN file with dosages
    keep, remove: lists of people; extract, exclude: lists of variants' names, or after the word `range` (`bed1`; `bed0`
        counts from 0) files of chromosome, first and last position
    chromosomes, without: codes such as ("1", "22", "X"); without any all are scanned
    zero_one: 0 and 1 are the only codes of controls and cases, as with PLINK's --1
    sample: who the people of a .bgen are; ref_last: its first allele is the counted one
    categories: covariates whose values are names, not amounts
    test: `linear`, `logistic` or `auto` (logistic for traits with two values)
    firth: `fallback` (where the plain fit does not converge), `always` (below `screen`) or `off`
    like_plink2: logistic fits halt where plink2's do, a step early, to reproduce its tables
    ranks: quantities by their ranks, with this offset (`engine.files.ranks`); 0 leaves them as they are
    screen: score-test p-value up to which binary traits are fitted exactly
    spa: saddle-point p-values for rare variants in unbalanced traits
    least_cases: binary traits with fewer cases are not scanned
    impute: `none` fits each variant on who is called at it; `mean` fills its mean in (linear only, inexact)
    predictions: step-one predictions to take off (lists of `trait file` with REGENIE's .loco files)
    """

    data: Path
    pheno: Path
    out: Path
    covar: Path | None = None
    traits: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    keep: tuple[Path, ...] = ()
    remove: tuple[Path, ...] = ()
    extract: tuple[str | Path, ...] = ()
    exclude: tuple[str | Path, ...] = ()
    chromosomes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    limits: Limits = Limits()
    zero_one: bool = False
    predictions: tuple[Path, ...] = ()
    pgen: bool = False
    bgen: bool = False
    sample: Path | None = None
    ref_last: bool = False
    test: str = "auto"
    firth: str = "fallback"
    like_plink2: bool = False
    ranks: float = 0.0
    screen: float = 0.06
    spa: bool = False
    least_cases: int = 0
    impute: str = "none"
    missing: tuple[str, ...] = ("NA", "nan", "NaN", "N/A", ".", "-9")
    threads: int = 0
    memory_mb: int = 1000
    backend: str = "threads"
    restart: bool = False
    keep_parts: bool = False
    categories: tuple[str, ...] = ()
    command: str = ""
