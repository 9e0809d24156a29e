"""Clumps against a slow and obvious reference, and against PLINK 1.9's own.

PLINK 1.9 takes r² of haplotypes that it estimates; of inbred people, who have no heterozygous calls, that is the r²
of their calls, and every clump must be PLINK's.
"""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from citywide.systems.genomics.engine.results.clump import Bounds, clump
from citywide.systems.genomics.engine.results.read import Results, read_results
from tests.systems.genomics.made_studies import linked, needs_plink1, write

CHROMOSOMES = ["1"] * 150 + ["2"] * 100 + ["X"] * 50
HEAD = ("beta", "standard_error", "p_value", "variant_id", "rsid")
BOUNDS = [Bounds(1e-2, 0.1, 0.1, 60), Bounds(1e-2, 0.2, 0.5, 250), Bounds(1e-4, 0.01, 0.2, 20)]


def study(folder: Path, seed: int, inbred: bool):
    """Linked genotypes with missing calls, and p values that are as if some variants were causes."""
    random = np.random.default_rng(seed)
    copies = linked(random, 300, 200)
    copies = np.where(copies == 1, 2 * random.integers(0, 2, copies.shape), copies) if inbred else copies
    trait = copies[random.choice(300, 5, replace=False)].sum(axis=0) + random.normal(size=200)
    r2 = np.nan_to_num([np.corrcoef(x, trait)[0, 1] ** 2 if x.std() else 0.0 for x in copies])
    p = np.maximum(np.exp(-200 * r2), 1e-200) * random.uniform(0.2, 1, 300)
    copies[random.random(copies.shape) < 0.02] = -1
    chromosome = [one if one != "X" or not inbred else "3" for one in CHROMOSOMES]
    bed = write(folder, copies.astype(np.int8), chromosome)
    (folder / "p").write_text("SNP P\n" + "".join(f"v{i} {one:.17g}\n" for i, one in enumerate(p)))
    return bed, copies, results(folder / "t.tsv", chromosome, p)


def results(path: Path, chromosome: list[str], p: np.ndarray) -> Results:
    head = [*("chromosome", "base_pair_location", "effect_allele", "other_allele"), *HEAD]
    rows = (
        (code, 1000 * (at + 1), "A", "G", 0.1, 0.1, f"{one:.17g}", f"v{at}", "#NA")
        for at, (code, one) in enumerate(zip(chromosome, p, strict=True))
    )
    path.write_text("\n".join("\t".join(map(str, row)) for row in (head, *rows)) + "\n")
    return read_results(path)


def said(found: Results, bed, bounds: Bounds) -> dict[str, set[str]]:
    return {
        str(found.name[one.lead]): {str(found.name[row]) for row in one.members} for one in clump(found, bed, bounds)
    }


def obvious(copies: np.ndarray, found: Results, bounds: Bounds) -> dict[str, set[str]]:
    """The strongest that is left takes all that are left, near and linked; then the next."""
    left = {row for row in range(len(found)) if found.p[row] <= bounds.p2}
    clumps = {}
    for lead in sorted(left, key=lambda row: found.p[row]):
        if lead not in left or found.p[lead] > bounds.p1:
            continue
        left.remove(lead)
        joins = {row for row in left if near(found, row, lead, bounds) and r2(copies, row, lead) > bounds.r2}
        left -= joins
        clumps[f"v{lead}"] = {f"v{row}" for row in joins}
    return clumps


def near(found: Results, one: int, two: int, bounds: Bounds) -> bool:
    apart = abs(found.position[one] - found.position[two])
    return found.chromosome[one] == found.chromosome[two] and apart <= 1000 * bounds.kb


def r2(copies: np.ndarray, one: int, two: int) -> float:
    x, y = copies[[one, two]][:, (copies[[one, two]] >= 0).all(axis=0)]
    return np.corrcoef(x, y)[0, 1] ** 2 if x.std() and y.std() else 0.0


@pytest.mark.parametrize("seed", range(3))
def test_clumps_are_those_of_the_obvious_way(tmp_path: Path, seed: int) -> None:
    bed, copies, found = study(tmp_path, seed, inbred=False)
    for bounds in BOUNDS:
        expected = obvious(copies, found, bounds)
        assert len(expected) > 2
        assert said(found, bed, bounds) == expected


@needs_plink1
@pytest.mark.parametrize("seed", range(3))
def test_clumps_of_inbred_people_are_plinks(tmp_path: Path, seed: int) -> None:
    bed, _, found = study(tmp_path, seed, inbred=True)
    for bounds in BOUNDS:
        words = f"--clump-p1 {bounds.p1} --clump-p2 {bounds.p2} --clump-r2 {bounds.r2} --clump-kb {bounds.kb}"
        command = f"plink1.9 --bfile study --clump p {words} --allow-no-sex --out theirs"
        subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
        rows = [line.split() for line in (tmp_path / "theirs.clumped").read_text().splitlines()[1:] if line.strip()]
        theirs = {row[2]: {name.split("(")[0] for name in row[-1].split(",")} - {"NONE"} for row in rows}
        assert len(theirs) > 2
        assert said(found, bed, bounds) == theirs
