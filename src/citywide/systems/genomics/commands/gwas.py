"""`citywide gwas`: options that a PLINK or REGENIE user guesses right."""

import shlex
import sys
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from pathlib import Path

from citywide.kit.commands import Command
from citywide.systems.genomics.engine.bed import BedError
from citywide.systems.genomics.engine.output import TraitSummary
from citywide.systems.genomics.engine.progress import Progress
from citywide.systems.genomics.engine.request import Request, ScanError
from citywide.systems.genomics.engine.scan import scan
from citywide.systems.genomics.engine.tables import TableError
from citywide.systems.genomics.engine.text import TextError

STOPPED = 130
WRONG = 2


def options(parser: ArgumentParser) -> None:
    """What can be asked for."""
    _files(parser)
    _choices(parser)
    _running(parser)


def run(asked: Namespace) -> int:
    """Scan, say what was found, and leave with 2 for wrong input and 130 when stopped."""
    request = request_of(asked)
    try:
        summaries = scan(request, Progress(asked.quiet))
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return STOPPED
    except (BedError, TableError, TextError, ScanError) as wrong:
        print(f"citywide gwas: {wrong}", file=sys.stderr)
        return WRONG
    print("\n".join(lines(summaries, request.out)))
    return 0 if any(not summary.refused for summary in summaries) else WRONG


def request_of(asked: Namespace) -> Request:
    """The request that a command line stands for."""
    return Request(
        data=asked.bfile or asked.pfile,
        pgen=asked.pfile is not None,
        pheno=asked.pheno,
        out=asked.out,
        covar=asked.covar,
        traits=_names(asked.pheno_name),
        covariates=_names(asked.covar_name),
        keep=asked.keep,
        remove=asked.remove,
        extract=asked.extract,
        exclude=asked.exclude,
        predictions=asked.pred,
        test=asked.test,
        firth=asked.firth,
        screen=asked.screen,
        spa=asked.spa,
        impute=asked.impute,
        missing=_names(asked.missing_codes),
        threads=asked.threads,
        memory_mb=asked.memory,
        backend=asked.backend,
        restart=asked.restart,
        command=shlex.join(["citywide", *sys.argv[1:]]),
    )


def lines(summaries: list[TraitSummary], out: Path) -> list[str]:
    """A line a trait: what was scanned, inflation, hits."""
    return [_line(summary, out) for summary in summaries]


def _line(summary: TraitSummary, out: Path) -> str:
    if summary.refused and not summary.variants:
        return f"{summary.name}: not scanned: {summary.refused}"
    cases = f" ({summary.cases:,} cases)" if summary.cases else ""
    return (
        f"{summary.name}: {summary.people:,} people{cases}, {summary.variants:,} variants,"
        f" {summary.left_out:,} left out; lambda {summary.lambda_gc:.3f};"
        f" {summary.genome_wide:,} below 5e-8, smallest p {summary.smallest_p}; {out / summary.name}.tsv"
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.replace(" ", ",").split(",") if name)


def _files(parser: ArgumentParser) -> None:
    data = parser.add_mutually_exclusive_group(required=True)
    data.add_argument("--bfile", "--bed", type=Path, metavar="DATA", help="PLINK 1 files DATA.bed, .bim, .fam")
    data.add_argument("--pfile", "--pgen", type=Path, metavar="DATA", help="PLINK 2 dosages: DATA.pgen, .pvar, .psam")
    parser.add_argument("--pheno", "--phenoFile", type=Path, required=True, metavar="TABLE")
    parser.add_argument("--pheno-name", "--phenoColList", default="", metavar="NAMES", help="only these traits")
    parser.add_argument("--covar", "--covarFile", type=Path, metavar="TABLE")
    parser.add_argument("--covar-name", "--covarColList", default="", metavar="NAMES", help="only these covariates")
    parser.add_argument("--keep", type=Path, metavar="LIST", help="only these people")
    parser.add_argument("--remove", type=Path, metavar="LIST", help="without these people")
    parser.add_argument("--extract", type=Path, metavar="LIST", help="only these variants")
    parser.add_argument("--exclude", type=Path, metavar="LIST", help="without these variants")
    parser.add_argument("--pred", type=Path, metavar="LIST", help="step-one predictions (LIST of `trait file.loco`)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")


def _choices(parser: ArgumentParser) -> None:
    parser.add_argument("--test", choices=("auto", "linear", "logistic"), default="auto")
    parser.add_argument("--firth", choices=("fallback", "always", "off"), default="fallback")
    parser.add_argument(
        "--screen",
        type=float,
        default=0.06,
        metavar="P",
        help="score p-value up to which binary traits are fitted",
    )
    parser.add_argument("--spa", action=BooleanOptionalAction, default=False, help="saddle-point p for rare variants")
    parser.add_argument(
        "--impute",
        choices=("none", "mean"),
        default="none",
        help="none: each variant on who is called at it; mean: fill its mean in (log10 p moves by up to 0.1)",
    )
    parser.add_argument("--missing-codes", default="NA,nan,NaN,N/A,.,-9", metavar="CODES")


def _running(parser: ArgumentParser) -> None:
    parser.add_argument("--threads", type=int, default=0, help="0 takes every core")
    parser.add_argument("--memory", type=int, default=1000, metavar="MB")
    parser.add_argument("--backend", default="threads", help="threads, or a joblib backend: loky, ray, dask …")
    parser.add_argument("--restart", action="store_true", help="forget an unfinished scan in --out")
    parser.add_argument("--quiet", action="store_true", help="no progress")


COMMAND = Command("gwas", "scan a genome for what goes with a trait", options, run)
