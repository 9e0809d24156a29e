"""The genome scan against plink2: both with two threads, reading and writing included, ours-theirs-ours."""

import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.form import Benchmark, Clock, Goal

GOALS = {
    "cpu_ratio": Goal(at_least=40),
    "cpu_ratio_complete": Goal(at_least=3),
    "max_dlog10p": Goal(at_most=1e-5),
    "max_relative_float64": Goal(at_most=1e-8),
    "peak_mb": Goal(at_most=1000),
}
LOGISTIC_GOALS = {"cpu_ratio": Goal(at_least=10), "max_dlog10p": Goal(at_most=1e-5)}
CACHE = Path(__file__).parent / ".cache"
FULL, QUICK, LARGE = (20_000, 200_000), (4_000, 20_000), (100_000, 50_000)
CHECKED = 1_000
ENVIRONMENT = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def options(parser: ArgumentParser) -> None:
    """Which tool, which data, which kind of trait."""
    parser.add_argument("--plink2", default="plink2", help="the binary to compare with; Debian's is the default")
    parser.add_argument("--simulate", nargs=3, type=float, metavar=("N", "M", "MISSING"), help="make this cohort")
    parser.add_argument("--trait", choices=("quantity", "binary"), default="quantity")


def measure(options: Namespace) -> Mapping[str, float]:
    """Ours, theirs, ours, on data with missing calls and on data without any."""
    return {name: float(value) for name, value in _measure(options).items()}


def _measure(options: Namespace) -> Mapping[str, float]:
    install(options.plink2)
    missing, complete = cohorts(options)
    if options.trait == "binary":
        return compare(options, missing, "illness", "logistic")
    measures = dict(compare(options, missing, "quantity", "linear"))
    measures["max_relative_float64"] = against_float64(missing)
    if complete is not None:
        measures["cpu_ratio_complete"] = compare(options, complete, "quantity", "linear")["cpu_ratio"]
        large = made(*((QUICK[0], QUICK[1]) if options.quick else LARGE), 0.005, options.seed)
        measures["peak_mb"] = ours(large, "quantity", "linear", 2).peak_mb
    return measures


def cohorts(options: Namespace) -> tuple[Path, Path | None]:
    """A folder with missing calls and one without, as asked for."""
    if options.data:
        return options.data, None
    people, variants, rate = options.simulate or (*(QUICK if options.quick else FULL), 0.01)
    size = int(people), int(variants)
    return made(*size, rate, options.seed), made(*size, 0.0, options.seed)


def made(people: int, variants: int, missing: float, seed: int) -> Path:
    """A simulated cohort, kept between runs."""
    folder = CACHE / f"gwas-{people}-{variants}-{missing:g}-{seed}"
    if not (folder / "covar.tsv").exists():
        from citywide.systems.genomics.engine.simulate import simulate  # noqa: PLC0415 - numba loads slowly

        simulate(folder, people, variants, missing, seed)
    return folder


class Run:
    """One run of either side: what it cost and the table it wrote."""

    def __init__(self, command: list[str], table: Path) -> None:
        """Run it in a process of its own and keep wall, CPU and peak memory."""
        table.parent.mkdir(parents=True, exist_ok=True)
        with Clock() as clock:
            done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        self.wall, self.cpu, self.table = clock.wall, clock.cpu, table


