"""Small studies of any make, row by row against plink2: every kind of chromosome, men, parents, holes, single carriers.

What plink2 does of its own accord with a man's heterozygous call is left out by its --set-hh-missing, as our help says.
"""

import subprocess
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from citywide.systems.genomics.engine.kernel.calls import encode
from tests.systems.genomics.commands.typed import command
from tests.systems.genomics.engine.qc.test_quality import outcomes_with_men
from tests.systems.genomics.made_studies import needs_plink2

KINDS = ("1", "2", "22", "X", "Y", "XY", "MT")
SEEDS = range(14)
WOMEN, MEN = ("FEMALE_HOM_A1_CT", "FEMALE_HET_A1_CT", "FEMALE_TWO_AX_CT"), ("MALE_A1_CT", "MALE_AX_CT")


class Made:
    """A study's files, drawn from a seed; odd seeds count everybody, even ones founders alone."""

    def __init__(self, folder: Path, seed: int) -> None:
        random, self.folder = np.random.default_rng(seed), folder
        people, variants = int(random.integers(12, 70)), int(random.integers(20, 45))
        self.kinds = sorted(random.choice(KINDS, variants, p=[0.3, 0.1, 0.1, 0.25, 0.08, 0.09, 0.08]), key=KINDS.index)
        sex, shares = random.choice([0, 1, 2], people, p=[0.1, 0.45, 0.45]), random.choice([0.05, 0.3, 0.6], variants)
        copies = random.binomial(2, shares[:, None], (variants, people)).astype(np.int8)
        copies[0], copies[1], copies[2] = 1, 0, 2
        copies[1, 3] = 1
        copies[random.random(copies.shape) < random.choice([0, 0.1, 0.5], variants)[:, None]] = -1
        parents = np.where(random.random(people) < 0.3, "D", "0")
        self.more = "--nonfounders" if seed % 2 else ""
        (folder / "s.bed").write_bytes(b"\x6c\x1b\x01" + encode(copies).tobytes())
        fam = (f"F{i % 5} P{i} {up} 0 {of} -9\n" for i, (up, of) in enumerate(zip(parents, sex, strict=True)))
        (folder / "s.fam").write_text("".join(fam))
        lines = (f"{kind} v{i} 0 {3_000_000 + i} A G\n" for i, kind in enumerate(self.kinds))
        (folder / "s.bim").write_text("".join(lines))
        (folder / "y").write_text("FID IID y\n" + "".join(f"F{i % 5} P{i} {i * 7 % 11}\n" for i in range(people)))
        self.plink2("--bfile s --set-hh-missing --make-bed --out t")

    def plink2(self, words: str) -> None:
        line = ["plink2", *words.split(), "--threads", "1"]
        subprocess.run(line, check=True, capture_output=True, cwd=self.folder)

    def rows(self, name: str) -> list[dict[str, str]]:
        """A table's rows by its header."""
        path = self.folder / name
        head, *lines = (line.split() for line in path.read_text().splitlines()) if path.exists() else ([],)
        return [dict(zip([word.lstrip("#") for word in head], line, strict=True)) for line in lines]


@pytest.fixture(params=SEEDS)
def made(tmp_path: Path, request: pytest.FixtureRequest) -> Made:
    made = Made(tmp_path, request.param)
    words = "--make-king-table --king-table-filter -9 --maf 0 --geno 1 --hwe 0 --threads 1"
    assert command("qc", f"--bfile {tmp_path}/s {made.more} {words} --out {tmp_path}/o") == 0
    return made


def same(ours: str, theirs: str) -> bool:
    """The same number within the digits of the text, or none on either side."""
    if ours == "NA" or theirs in {"nan", "NA"}:
        return ours == "NA" and theirs in {"nan", "NA"}
    return float(ours) == pytest.approx(float(theirs), rel=1e-5, abs=1e-6)


