"""The genome scan against plink2: both with two threads, reading and writing included, ours-theirs-ours."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.form import Benchmark, Goal
from benchmarks.genomics.cohorts import CACHE, dosed, made
from benchmarks.genomics.folder import Study, study_in, trait_of
from benchmarks.genomics.oracles import against_converged, against_float64
from benchmarks.genomics.peer import plink2, version
from benchmarks.genomics.ready import complete, ready
from benchmarks.genomics.runs import Case, compare, ours, theirs
from benchmarks.genomics.tables import widest_gap
from citywide.systems.genomics.engine.files.wrong import InputError

GOALS = {
    "cpu_ratio": Goal(at_least=40),
    "cpu_ratio_complete": Goal(at_least=3),
    "max_dlog10p": Goal(at_most=1e-5),
    "max_relative_float64": Goal(at_most=1e-8),
    "peak_mb": Goal(at_most=1000),
}
BINARY_GOALS = {
    "cpu_ratio": Goal(at_least=10),
    "cpu_ratio_firth": Goal(at_least=10),
    "max_dlog10p": Goal(at_most=1e-5),
    "max_dlog10p_settled": Goal(at_most=1e-5),
    "max_dlog10p_halted": Goal(at_most=1e-5),
    "max_dlog10p_float64": Goal(at_most=1e-5),
    "max_dlog10p_float64_firth": Goal(at_most=1e-5),
}
DOSAGE_GOALS = {
    "cpu_ratio": Goal(at_least=1.5),
    "cpu_ratio_complete": Goal(at_least=1.5),
    "max_dlog10p": Goal(at_most=1e-5),
}
MISSING = 0.01
FULL, QUICK, LARGE = (20_000, 200_000), (4_000, 20_000), (100_000, 50_000)
DOSED, BINARY, FIRTH = (20_000, 10_000), (20_000, 60_000), (4_000, 10_000)
OUT = CACHE / "out"


def options(parser: ArgumentParser) -> None:
    """Which tool, which data, which kind of trait."""
    parser.add_argument("--plink2", type=Path, metavar="PATH", help="another plink2 than Debian's")
    parser.add_argument("--simulate", nargs=3, type=float, metavar=("N", "M", "MISSING"), help="make this cohort")
    parser.add_argument("--trait", choices=("quantity", "binary"), default="quantity")
    parser.add_argument(
        "--pheno-name", default="", metavar="NAME", help="of --data: this trait, else the first that fits"
    )
    parser.add_argument("--pheno", type=Path, metavar="FILE", help="of --data: the phenotypes, where not in it")
    parser.add_argument("--covar", type=Path, metavar="FILE", help="of --data: the covariates, where not in it")
    parser.add_argument("--dosages", action="store_true", help="imputed dosages in a .pgen instead of calls")


def measure(options: Namespace) -> Mapping[str, float]:
    """Ours, theirs, ours, on data with missing calls and on data without any."""
    tool = plink2(options.plink2)
    try:
        if options.dosages:
            return dosages(options, tool)
        return binary(options, tool) if options.trait == "binary" else quantity(options, tool)
    except InputError as wrong:
        raise SystemExit(str(wrong)) from None


def quantity(options: Namespace, tool: str) -> dict[str, float]:
    """Least squares: with missing calls, without, and the memory of a large cohort."""
    case = asked(options, size(options, FULL), "linear")
    measures = compare(tool, case)
    table = OUT / "ours-1" / f"{case.trait.name}.tsv"
    measures["max_relative_float64"] = against_float64(case.study, case.trait, table)
    measures |= without_missing(options, tool, case, size(options, FULL))
    if options.data:
        return measures
    large = asked(options, QUICK if options.quick else LARGE, "linear", MISSING / 2)
    return measures | {"peak_mb": ours(large, 2).peak_mb}


def without_missing(options: Namespace, tool: str, case: Case, chosen: tuple[int, int]) -> dict[str, float]:
    """The same comparison where no call is missing: of a folder's own data on a copy with its calls filled in."""
    if options.data:
        whole = replace(case, study=complete(case.study))
    else:
        whole = replace(case, study=cohort(options, chosen, 0.0))
    return {f"{name}_complete": value for name, value in compare(tool, whole).items()}