def ours(folder: Path, trait: str, test: str, number: int) -> "Measured":
    """Our scan, through the command line's own module, in a fresh process that reports its peak memory."""
    out = CACHE / "out" / f"ours-{number}"
    shutil.rmtree(out, ignore_errors=True)
    files = prefix(folder)
    code = (
        "import sys, resource\nfrom argparse import ArgumentParser\n"
        "from citywide.systems.genomics.commands.gwas import COMMAND as GWAS\n"
        "parser = ArgumentParser()\nGWAS.options(parser)\nGWAS.run(parser.parse_args(sys.argv[1:]))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    asked = f"--bfile {files} --pheno {folder}/pheno.tsv --covar {folder}/covar.tsv --pheno-name {trait}"
    command = [sys.executable, "-c", code, *asked.split(), "--test", test, "--threads", "2", "--quiet"]
    return Measured([*command, "--out", str(out)], out / f"{trait}.tsv")


class Measured(Run):
    """A run of ours, with the peak memory that it printed last."""

    def __init__(self, command: list[str], table: Path) -> None:
        """As any run; the children's peak is the largest seen, so ours reports its own."""
        with TemporaryDirectory() as folder:
            log = Path(folder) / "log"
            super().__init__(["sh", "-c", '"$@" > "$0"', str(log), *command], table)
            self.peak_mb = int(log.read_text().split()[-1]) / 1024


def theirs(plink2: str, folder: Path, trait: str) -> Run:
    """plink2's scan of the same files."""
    out = CACHE / "out" / "plink2"
    asked = (
        f"--bfile {prefix(folder)} --pheno {folder}/pheno.tsv --pheno-name {trait} --covar {folder}/covar.tsv"
        " --covar-variance-standardize --glm hide-covar cols=chrom,pos,ref,alt,a1freq,nobs,beta,se,tz,p,err"
        f" --threads 2 --out {out}"
    )
    suffix = "linear" if trait == "quantity" else "logistic.hybrid"
    return Run([plink2, *asked.split()], out.with_name(f"plink2.{trait}.glm.{suffix}"))


def compare(options: Namespace, folder: Path, trait: str, test: str) -> dict[str, float]:
    """A, B, A: the ratio of CPU and wall seconds, and how far the p-values are apart."""
    first = ours(folder, trait, test, 0)
    other = theirs(options.plink2, folder, trait)
    again = ours(folder, trait, test, 1)
    cpu, wall = (first.cpu + again.cpu) / 2, (first.wall + again.wall) / 2
    print(f"{folder.name} {trait}: ours {first.cpu:.2f} and {again.cpu:.2f} CPU-s, plink2 {other.cpu:.2f} CPU-s")
    gap = widest_gap(again.table, other.table, screened=test == "logistic")
    ratios = {"cpu_ratio": other.cpu / cpu, "wall_ratio": other.wall / wall}
    seconds = {"our_cpu_seconds": cpu, "plink2_cpu_seconds": other.cpu}
    return {**ratios, "max_dlog10p": gap, "peak_mb": again.peak_mb, **seconds}


def widest_gap(mine: Path, other: Path, screened: bool) -> float:
    """Largest difference in log10 p; for binary traits over variants with p < 0.05 on either side."""
    us, them = _strengths(mine), _plink_strengths(other)
    names = sorted(us.keys() & them.keys())
    a, b = np.array([us[name] for name in names]), np.array([them[name] for name in names])
    known = np.isfinite(b)
    if screened:
        known &= np.maximum(a, b) > -np.log10(0.05)
    gap = np.abs(a - b)[known]
    print(f"compared {known.sum():,} variants: median {np.median(gap):.2e}, largest {gap.max():.2e}")
    return float(gap.max())


def against_float64(folder: Path) -> float:
    """Largest relative error against float64 least squares (QR) on 1,000 variants, the top hits among them.

    An estimate is compared on the larger of its size and its standard error, a p-value on its log10.
    """
    from citywide.systems.genomics.engine import bed as beds  # noqa: PLC0415 - after installation checks
    from citywide.systems.genomics.engine.tables import align, read_table  # noqa: PLC0415

    bed = beds.open_bed(prefix(folder))
    trait = align(read_table(folder / "pheno.tsv").only(["quantity"]), bed.people)[:, 0]
    covariates = align(read_table(folder / "covar.tsv"), bed.people)
    rows = _numbers(CACHE / "out" / "ours-1" / "quantity.tsv")
    top = np.argsort(-rows[:, 2])[: CHECKED // 5]
    rest = np.random.default_rng(1).choice(len(rows), min(CHECKED - len(top), len(rows)), replace=False)
    chosen = np.unique(np.concatenate([top, rest]))
    return max(_error(bed.decode(int(row), 1)[0], trait, covariates, rows[row]) for row in chosen)


def _error(copies: np.ndarray, trait: np.ndarray, covariates: np.ndarray, found: np.ndarray) -> float:
    from scipy.special import stdtr  # noqa: PLC0415 - only here

    here = (copies >= 0) & np.isfinite(trait) & np.isfinite(covariates).all(axis=1)
    design = np.column_stack([np.ones(here.sum()), covariates[here], copies[here]])
    q, r = np.linalg.qr(design)
    along = q.T @ trait[here]
    rest = trait[here] - q @ along
    df = len(rest) - design.shape[1]
    beta, error = along[-1] / r[-1, -1], np.sqrt(rest @ rest / df) / abs(r[-1, -1])
    strength = -np.log10(2 * stdtr(df, -abs(beta / error)))
    gaps = [abs(found[0] - beta) / max(abs(beta), error), abs(found[1] / error - 1)]
    return max([*gaps, abs(found[2] - strength) / max(strength, 1)] if strength < 300 else gaps)


def prefix(folder: Path) -> Path:
    """The PLINK files of a folder, by the one .bed in it."""
    found = sorted(folder.glob("*.bed"))
    if len(found) != 1:
        raise SystemExit(f"{folder}: expected one .bed with its .bim and .fam, pheno.tsv and covar.tsv")
    return found[0].with_suffix("")


def install(plink2: str) -> None:
    """Debian's plink2, where the machine has none and may install it."""
    if shutil.which(plink2) is None:
        subprocess.run(["apt-get", "install", "-y", "-q", "plink2"], check=False, capture_output=True)
    if shutil.which(plink2) is None:
        raise SystemExit(f"{plink2}: not here and not to be had from apt-get; give another with --plink2")


def versions() -> Mapping[str, str]:
    """plink2's own word on which it is."""
    from citywide.systems.genomics.engine import kernel  # noqa: PLC0415 - loads the kernel

    tool = next((a for b, a in zip(sys.argv, sys.argv[1:], strict=False) if b == "--plink2"), "plink2")
    said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return {"plink2": said, "kernel": kernel.level()}


def goals(measures: Mapping[str, float]) -> Mapping[str, Goal]:
    """The goals of the kind of trait that was measured."""
    return GOALS if "max_relative_float64" in measures else LOGISTIC_GOALS


def _strengths(path: Path) -> dict[bytes, float]:
    found: dict[bytes, float] = {}
    with path.open("rb") as lines:
        next(lines)
        for line in lines:
            words = line.split(b"\t")
            found[words[8]] = float(words[11])
    return found


def _plink_strengths(path: Path) -> dict[bytes, float]:
    with path.open("rb") as lines:
        head = next(lines).lstrip(b"#").split()
        at, name = head.index(b"P"), head.index(b"ID")
        rows = (line.split() for line in lines)
        return {row[name]: -np.log10(float(row[at])) if row[at] != b"NA" else np.nan for row in rows}


def _numbers(path: Path) -> np.ndarray:
    with path.open() as lines:
        next(lines)
        return np.array([[float(line.split("\t")[i]) for i in (4, 5, 11)] for line in lines])


BENCHMARK = Benchmark(
    name="gwas",
    about="a genome scan against plink2, with missing calls and without",
    measure=measure,
    goals=goals,
    packages=("numpy",),
    options=options,
    versions=versions,
    row=lambda options: "gwas-binary" if options.trait == "binary" else "gwas",
)
