"""`citywide step1`: whole-genome ridge regression, whose predictions `citywide gwas --pred` takes off the
traits.
"""

from argparse import SUPPRESS, ArgumentParser, Namespace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citywide.kit.commands import Command
from citywide.systems.genomics.commands.common import answering, at_least, megabytes, study, study_options
from citywide.systems.genomics.commands.elsewhere import STEP_ONE
from citywide.systems.genomics.commands.names import covariate_options, names, rank_options
from citywide.systems.genomics.commands.progress import Progress
from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.ranks import normal_scores
from citywide.systems.genomics.engine.files.tables import MISSING, Table, align, read_covariates, read_table
from citywide.systems.genomics.engine.files.wrong import InputError

if TYPE_CHECKING:
    from citywide.systems.genomics.engine.step1.request import Request

PHENO = ("--phenoCol", "--phenoColList")

NO_EFFECT = (
    *("--lowmem", "--qt", "--force-step1", "--cc12", "--debug", "--ignore-pred", "--nonfounders"),
    "--covar-variance-standardize",
)
ANSWERED = {
    "--lowmem-prefix": "blocks are kept in --out/level0",
    "--maxCatLevels": "every level of a category counts",
    "--loocv": "there are five folds, always",
    "--cv": "there are five folds, always",
    "--pThresh": "that is for `citywide gwas`",
    "--firth": "that is for `citywide gwas`",
    "--approx": "that is for `citywide gwas`",
    "--force-qt": "without --bt every trait is regressed as a quantity",
    "--test": "that is for `citywide gwas`",
    "--spa": "that is for `citywide gwas`",
    "--pred": "that is for `citywide gwas`",
    "--maf": "list rare variants with `citywide qc --maf`, then --exclude variants_out.txt",
    "--mac": "list rare variants with `citywide qc --maf`, then --exclude variants_out.txt",
    "--geno": "list variants with `citywide qc --geno`, then --exclude variants_out.txt",
    "--mind": "list people with `citywide qc --mind`, then --remove people_out.txt",
    "--hwe": "list variants with `citywide qc --hwe`, then --exclude variants_out.txt",
}


def options(parser: ArgumentParser) -> None:
    """The study, its tables, and the sizes REGENIE's users know."""
    study_options(parser, NO_EFFECT, {**STEP_ONE, **ANSWERED})
    parser.add_argument("--pheno", "--phenoFile", required=True, dest="pheno", metavar="FILE")
    parser.add_argument(
        "--pheno-name", *PHENO, nargs="+", action="extend", default=[], metavar="NAME", help="only these"
    )
    parser.add_argument("--covar", "--covarFile", dest="covar", metavar="FILE")
    covariate_options(parser.add_argument)
    parser.add_argument("--step", type=int, default=1, choices=(1,), help=SUPPRESS)
    rank_options(parser)
    parser.add_argument("--bt", action="store_true", help="the traits have two values; predictions on the logit scale")
    parser.add_argument("--1", dest="zero_one", action="store_true", help="with --bt: 0 is a control, never missing")
    parser.add_argument("--missing-codes", default=",".join(MISSING), metavar="CODES")
    parser.add_argument("--bsize", type=at_least(1), default=1000, help="variants in a block")
    parser.add_argument("--memory", type=megabytes, metavar="MB", help="what all threads together may take")
    parser.add_argument("--minCaseCount", type=at_least(0), default=0, metavar="COUNT", help="with --bt")
    parser.add_argument("--seed", type=int, default=1, help="which people share a fold")
    parser.add_argument("--gz", action="store_true", help="gzip the .loco files")
    parser.add_argument("--no-families", action="store_true", help="do not look for relatives to calibrate by")


@answering
def run(options: Namespace) -> int:
    """Regress, and say where the predictions are."""
    from citywide.systems.genomics.engine.step1.run import step_one  # noqa: PLC0415 - scipy loads slowly

    request = request_of(options)
    for name, found in zip(request.names, step_one(request, Progress()), strict=True):
        print(f"{name}: strength {found.strength:.6g}, error {np.nanmin(found.errors):.4f}")
    print(f"give {options.out / 'step1_pred.list'} to the scan")
    return 0


def request_of(options: Namespace) -> "Request":
    """The regression that a command line stands for."""
    from citywide.systems.genomics.engine.step1.request import Request  # noqa: PLC0415 - scipy loads slowly

    bed, people, rows = study(options)
    table, values = _enough(options, *_known(options, bed, people))
    return Request(
        bed,
        _traits(options, values),
        table.names,
        options.out,
        _covariates(options, bed),
        binary=options.bt,
        rows=rows,
        block=options.bsize,
        threads=options.threads,
        seed=options.seed,
        families=not options.no_families,
        memory_mb=options.memory,
        packed=options.gz,
    )


def _known(options: Namespace, bed: Bed, people: NDArray[np.bool_]) -> tuple[Table, NDArray[np.float64]]:
    """The traits asked for, and what is known of them of those who are in."""
    wanted = names(options.pheno_name)
    table = read_table(options.pheno, names([options.missing_codes]), only=wanted)
    table = table.only(wanted) if wanted else table
    values = np.where(people[:, None], align(table, bed.people), np.nan)
    return table, _of_two(values) if options.bt and not options.zero_one else values


def _of_two(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """PLINK's 1 and 2, where 0 is missing, as the scan takes them; 0 and 1 stay what they are."""
    coded = (values == 2).any(axis=0) & (np.isin(values, (0, 1, 2)) | np.isnan(values)).all(axis=0)
    return np.where(coded & (values == 0), np.nan, values)


def _covariates(options: Namespace, bed: Bed) -> NDArray[np.float64] | None:
    if not options.covar:
        return None
    table = read_covariates(
        options.covar, names(options.covar_name), names(options.catCovarList), names([options.missing_codes])
    )
    return align(table, bed.people)


def _enough(options: Namespace, table: Table, values: NDArray[np.float64]) -> tuple[Table, NDArray[np.float64]]:
    """The traits with cases enough; the higher of two values is a case."""
    least = options.minCaseCount if options.bt else 0
    cases = {name: cases_in(column) for name, column in zip(table.names, values.T, strict=True)}
    for name in (few := [name for name, count in cases.items() if count < least]):
        print(f"{name}: not regressed: {cases[name]:,} cases, --minCaseCount asks for {least:,}")
    if len(few) == len(cases):
        raise InputError(f"no trait has {least:,} cases")
    kept = [name not in few for name in table.names]
    return table.only([name for name in table.names if name not in few]), values[:, kept]


def cases_in(values: NDArray[np.float64]) -> int:
    """How many have the trait's highest value."""
    return int((values == np.nanmax(values, initial=-np.inf)).sum())


def _traits(options: Namespace, values: NDArray[np.float64]) -> NDArray[np.float64]:
    if not options.ranks or options.bt:
        return values
    return np.column_stack([normal_scores(column, options.ranks) for column in values.T])


COMMAND = Command("step1", "whole-genome ridge regression for relatedness and strata", options, run)
