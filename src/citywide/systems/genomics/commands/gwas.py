"""`citywide gwas`: options that a PLINK or REGENIE user guesses right."""

import gzip
import shlex
import shutil
import sys
from argparse import Namespace
from pathlib import Path

from citywide.kit.commands import Command
from citywide.systems.genomics.commands.common import WRONG, answering, room
from citywide.systems.genomics.commands.genotypes import data_of, ref_last
from citywide.systems.genomics.commands.gwas_options import options
from citywide.systems.genomics.commands.names import chromosomes, names
from citywide.systems.genomics.commands.progress import Progress
from citywide.systems.genomics.engine.scan.pieces import least_memory_mb
from citywide.systems.genomics.engine.scan.plan import make_plan
from citywide.systems.genomics.engine.scan.request import Limits, Request, ScanError
from citywide.systems.genomics.engine.scan.run import scan
from citywide.systems.genomics.engine.scan.summary import TraitSummary

STOPPED = 130
AUTOSOMES = tuple(str(number) for number in range(1, 23))
FIRTH = {"firth": "always", "firth-fallback": "fallback", "no-firth": "off"}
HARMLESS = ("log10", "hide-covar", "omit-ref", "allow-no-covars", "skip-invalid-pheno", "a0-ref")


@answering
def run(asked: Namespace) -> int:
    """Scan, say what was found, and leave with 2 for wrong input and 130 when stopped."""
    request = request_of(asked)
    room(request.out)
    try:
        if (least := least_memory_mb(make_plan(request))) > request.memory_mb:
            print(f"--memory {request.memory_mb}: this scan takes {least} MB at least", file=sys.stderr)
        summaries = scan(request, Progress(asked.quiet))
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return STOPPED
    if asked.gz:
        packed([request.out / f"{summary.name}.tsv" for summary in summaries if summary.variants])
    print("\n".join(lines(summaries, request.out, ".tsv.gz" if asked.gz else ".tsv")))
    return 0 if any(not summary.refused for summary in summaries) else WRONG


def request_of(asked: Namespace) -> Request:
    """The request that a command line stands for."""
    if asked.step != 2:
        raise ScanError("--step 1 is `citywide step1`; this is step 2")
    return Request(
        data=data_of(asked),
        pheno=asked.pheno,
        out=asked.out,
        covar=asked.covar,
        pgen=asked.pfile is not None,
        bgen=asked.bgen is not None,
        sample=asked.sample,
        ref_last=ref_last(asked),
        predictions=tuple(asked.pred),
        traits=names(asked.pheno_name),
        covariates=names(asked.covar_name),
        categories=names(asked.catCovarList),
        zero_one=asked.zero_one,
        missing=names([asked.missing_codes]),
        keep=tuple(asked.keep),
        remove=tuple(asked.remove),
        extract=tuple(asked.extract),
        exclude=tuple(asked.exclude),
        chromosomes=chromosomes(asked.chr) + AUTOSOMES * asked.autosome,
        without=chromosomes(asked.not_chr),
        limits=Limits(asked.maf, asked.mac, asked.geno, asked.hwe, asked.nonfounders),
        least_cases=asked.minCaseCount,
        test=asked.test,
        firth=_firth(asked),
        like_plink2=asked.like_plink2,
        ranks=asked.ranks,
        screen=asked.screen,
        spa=asked.spa,
        impute=asked.impute,
        threads=asked.threads,
        memory_mb=asked.memory,
        backend=asked.backend,
        restart=asked.restart,
        command=shlex.join(["citywide", *sys.argv[1:]]),
    )


def packed(tables: list[Path]) -> None:
    """Each table gzipped in its place."""
    for table in tables:
        with table.open("rb") as plain, gzip.open(f"{table}.gz", "wb", compresslevel=4) as out:
            shutil.copyfileobj(plain, out, 1 << 20)
        table.unlink()


def lines(summaries: list[TraitSummary], out: Path, suffix: str = ".tsv") -> list[str]:
    """A line a trait: what was scanned, inflation, hits."""
    return [_line(summary, out, suffix) for summary in summaries]


def _line(summary: TraitSummary, out: Path, suffix: str) -> str:
    if summary.refused and not summary.variants:
        return f"{summary.name}: not scanned: {summary.refused}"
    cases = f" ({summary.cases:,} cases)" if summary.cases else ""
    partly = f"; partly not scanned: {summary.refused}" if summary.refused else ""
    return (
        f"{summary.name}: {summary.people:,} people{cases}, {summary.variants:,} variants,"
        f" {summary.left_out:,} left out; lambda {summary.lambda_gc:.3f};"
        f" {summary.genome_wide:,} below 5e-8, smallest p {summary.smallest_p}; {out / summary.name}{suffix}{partly}"
    )


def _firth(asked: Namespace) -> str:
    """What --firth says, or --glm's own word; a model that is not fitted here is refused."""
    said: list[str] = asked.glm
    if "zs" in said:
        raise ScanError("--glm zs is not done here: --gz gzips the tables")
    strange = [word for word in said if word not in {*FIRTH, *HARMLESS} and not word.startswith("cols=")]
    if strange:
        models = (
            "models here are additive, of one variant at a time; covariates stand in --covar; columns are GWAS-SSF's"
        )
        raise ScanError(f"--glm {' '.join(strange)} is not done here: {models}")
    return next((FIRTH[word] for word in said if word in FIRTH), asked.firth)


COMMAND = Command("gwas", "scan a genome for what goes with a trait", options, run)
