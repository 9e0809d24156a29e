"""Real genotypes, real linkage, the official validator: a scan of people who were once genotyped, against plink2.

Genotypes: Debian's `r-bioc-snpstats` (1,000 people × 28,501 variants of chromosome 10, with their missing calls),
unpacked, not installed. Linkage: msprime's coalescent. Tables: `gwas-sumstats-tools` in a Python of its own.
"""

import bz2
import gzip
import lzma
import os
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.form import Benchmark, Goal
from benchmarks.genomics import peer
from citywide.systems.genomics.engine import Request, scan
from citywide.systems.genomics.engine.files.bed import open_bed
from citywide.systems.genomics.engine.kernel.calls import encode
from citywide.systems.genomics.engine.qc.prune import Window, prune
from citywide.systems.genomics.engine.results.findings import findings
from citywide.systems.genomics.engine.results.read import Results, read_results
from citywide.systems.genomics.engine.simulate import simulate

PACKAGE, INSIDE = "r-bioc-snpstats", "usr/lib/R/site-library/snpStats/data/for.exercise.RData"
VALIDATOR = ("gwas-sumstats-tools", "numpy<2", "six", "click<8.2")
PEOPLE, VARIANTS = 1000, 28_501
Calls = NDArray[np.int8]


def options(parser: ArgumentParser) -> None:
    """Another plink2."""
    parser.add_argument("--plink2", type=Path, help="another plink2 than Debian's")


def measure(options: Namespace) -> Mapping[str, float]:
    """Real people against plink2, linked genomes with planted effects, and a table before the validator."""
    binary = peer.plink2(options.plink2)
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        found = real(folder / "real", binary, options.seed) | linked(folder / "linked", binary, options)
        return found | valid(folder / "valid", options.seed)


def real(folder: Path, binary: str, seed: int) -> dict[str, float]:
    """Both tests and pruning on the people of snpStats."""
    folder.mkdir()
    calls = snp_stats(folder)
    write(folder, calls, ["10"] * len(calls), np.arange(len(calls)) * 4000 + 60_000)
    random = np.random.default_rng(seed)
    strong = calls[[5000, 20000]].clip(0).sum(axis=0)
    liability = 0.35 * strong + random.normal(size=calls.shape[1])
    traits(folder, liability, liability > np.quantile(liability, 0.7), random)
    plink2(binary, folder, "--glm", "hide-covar", "--pheno", "y", "--covar", "c", "--covar-variance-standardize")
    scan(Request(folder / "study", folder / "y", folder / "out", folder / "c", threads=2))
    linear, logistic = (apart(folder, name) for name in ("amount.glm.linear", "ill.glm.logistic.hybrid"))
    return {
        "people": calls.shape[1],
        "variants": len(calls),
        "missing": float((calls < 0).mean()),
        "max_dlog10p": linear,
        "max_dlog10p_logistic": exactly(folder, calls),
        "max_dlog10p_logistic_plink2": logistic,
        "prune_same": pruned_alike(binary, folder),
    }


def linked(folder: Path, binary: str, options: Namespace) -> dict[str, float]:
    """Genomes with a genealogy: are the planted effects each one region, and is nothing else?"""
    import msprime  # noqa: PLC0415 - GPL: a tool of this benchmark, no part of the package

    folder.mkdir()
    people, length, chromosomes = (500, 1e6, 4) if options.quick else (2_000, 3e6, 10)
    parts, places = [], []
    for at in range(chromosomes):
        seeds = {"random_seed": options.seed * 100 + at + 1}
        shape = {"sequence_length": length, "recombination_rate": 1e-8, "population_size": 1e4}
        tree = msprime.sim_ancestry(people, **shape, **seeds)
        tree = msprime.sim_mutations(tree, rate=1e-8, **seeds)
        calls = tree.genotype_matrix().reshape(tree.num_sites, people, 2).sum(axis=2).clip(0, 2).astype(np.int8)
        share = calls.mean(axis=1) / 2
        common = (share > 0.02) & (share < 0.98)
        parts.append(calls[common])
        places.append(tree.tables.sites.position[common].astype(np.int64))
    names = [str(at + 1) for at, part in enumerate(parts) for _ in part]
    calls, place = np.concatenate(parts), np.concatenate(places)
    random = np.random.default_rng(options.seed)
    calls[random.random(calls.shape) < 0.01] = -1
    sizes = np.array([len(part) for part in parts], np.int64)
    causal = sizes.cumsum() - sizes + sizes // 2
    each = calls[causal].clip(0)
    genetic = ((each - each.mean(axis=1)[:, None]) / each.std(axis=1)[:, None]).sum(axis=0)
    liability = genetic * (0.5 if options.quick else 0.25) + random.normal(size=people)
    write(folder, calls, names, place)
    traits(folder, liability, liability > 0, random)
    scan(Request(folder / "study", folder / "y", folder / "out", folder / "c", ("amount",), threads=2))
    seen = findings("amount", read_results(folder / "out" / "amount.tsv"), open_bed(folder / "study"))
    homes = [{int(seen.results.chromosome[lead]) for lead in region.leads} for region in seen.regions]
    near = sum(_close(seen.results, region.leads[0], calls, names, place, causal) for region in seen.regions)
    return {
        "linked_variants": len(calls),
        "linked_causal": chromosomes,
        "linked_found": len(set().union(*homes)) if homes else 0,
        "linked_regions": len(seen.regions),
        "linked_near": near / max(len(seen.regions), 1),
        "linked_prune_same": pruned_alike(binary, folder),
    }