def binary(options: Namespace, tool: str) -> dict[str, float]:
    """Logistic regression with Firth's as fallback; then Firth's everywhere, on fewer people.

    Our fits are taken to their end by default, since a p-value must not depend on the unit of a covariate, as plink2's
    does: it halts when the changes of all coefficients add up to less than 1e-4, reports the standard error from before
    that step, and no option of it asks for more. So `max_dlog10p`, against plink2 as everybody runs it, is wide;
    `max_dlog10p_settled` is against plink2 given its covariates in a unit 300 times as large, where the same rule lets
    it take another step; `max_dlog10p_halted` is of our `--like-plink2` against plink2 as everybody runs it. What is
    left of these two is the single precision of its logistic fits: a float64 fit that halts with it is as far from its
    text (`plink2_dlog10p_halted`). `max_dlog10p_float64` is against Newton's steps in float64, to their end. With
    `_firth`, plink2 fits every variant with the penalty, and we those whose score test is below the screen.
    """
    case = asked(options, size(options, BINARY), "logistic")
    measures, name = compare(tool, case), case.trait.name
    tables = OUT / "ours-1" / f"{name}.tsv", OUT / f"plink2.{name}.glm.logistic.hybrid"
    measures |= against_converged(case.study, case.trait, tables, firth=False)
    halted = ours(replace(case, more=("--like-plink2",)), 2).table
    measures["max_dlog10p_halted"] = widest_gap(halted, tables[1], screened=True)
    if case.study.covar:
        settled = theirs(tool, replace(case, settled=True)).table
        measures["max_dlog10p_settled"] = widest_gap(tables[0], settled, screened=True)
    if options.data:
        return measures | without_missing(options, tool, case, size(options, BINARY))
    small = replace(asked(options, (1_000, 4_000) if options.quick else FIRTH, "logistic"), firth="always")
    measures |= {f"{name}_firth": value for name, value in compare(tool, small).items()}
    found = against_converged(small.study, small.trait, (tables[0], OUT / f"plink2.{name}.glm.firth"), firth=True)
    return measures | {f"{name}_firth": value for name, value in found.items()}


def dosages(options: Namespace, tool: str) -> dict[str, float]:
    """A scan of dosages: with missing ones, and without."""
    test, few = ("logistic" if options.trait == "binary" else "linear"), options.quick or options.trait == "binary"
    chosen = size(options, (4_000, 4_000) if few else DOSED)
    case = asked(options, chosen, test)
    return compare(tool, case) | without_missing(options, tool, case, chosen)


def asked(options: Namespace, size: tuple[int, int], test: str, missing: float | None = None) -> Case:
    """A case of the folder given or of a made cohort, with the first trait that suits the test."""
    study = cohort(options, size, missing)
    return Case(study, trait_of(study, options.trait, options.pheno_name), test)


def size(options: Namespace, full: tuple[int, int]) -> tuple[int, int]:
    """People and variants as asked for, else the full size or the quick one."""
    if options.simulate:
        return int(options.simulate[0]), int(options.simulate[1])
    return min(full, QUICK) if options.quick else full


def cohort(options: Namespace, size: tuple[int, int], missing: float | None = None) -> Study:
    """The folder given, or a made cohort; `missing` is as asked for where it is None."""
    if options.data:
        return ready(study_in(options.data, options))
    share = options.simulate[2] if options.simulate else MISSING
    folder = made(*size, share if missing is None else missing, options.seed)
    return study_in(dosed(folder, options.seed) if options.dosages else folder)


def versions() -> Mapping[str, str]:
    """plink2's own word on which it is."""
    from citywide.systems.genomics.engine.kernel import compiled  # noqa: PLC0415 - loads the package

    tool = next((Path(a) for b, a in zip(sys.argv, sys.argv[1:], strict=False) if b == "--plink2"), None)
    return {"plink2": version(plink2(tool)), "kernel": compiled.level()}


def goals(measures: Mapping[str, float]) -> Mapping[str, Goal]:
    """The goals of what was measured: they are told apart by the measures that only one kind has."""
    if "max_relative_float64" in measures:
        return GOALS
    return BINARY_GOALS if "max_dlog10p_float64" in measures else DOSAGE_GOALS


def row(options: Namespace) -> str:
    """The name under which a run's result is kept; none for other people or another size than the row's."""
    if options.data or options.simulate:
        return ""
    return "gwas" + "-dosages" * options.dosages + "-binary" * (options.trait == "binary")


BENCHMARK = Benchmark(
    name="gwas",
    about="a genome scan against plink2, with missing calls and without",
    measure=measure,
    goals=goals,
    packages=("numpy",),
    options=options,
    versions=versions,
    row=row,
)