def mid_p_with_men(women: Iterable[str], men: Iterable[str]) -> float:
    """In whole numbers, of plink2's counts: its own p misses ways that are just as likely as what is seen."""
    counts, single = tuple(map(int, women)), tuple(map(int, men))
    ways = outcomes_with_men(counts, single)
    seen = ways[single[0], counts[1]]
    rarer, alike = (sum(way for way in ways.values() if test(way)) for test in (seen.__gt__, seen.__eq__))
    return (2 * rarer + alike) / (2 * sum(ways.values()))


@needs_plink2
def test_variants_and_people_are_counted_as_plink2_does(made: Made) -> None:
    made.plink2(f"--bfile t {made.more} --freq --missing --hardy midp --out p")
    made.plink2(f"--bfile t {made.more} --het --bad-freqs --out p")
    variants = {row["ID"]: row for row in made.rows("o/variants.tsv")}
    for row in made.rows("p.afreq"):
        assert same(variants[row["ID"]]["A1_FREQ"], row["ALT_FREQS"]), row
        assert variants[row["ID"]]["ALLELES"] == row["OBS_CT"], row
    assert all(same(variants[row["ID"]]["F_MISS"], row["F_MISS"]) for row in made.rows("p.vmiss"))
    assert all(same(variants[row["ID"]]["HWE_MIDP"], row["MIDP"]) for row in made.rows("p.hardy"))
    for row in made.rows("p.hardy.x"):
        exact = mid_p_with_men((row[one] for one in WOMEN), (row[one] for one in MEN))
        assert same(variants[row["ID"]]["X_HWE_MIDP"], str(exact)), row
    for row, missing, het in zip(made.rows("o/people.tsv"), made.rows("p.smiss"), made.rows("p.het"), strict=True):
        assert (row["MISSING"], row["O_HOM"]) == (missing["MISSING_CT"], het["O(HOM)"])
        assert float(row["E_HOM"]) == pytest.approx(float(het["E(HOM)"]), rel=1e-4)


@needs_plink2
def test_kinship_is_plink2s_where_everybody_has_two_copies(made: Made) -> None:
    made.plink2("--bfile t --make-king-table --out k")
    ours = {frozenset((row["IID1"], row["IID2"])): row for row in made.rows("o/relatives.tsv")}
    theirs = [row for row in made.rows("k.kin0") if np.isfinite(float(row["KINSHIP"])) and float(row["KINSHIP"]) > -9]
    assert theirs
    for row in theirs:
        found = ours[frozenset((row["IID1"], row["IID2"]))]
        assert all(same(found[name], row[name]) for name in ("NSNP", "HETHET", "IBS0", "KINSHIP")), row


@needs_plink2
@pytest.mark.parametrize("bounds", ["--maf 0.1 --geno 0.3", "--mac 3 --hwe 0.07"])
def test_the_same_variants_keep_the_bounds(made: Made, bounds: str) -> None:
    made.plink2(f"--bfile t {made.more} {bounds} {'midp' * ('--hwe' in bounds)} --bad-freqs --write-snplist --out l")
    words = f"--bfile {made.folder}/s --pheno {made.folder}/y {made.more} {bounds} --threads 1 --quiet"
    assert command("gwas", f"{words} --out {made.folder}/g") == 0
    ours = {row["variant_id"] for row in made.rows("g/y.tsv")}
    for line in (made.folder / "g" / "y.left-out.tsv").read_text().splitlines()[1:]:
        ours.add(line.split("\t")[4])
    assert ours == set((made.folder / "l.snplist").read_text().split())


def test_every_chromosome_is_pruned(made: Made) -> None:
    words = f"--bfile {made.folder}/s --maf 0 --geno 1 --hwe 0 --threads 1 --indep-pairwise 50 5 1"
    assert command("qc", f"{words} --out {made.folder}/p") == 0
    stay = (made.folder / "p" / "prune.in.txt").read_text().split()
    assert {made.kinds[int(name[1:])] for name in stay} == set(made.kinds)
