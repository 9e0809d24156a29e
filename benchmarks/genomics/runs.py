"""One run of either side of the scan: what it cost, and the table it wrote."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.form import Clock
from benchmarks.genomics.cohorts import CACHE, in_a_large_unit
from benchmarks.genomics.folder import Study, Trait
from benchmarks.genomics.peer import ENVIRONMENT
from benchmarks.genomics.tables import widest_gap

CODE = (
    "import sys\nfrom argparse import ArgumentParser\n"
    "from citywide.systems.genomics.commands.gwas import COMMAND as GWAS\n"
    "parser = ArgumentParser()\nGWAS.options(parser)\nsys.exit(GWAS.run(parser.parse_args(sys.argv[1:])))\n"
)
COLUMNS = "cols=chrom,pos,ref,alt,a1freq,nobs,beta,se,tz,p,err"


@dataclass(frozen=True)
class Case:
    """What both sides are asked: a study's trait, the test, and Firth's penalty (`fallback` or `always`).

    `more` is asked of our side alone. `settled` gives plink2 the covariates in a unit so large that its steps count
    for more and it takes another one before it halts.
    """

    study: Study
    trait: Trait
    test: str
    firth: str = "fallback"
    more: tuple[str, ...] = ()
    settled: bool = False

    @property
    def files(self) -> list[str]:
        """Genotypes, phenotypes and covariates, by the names that both programs know."""
        kind, covar = "--pfile" if self.study.pgen else "--bfile", self.study.covar
        tables = ["--pheno", str(self.study.pheno), "--pheno-name", self.trait.name, *["--1"] * self.trait.zero_one]
        if covar:
            tables += ["--covar", str(in_a_large_unit(covar) if self.settled else covar)]
        return [kind, str(self.study.data), *tables, "--threads", "2"]


@dataclass(frozen=True)
class Run:
    """Wall and CPU seconds, peak memory in MB, and the table."""

    wall: float
    cpu: float
    peak_mb: float
    table: Path


def timed(command: list[str], table: Path) -> Run:
    """Run a command in a process of its own; the peak is the kernel's, of that process alone."""
    table.parent.mkdir(parents=True, exist_ok=True)
    with Clock() as clock:
        meter = [sys.executable, "-c", METER, *command]
        done = subprocess.run(meter, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    cpu, peak = map(float, done.stdout.split()[-2:])
    return Run(clock.wall, cpu, peak, table)


METER = (
    "import resource, subprocess, sys\n"
    "done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "sys.stdout.buffer.write(done.stdout)\n"
    "print()\nprint(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)\n"
    "sys.exit(done.returncode)"
)


def ours(case: Case, number: int) -> Run:
    """Our scan, through the command line's own module, in a fresh process."""
    out = CACHE / "out" / f"ours-{number}"
    shutil.rmtree(out, ignore_errors=True)
    asked = ["--test", case.test, "--firth", case.firth, *case.more, "--quiet", "--out", str(out)]
    return timed([sys.executable, "-c", CODE, *case.files, *asked], out / f"{case.trait.name}.tsv")


def theirs(plink2: str, case: Case) -> Run:
    """plink2's scan of the same files."""
    out = CACHE / "out" / "plink2"
    kind = ["firth"] if case.firth == "always" else []
    unit = ["--covar-variance-standardize"] if case.study.covar and not case.settled else []
    none = ["no-x-sex"] * case.study.sexed if case.study.covar else ["allow-no-covars"]
    asked = [*unit, "--glm", "hide-covar", *none, *kind, COLUMNS, "--out", str(out)]
    suffix = "linear" if case.test == "linear" else "firth" if kind else "logistic.hybrid"
    return timed([plink2, *case.files, *asked], out.with_name(f"plink2.{case.trait.name}.glm.{suffix}"))


def warm_up() -> None:
    """Load our program once, so that its byte code is compiled as an installation's is."""
    subprocess.run([sys.executable, "-c", CODE, "--help"], env=ENVIRONMENT, capture_output=True, check=True)


def compare(plink2: str, case: Case) -> dict[str, float]:
    """A, B, A: the ratio of CPU and wall seconds, and how far the p-values are apart."""
    warm_up()
    first, other, again = ours(case, 0), theirs(plink2, case), ours(case, 1)
    cpu, wall = (first.cpu + again.cpu) / 2, (first.wall + again.wall) / 2
    shown = f"ours {first.cpu:.2f} and {again.cpu:.2f} CPU-s, plink2 {other.cpu:.2f} CPU-s"
    print(f"{case.study.data.parent.name} {case.trait.name}: {shown}", flush=True)
    return {
        "cpu_ratio": other.cpu / cpu,
        "wall_ratio": other.wall / wall,
        "max_dlog10p": widest_gap(again.table, other.table, screened=case.test == "logistic"),
        "our_peak_mb": again.peak_mb,
        "plink2_peak_mb": other.peak_mb,
        "our_cpu_seconds": cpu,
        "plink2_cpu_seconds": other.cpu,
    }
