"""Components, kinship and scores against plink2's on the same file: CPU-seconds, start and writing
included.

Both sides run as commands of their own, two threads, one BLAS thread, ours, theirs, ours; the ratio is
theirs over the mean of ours. Components are compared at no less accuracy: ours stop when every residual |A
v - λ v| / λ is within that of plink2's fixed passes, which the run measures and prints (`pca_error` and
`pca_error_plink2`).
"""

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.form import Benchmark, Goal
from benchmarks.genomics.commands import autosomal
from benchmarks.genomics.families import simulate
from benchmarks.genomics.folder import genotypes_in
from benchmarks.genomics.peer import plink2, timed, version
from benchmarks.genomics.ready import renamed
from citywide.systems.genomics.engine.files.bed import Bed, open_bed
from citywide.systems.genomics.engine.qc.pca import Study, frequencies, times

COMPONENTS = 10
LOADED = "import benchmarks.genomics.commands\nfrom citywide.systems.genomics.commands import qc, scoring"


def options(parser: ArgumentParser) -> None:
    """PLINK files of one's own (`--data DIR`: a .bed, or a .pgen whose calls both sides read), or made ones' size.

    Scores use all of the made variants; components and kinship, which people make of pruned variants and
    which take plink2 a long time, half the people and a tenth of the variants.
    """
    parser.add_argument("--simulate", nargs=3, metavar=("N", "M", "MISSING"), default=("20000", "200000", "0.01"))
    parser.add_argument("--plink2", type=Path, metavar="PATH", help="another plink2 than Debian's")
    parser.add_argument("--threads", type=int, default=2)


