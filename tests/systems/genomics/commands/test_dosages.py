"""Quality, scores and step one on dosages: of whole copies what calls give, between them in proportion."""

from pathlib import Path

import numpy as np
import pgenlib
import pytest

from citywide.systems.genomics.engine.files.bed import open_bed
from citywide.systems.genomics.engine.files.hard_calls import called
from tests.systems.genomics.commands.typed import PEOPLE, command

NEITHER = 0.375


def write_pgen(folder: Path, dosages: np.ndarray) -> str:
    """The study's people and variants with these dosages of allele 1."""
    study = open_bed(folder / "study")
    name = f"{folder}/dosed"
    with pgenlib.PgenWriter(
        f"{name}.pgen".encode(), PEOPLE, variant_ct=len(dosages), nonref_flags=False, dosage_present=True
    ) as out:
        for row in dosages:
            out.append_dosages(np.nan_to_num(row, nan=-9.0).astype(np.float32))
    bim = (line.split() for line in (folder / "study.bim").read_text().splitlines())
    lines = "".join(f"{c}\t{place}\t{name_}\t{two}\t{one}\n" for c, name_, _, place, one, two in bim)
    (folder / "dosed.pvar").write_text("#CHROM\tPOS\tID\tREF\tALT\n" + lines)
    pairs = zip(study.people.person.tolist(), study.people.sex.tolist(), strict=True)
    (folder / "dosed.psam").write_text(
        "#FID\tIID\tSEX\n" + "".join(f"F{p.decode()[1:]}\t{p.decode()}\t{s}\n" for p, s in pairs)
    )
    return name


@pytest.fixture(scope="module")
def copies(folder: Path) -> np.ndarray:
    found = open_bed(folder / "study").decode(0, 60).astype(np.float64)
    return np.where(found < 0, np.nan, found)


@pytest.fixture(scope="module")
def dosages(copies: np.ndarray) -> np.ndarray:
    """The copies, some of them a little uncertain, some so much that they are no call."""
    random = np.random.default_rng(2)
    doubt = random.choice([0.0, 0.0625, NEITHER], copies.shape, p=[0.6, 0.3, 0.1])
    return np.where(copies >= 1, copies - doubt, copies + doubt)


def test_a_dosage_near_a_whole_number_of_copies_is_a_call() -> None:
    assert called(np.array([0.05, 0.2, 1.1, 0.95, 1.5, 2.0, np.nan], np.float32)).tolist() == [0, -1, 1, 1, -1, 2, -1]


def test_quality_of_dosages_is_that_of_their_calls(folder: Path, tmp_path: Path, dosages: np.ndarray) -> None:
    dosed = write_pgen(folder, dosages)
    words = "--threads 1 --indep-pairwise 20 5 0.5 --pca 2 --make-king-table --king-table-filter 0 --mind 1 --geno 1"
    assert command("qc", f"--pfile {dosed} --out {tmp_path / 'dosed'} {words}") == 0
    lines = [line.split("\t") for line in (tmp_path / "dosed" / "variants.tsv").read_text().splitlines()[1:]]
    near = called(dosages.astype(np.float32))
    assert [int(line[8]) for line in lines[:50]] == (near < 0).sum(axis=1)[:50].tolist()
    assert [int(line[5]) for line in lines] == (near == 2).sum(axis=1).tolist()
    assert sorted(path.name for path in (tmp_path / "dosed").iterdir()) == [
        *("components.eigenval", "components.eigenvec", "people.tsv", "people_out.txt", "prune.in.txt"),
        *("relatives.tsv", "variants.tsv", "variants_out.txt"),
    ]


def test_whole_dosages_give_what_calls_give(folder: Path, tmp_path: Path, copies: np.ndarray) -> None:
    (folder / "w").write_text("ID A1 S\n" + "".join(f"v{i} {'AG'[i % 2]} {i / 7:.3f}\n" for i in range(60)))
    dosed = write_pgen(folder, copies)
    step1 = f"--pheno {folder / 'y'} --pheno-name y1 --bsize 20 --no-families"
    for kind, files in (("calls", f"--bfile {folder / 'study'}"), ("whole", f"--pfile {dosed}")):
        assert command("qc", f"{files} --out {tmp_path / kind} --threads 1 --chr 1-2") == 0
        assert command("score", f"{files} --score {folder / 'w'} --out {tmp_path / kind} --threads 1") == 0
        assert command("step1", f"{files} --out {tmp_path / kind} --threads 1 {step1}") == 0
    for name in ("variants.tsv", "people.tsv", "step1_1.loco"):
        assert (tmp_path / "whole" / name).read_text() == (tmp_path / "calls" / name).read_text(), name
    calls, whole = (
        np.loadtxt(tmp_path / kind / "scores.sscore", skiprows=1, usecols=(2, 3, 4)) for kind in ("calls", "whole")
    )
    assert whole == pytest.approx(calls, rel=1e-6, abs=1e-5)


def test_a_dosage_adds_to_a_score_in_proportion(folder: Path, tmp_path: Path, dosages: np.ndarray) -> None:
    (folder / "w").write_text("ID A1 S\n" + "".join(f"v{i} {'AG'[i % 2]} {i / 7:.3f}\n" for i in range(60)))
    assert command("score", f"--pfile {write_pgen(folder, dosages)} --score {folder / 'w'} --out {tmp_path}") == 0
    found = np.loadtxt(tmp_path / "scores.sscore", skiprows=1, usecols=4)
    weight = np.round(np.arange(60) / 7, 3)
    counted = np.where(np.arange(60)[:, None] % 2 == 0, dosages, 2 - dosages)
    filled = np.where(np.isnan(counted), expected(folder, counted)[:, None], counted)
    assert found == pytest.approx(weight @ filled, abs=1e-3)


def expected(folder: Path, counted: np.ndarray) -> np.ndarray:
    """The mean of each variant; on X men have one copy and count half, on Y only they count."""
    study = open_bed(folder / "study")
    men = study.people.sex == 1
    kind = np.array([line.split()[0] for line in (folder / "study.bim").read_text().splitlines()])[:, None]
    hers = np.where(np.isin(kind, ["Y", "24"]), 0.0, 1.0)
    his = np.where(np.isin(kind, ["X", "23"]), 0.5, 1.0)
    known = np.where(men, his, hers) * np.isfinite(counted)
    return (known * np.nan_to_num(counted)).sum(axis=1) / known.sum(axis=1)


@pytest.mark.parametrize("words", ["--maf 0.05", "--mac 12", "--geno 0.1", "--maf 0.02 --geno 0.15"])
def test_bounds_keep_of_dosages_what_they_keep_of_calls(
    folder: Path, tmp_path: Path, copies: np.ndarray, words: str
) -> None:
    kept = {}
    for kind, files in (("calls", f"--bfile {folder / 'study'}"), ("whole", f"--pfile {write_pgen(folder, copies)}")):
        asked = f"{files} --pheno {folder / 'y'} --pheno-name y1 --threads 1 --quiet --out {tmp_path / kind} {words}"
        assert command("gwas", asked) == 0
        tables = [(tmp_path / kind / name).read_text().splitlines() for name in ("y1.tsv", "y1.left-out.tsv")]
        kept[kind] = [{line.split("\t")[1] for line in table} for table in tables]
    assert kept["whole"] == kept["calls"]
    assert 10 < len(kept["calls"][0]) < 60