def _close(
    results: Results, lead: int, calls: Calls, names: list[str], place: NDArray[np.int64], causal: NDArray[np.int64]
) -> bool:
    """Whether a region's lead tells of the planted variant of its chromosome (r² > 0.2)."""
    chromosome = str(int(results.chromosome[lead]))
    row = next(r for r in range(len(names)) if names[r] == chromosome and place[r] == results.position[lead])
    truth = next(r for r in causal if names[r] == chromosome)
    both = (calls[row] >= 0) & (calls[truth] >= 0)
    return bool(np.corrcoef(calls[row][both], calls[truth][both])[0, 1] ** 2 > 0.2)


def valid(folder: Path, seed: int) -> dict[str, float]:
    """Whether the official validator takes a whole table of 22 chromosomes."""
    simulate(folder, 300, 120_000, 0.02, seed)
    made = folder / "study", folder / "pheno.tsv", folder / "out", folder / "covar.tsv"
    scan(Request(*made, ("quantity",), threads=2))
    table = folder / "out" / "quantity.tsv"
    done = isolated(VALIDATOR, "gwas-ssf", "validate", str(table))
    print(done.stdout[-400:])
    return {"ssf_valid": float(done.returncode == 0 and "Validation status: True" in done.stdout)}


def snp_stats(folder: Path) -> Calls:
    """Copies of allele 1 [variants, people] of Debian's data; its bytes are 1, 2, 3 and 0 where missing."""
    root = [] if os.geteuid() == 0 else ["sudo"]
    got = subprocess.run(["apt-get", "download", "-qq", PACKAGE], cwd=folder, check=False, capture_output=True)
    if got.returncode:
        subprocess.run([*root, "apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "download", "-qq", PACKAGE], cwd=folder, check=True, capture_output=True)
    subprocess.run(["dpkg", "-x", next(folder.glob("*.deb")), folder / "deb"], check=True)
    return raw_matrix((folder / "deb" / INSIDE).read_bytes()) - 1


def raw_matrix(packed: bytes) -> Calls:
    """The one vector of bytes of this size in a saved R workspace: its length, big-endian, then column by column."""
    unpack = {b"\x1f\x8b": gzip.decompress, b"BZ": bz2.decompress, b"\xfd7": lzma.decompress}[packed[:2]]
    whole, size = unpack(packed), PEOPLE * VARIANTS
    at = whole.index(size.to_bytes(4, "big")) + 4
    return np.frombuffer(whole, np.uint8, size, at).reshape(VARIANTS, PEOPLE).astype(np.int8)


def isolated(packages: tuple[str, ...], *command: str) -> "subprocess.CompletedProcess[str]":
    """Run a program with packages that our own environment does not want."""
    uv = shutil.which("uv") or str(Path(sys.executable).parent / "uv")
    words = [uv, "run", "--quiet", "--isolated", "--no-project", "--python", "3.11"]
    words += [word for package in packages for word in ("--with", package)]
    return subprocess.run([*words, *command], check=False, capture_output=True, text=True)


def write(folder: Path, calls: Calls, chromosomes: list[str], places: NDArray[np.int64]) -> None:
    """PLINK files of these calls."""
    (folder / "study.bed").write_bytes(b"\x6c\x1b\x01" + encode(calls).tobytes())
    lines = zip(chromosomes, places.tolist(), strict=True)
    (folder / "study.bim").write_text("".join(f"{c}\tv{i}\t0\t{p}\tA\tG\n" for i, (c, p) in enumerate(lines)))
    (folder / "study.fam").write_text("".join(f"F{i} P{i} 0 0 0 -9\n" for i in range(calls.shape[1])))


def traits(folder: Path, amount: NDArray[np.float64], ill: NDArray[np.bool_], random: np.random.Generator) -> None:
    """A quantity and an illness, and three covariates."""
    rows = zip(amount.tolist(), (ill + 1).tolist(), strict=True)
    lines = "".join(f"F{i} P{i} {a:.9f} {b}\n" for i, (a, b) in enumerate(rows))
    (folder / "y").write_text("FID IID amount ill\n" + lines)
    more = [" ".join(f"{v:.9f}" for v in row) for row in random.normal(size=(len(amount), 3)).tolist()]
    (folder / "c").write_text("FID IID c1 c2 c3\n" + "".join(f"F{i} P{i} {line}\n" for i, line in enumerate(more)))


def plink2(binary: str, folder: Path, *words: str) -> None:
    """Run plink2 on the study in this folder; file names among the words stand in it."""
    here = [str(folder / word) if word in {"y", "c"} else word for word in words]
    peer.timed([binary, "--bfile", str(folder / "study"), "--threads", "2", "--out", str(folder / "p"), *here])


def apart(folder: Path, suffix: str) -> float:
    """The largest |Δ log10 p| of a trait where ours is fitted (not only screened) and plink2 has a value."""
    head, *lines = (folder / f"p.{suffix}").read_text().splitlines()
    at = {name: place for place, name in enumerate(head.lstrip("#").split("\t"))}
    theirs = {row[at["ID"]]: row[at["P"]] for row in (line.split("\t") for line in lines)}
    table = folder / "out" / f"{suffix.split('.', maxsplit=1)[0]}.tsv"
    ours = [line.split("\t") for line in table.read_text().splitlines()[1:]]
    known = [row for row in ours if row[12] != "SCORE" and theirs.get(row[8], "NA") != "NA"]
    pairs = [(float(row[11]), theirs[row[8]]) for row in known]
    return max(abs(strength + np.log10(float(p))) for strength, p in pairs if float(p) > 0)


def exactly(folder: Path, calls: Calls, most: int = 500) -> float:
    """The same of the strongest Wald fits against Newton's steps in float64, to their end (plink2's stop earlier)."""
    rows = [line.split("\t") for line in (folder / "out" / "ill.tsv").read_text().splitlines()[1:]]
    chosen = sorted((row for row in rows if row[12] == "WALD"), key=lambda row: -float(row[11]))[:most]
    ill = np.loadtxt(folder / "y", skiprows=1, usecols=3) - 1
    covariates = np.loadtxt(folder / "c", skiprows=1, usecols=(2, 3, 4))
    found = [newton(ill, covariates, calls[int(row[8][1:])]) for row in chosen]
    return max(abs(float(row[11]) - strength) for row, strength in zip(chosen, found, strict=True))


def newton(ill: NDArray[np.float64], covariates: NDArray[np.float64], copies: NDArray[np.int8]) -> float:
    """-log10 p of Wald's test on who is called."""
    from scipy.stats import norm  # noqa: PLC0415 - the oracle's alone

    called = copies >= 0
    x, y = np.column_stack([np.ones(called.sum()), covariates[called], copies[called]]), ill[called]
    at, inverse = np.zeros(x.shape[1]), np.eye(x.shape[1])
    for _ in range(60):
        risk = 1 / (1 + np.exp(-x @ at))
        inverse = np.linalg.inv(x.T @ (x * (risk * (1 - risk))[:, None]))
        at = at + inverse @ (x.T @ (y - risk))
    return float(-(norm.logsf(abs(at[-1]) / np.sqrt(inverse[-1, -1])) + np.log(2)) / np.log(10))


def pruned_alike(binary: str, folder: Path) -> float:
    """The share of variants of which both say the same: kept or pruned (50 5 0.2)."""
    plink2(binary, folder, "--indep-pairwise", "50", "5", "0.2", "--bad-ld")
    bed = open_bed(folder / "study")
    ours = set(np.flatnonzero(prune(bed, 0.2, Window(50, 5))).tolist())
    theirs = {int(name[1:]) for name in (folder / "p.prune.in").read_text().split()}
    return 1 - len(ours ^ theirs) / len(bed)


BENCHMARK = Benchmark(
    name="gwas-real",
    about="real genotypes and linkage against plink2; tables before the official validator",
    measure=measure,
    goals={
        "max_dlog10p": Goal(at_most=1e-5),
        "max_dlog10p_logistic": Goal(at_most=1e-5),
        "max_dlog10p_logistic_plink2": Goal(at_most=1e-5),
        "prune_same": Goal(at_least=1.0),
        "linked_prune_same": Goal(at_least=1.0),
        "linked_near": Goal(at_least=1.0),
        "ssf_valid": Goal(at_least=1.0),
    },
    packages=("citywide", "numpy", "msprime"),
    options=options,
)