def measure(options: Namespace) -> Mapping[str, float]:
    """Each part on both sides, and how far the results are apart."""
    binary = plink2(options.plink2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = found = own(options.data, binary, folder) if options.data else _made(options, folder, 1, 1)
        pruned = found if options.data else _made(options, folder, 2, 10)
        bed = open_bed(pruned)
        return {
            **_pca(options, binary, folder, pruned, bed),
            **_kinship(options, binary, folder, pruned),
            **_score(options, binary, folder, whole, 1, "score"),
            **_score(options, binary, folder, whole, 16, "score16"),
            "people": len(open_bed(whole).people),
            "variants": len(open_bed(whole)),
            "pruned_people": len(bed.people),
            "pruned_variants": len(bed),
        }


def own(data: Path, binary: str, folder: Path) -> Path:
    """The folder's genotypes as calls whose variants have names of their own."""
    found = genotypes_in(data)
    prefix = found.with_suffix("")
    if found.suffix == ".pgen":
        print("dosages: both sides read their calls", flush=True)
        timed([binary, "--pfile", str(prefix), "--make-bed", "--out", str(folder / "calls")])
        prefix = folder / "calls"
    names = open_bed(prefix).variants.id()
    if len(np.unique(names)) == len(names):
        return prefix
    print("names of variants repeat: both sides read them numbered", flush=True)
    (folder / "numbered").mkdir()
    return renamed(prefix, folder / "numbered")


def _made(options: Namespace, folder: Path, fewer_people: int, fewer_variants: int) -> Path:
    people, variants, missing = (10_000, 20_000, 0.01) if options.quick else map(float, options.simulate)
    size = int(people) // fewer_people, int(variants) // fewer_variants
    print(f"making {size[0]:,} people x {size[1]:,} variants", flush=True)
    return simulate(folder / f"by{fewer_people}", *size, missing=missing, seed=options.seed).data


def _both(options: Namespace, folder: Path, ours: list[str], theirs: list[str], name: str) -> dict[str, float]:
    """Ours, theirs, ours, and the ratio of CPU-seconds and of wall."""
    threads = ["--threads", str(options.threads)]
    program = [sys.executable, "-m", "benchmarks.genomics.commands", *ours, "--out", str(folder / "ours"), *threads]
    timed([sys.executable, "-c", LOADED])  # byte code is compiled, as in an installation
    first = timed(program)
    other = timed([*theirs, "--out", str(folder / "theirs"), *threads])
    second = timed(program)
    cpu, wall = (first.cpu + second.cpu) / 2, (first.wall + second.wall) / 2
    print(f"{name}: ours {first.cpu:.2f} and {second.cpu:.2f} CPU-s, plink2 {other.cpu:.2f} CPU-s", flush=True)
    return {
        f"{name}_ratio": other.cpu / cpu,
        f"{name}_wall_ratio": other.wall / wall,
        f"{name}_cpu_s": cpu,
        f"{name}_cpu_s_plink2": other.cpu,
    }


def _pca(options: Namespace, binary: str, folder: Path, prefix: Path, bed: Bed) -> dict[str, float]:
    command = [binary, "--bfile", str(prefix), "--pca", "approx", str(COMPONENTS)]
    found = _both(options, folder, ["pca", str(prefix), str(COMPONENTS)], command, "pca")
    rows = autosomal(bed)
    everybody = np.ones(len(bed.people), np.bool_)
    study = Study(bed, rows, everybody, frequencies(bed, rows, everybody), options.threads)
    errors = [_error(study, _vectors(folder / name)) for name in ("ours/components.eigenvec", "theirs.eigenvec")]
    return {**found, "pca_error": errors[0], "pca_error_plink2": errors[1]}


def _vectors(path: Path) -> NDArray[np.float64]:
    return np.loadtxt(path, skiprows=1, usecols=range(2, 2 + COMPONENTS), dtype=np.float64)


def _error(study: Study, vectors: NDArray[np.float64]) -> float:
    """The largest |A v - λ v| / λ, λ being the vector's own quotient."""
    full = np.zeros((len(vectors), 16))
    full[:, :COMPONENTS] = vectors / np.linalg.norm(vectors, axis=0)
    product = times(study, full)
    values = (full * product).sum(axis=0)[:COMPONENTS]
    rest = product[:, :COMPONENTS] - full[:, :COMPONENTS] * values
    return float((np.linalg.norm(rest, axis=0) / values).max())


def _kinship(options: Namespace, binary: str, folder: Path, prefix: Path) -> dict[str, float]:
    theirs = [binary, "--bfile", str(prefix), "--make-king-table", "--king-table-filter", "0.0442"]
    found = _both(options, folder, ["kinship", str(prefix)], theirs, "kinship")
    tables = [_pairs(folder / name) for name in ("ours/relatives.tsv", "theirs.kin0")]
    if tables[0].keys() != tables[1].keys():
        raise SystemExit(f"pairs differ: {len(tables[0])} and {len(tables[1])}")
    apart = max((abs(tables[0][pair] - kin) for pair, kin in tables[1].items()), default=0.0)
    return {**found, "kinship_max_difference": apart}


def _pairs(path: Path) -> dict[frozenset[str], float]:
    head, *lines = (line.split() for line in path.read_text().splitlines())
    ids = [at for at, name in enumerate(head) if name in {"IID1", "IID2"}]
    kin = head.index("KINSHIP")
    return {frozenset((line[ids[0]], line[ids[1]])): float(line[kin]) for line in lines}


def _score(options: Namespace, binary: str, folder: Path, prefix: Path, many: int, name: str) -> dict[str, float]:
    weights = _weights(folder / f"{name}.txt", open_bed(prefix), many, options.seed)
    columns = "3" if many == 1 else f"3-{many + 2}"
    theirs = [
        binary,
        "--bfile",
        str(prefix),
        "--score",
        str(weights),
        "1",
        "2",
        "header-read",
        "cols=+scoresums",
    ]
    found = _both(options, folder, ["score", str(prefix), str(weights)], [*theirs, "--score-col-nums", columns], name)
    ours, other = (_sums(folder / path, many) for path in ("ours/scores.sscore", "theirs.sscore"))
    return {**found, f"{name}_max_relative": float(np.abs(ours - other).max() / other.std())}


def _weights(path: Path, bed: Bed, many: int, seed: int) -> Path:
    random = np.random.default_rng(seed)
    ids, alleles = bed.variants.id().astype(np.str_), bed.variants.allele1().astype(np.str_)
    weights = random.normal(size=(len(ids), many))
    heads = "\t".join(f"S{at + 1}" for at in range(many))
    rows = ("\t".join([n, a, *(f"{w:.6g}" for w in row)]) for n, a, row in zip(ids, alleles, weights, strict=True))
    path.write_text(f"ID\tA1\t{heads}\n" + "\n".join(rows) + "\n")
    return path


def _sums(path: Path, many: int) -> NDArray[np.float64]:
    with path.open() as file:
        head = file.readline().split()
    columns = [head.index(f"S{at + 1}_SUM") for at in range(many)]
    return np.loadtxt(path, skiprows=1, usecols=columns, dtype=np.float64)


BENCHMARK = Benchmark(
    name="gwas-qc",
    about=(__doc__ or "").splitlines()[0],
    measure=measure,
    goals={
        "pca_ratio": Goal(at_least=3),
        "kinship_ratio": Goal(at_least=3),
        "score_ratio": Goal(at_least=3),
        "score16_ratio": Goal(at_least=10),
    },
    packages=("numpy",),
    options=options,
    versions=lambda: {"plink2": version(plink2(None))},
)
