"""The scan's benchmark on folders of other people's: what it finds there, and what it must not hide."""

import re
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.form import parse
from benchmarks.genomics import gwas, runs
from benchmarks.genomics import qc as gwas_qc
from benchmarks.genomics import ready as readying
from benchmarks.genomics.cohorts import dosed
from benchmarks.genomics.commands import autosomal
from benchmarks.genomics.folder import Trait, study_in, trait_of
from benchmarks.genomics.oracles import against_converged, against_float64
from benchmarks.genomics.ready import complete, ready
from benchmarks.genomics.tables import CHROMOSOME, NAME, rows_of
from citywide.systems.genomics.engine import Request, scan
from citywide.systems.genomics.engine.files.bed import open_bed
from tests.systems.genomics.made_studies import drawn, write

P = 7


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readying, "CACHE", tmp_path / "cache")


def asked(*words: str) -> Namespace:
    return parse(gwas.BENCHMARK, words)


def test_a_scan_that_is_refused_ends_the_run_with_its_message(tmp_path: Path) -> None:
    command = [sys.executable, "-c", runs.CODE]
    words = ["--bfile", str(tmp_path / "none"), "--pheno", str(tmp_path / "none"), "--out", str(tmp_path)]
    with pytest.raises(SystemExit, match="there is no such file"):
        runs.timed([*command, *words], tmp_path / "y.tsv")


@pytest.mark.parametrize(
    ("words", "row"),
    [
        ((), "gwas"),
        (("--trait", "binary"), "gwas-binary"),
        (("--dosages",), "gwas-dosages"),
        (("--data", "DIR"), ""),
        (("--simulate", "1000", "1000", "0.01", "--trait", "binary"), ""),
    ],
)
def test_only_the_default_cohort_is_kept_as_the_row(words: tuple[str, ...], row: str) -> None:
    assert gwas.row(asked(*words)) == row


def study(folder: Path, copies: NDArray[np.int8], chromosome: list[str] | None = None, name: str = "study") -> Path:
    random = np.random.default_rng(3)
    folder.mkdir(exist_ok=True)
    sex = [1 + i % 2 for i in range(copies.shape[1])]
    write(folder, copies, chromosome, sex, name=name)
    rows = [(random.normal(), int(random.random() < 0.4)) for _ in sex]
    (folder / "traits.pheno").write_text(
        "FID IID site bmi t2d\n" + "".join(f"F{i} P{i} 1 {a:.6f} {b}\n" for i, (a, b) in enumerate(rows))
    )
    return folder


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return study(tmp_path, drawn(np.random.default_rng(2), 60, 203), name="my study.v2")


def test_files_and_traits_of_any_name_are_found(plain: Path) -> None:
    found = study_in(plain)
    assert (found.data.name, found.pheno.name, found.covar) == ("my study.v2", "traits.pheno", None)
    assert trait_of(found, "quantity").name == "bmi"
    assert trait_of(found, "binary") == Trait("t2d", zero_one=True)
    (plain / "ages.cov").write_text("FID IID age\nF0 P0 3\n")
    assert study_in(plain).covar == plain / "ages.cov"


def test_what_is_not_found_is_said(plain: Path) -> None:
    with pytest.raises(SystemExit, match=r"t2d: no trait|no trait of more than two values among t2d"):
        trait_of(study_in(plain), "quantity", "t2d")
    with pytest.raises(SystemExit, match="no column height; there are site, bmi, t2d"):
        trait_of(study_in(plain), "quantity", "height")
    (plain / "other.phen").write_text("FID IID y\n")
    (plain / "traits.pheno").rename(plain / "traits.phen")
    with pytest.raises(SystemExit, match="say which with --pheno FILE"):
        study_in(plain)
    for path in plain.glob("*.phen"):
        path.unlink()
    with pytest.raises(SystemExit, match=r"looked for pheno.tsv, .*\*\.phen"):
        study_in(plain)
    (plain / "my study.v2.fam").unlink()
    with pytest.raises(SystemExit, match=r"looked for one \.bed, \.bim, \.fam"):
        study_in(plain)


def test_names_that_repeat_are_numbered_and_families_filled_in(plain: Path, tmp_path: Path) -> None:
    bim = plain / "my study.v2.bim"
    bim.write_text("".join(re.sub(r" v\d+ ", " . ", line) + "\n" for line in bim.read_text().splitlines()))
    table = (plain / "traits.pheno").read_text().splitlines()
    (plain / "traits.pheno").write_text("\n".join(["#IID a", *(" ".join(row.split()[1:3]) for row in table[1:])]))
    made = ready(study_in(plain))
    assert made.open().variants.id().tolist() == [f"v{row}".encode() for row in range(60)]
    assert made.pheno.read_text().splitlines()[:2] == ["FID\tIID\ta", "F0\tP0\t1.0"]
    assert np.array_equal(made.data.with_suffix(".bed").read_bytes(), (plain / "my study.v2.bed").read_bytes())


def test_both_sides_go_without_covariates_that_say_nothing(plain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = (f"F{i} P{i} 1 {i % 7} {2 * (i % 7) + 1} {i % 3}\n" for i in range(203))
    (plain / "c.cov").write_text("FID IID one age twice town\n" + "".join(rows))
    made = ready(study_in(plain))
    assert made.covar is not None
    assert made.covar.read_text().splitlines()[:2] == ["FID\tIID\tage\ttown", "F0\tP0\t0.0\t0.0"]
    assert not made.sexed
    rows = (f"F{i} P{i} {i % 7} {i % 2}\n" for i in range(203))
    (plain / "c.cov").write_text("FID IID age male\n" + "".join(rows))
    assert ready(study_in(plain)).sexed
    assert "without one, twice" in capsys.readouterr().out


def test_a_complete_copy_has_every_call_and_changes_none(plain: Path) -> None:
    found = study_in(plain)
    before, after = open_bed(found.data).decode(0, 60), open_bed(complete(found).data).decode(0, 60)
    gone = before < 0
    assert gone.any()
    assert np.array_equal(after[~gone], before[~gone])
    assert (after[3] == 2).all()
    for was, now in zip(before, after, strict=True):
        assert set(now[was < 0].tolist()) <= {2 if (was == 2).sum() > (was == 0).sum() else 0}


@pytest.mark.parametrize("dosages", [False, True])
def test_the_oracle_knows_x_and_y_as_the_scan_does(tmp_path: Path, dosages: bool) -> None:
    copies = drawn(np.random.default_rng(4), 40, 150)
    folder = study(tmp_path / "a", copies, chromosome=["1"] * 10 + ["chrX"] * 10 + ["24"] * 10 + ["MT"] * 10)
    (folder / "traits.pheno").rename(folder / "pheno.tsv")
    (folder / "covar.tsv").write_text("FID IID one age\n" + "".join(f"F{i} P{i} 1 {i % 11}\n" for i in range(150)))
    asked = study_in(dosed(folder, 1) if dosages else folder)
    assert asked.pgen == dosages
    trait = trait_of(asked, "quantity")
    scan(Request(asked.data, asked.pheno, tmp_path / "out", asked.covar, (trait.name,), pgen=dosages, threads=1))
    table = tmp_path / "out" / "bmi.tsv"
    assert len({row[CHROMOSOME] for row in rows_of(table)}) == 4
    assert against_float64(asked, trait, table) < 1e-8


def test_the_logistic_oracle_takes_both_codings(tmp_path: Path) -> None:
    folder = study(tmp_path, drawn(np.random.default_rng(5), 80, 300))
    lines = (folder / "traits.pheno").read_text().splitlines()
    for coding in ("0/1", "1/2"):
        if coding == "1/2":
            rows = (f"{line[:-1]}{int(line[-1]) + 1}" for line in lines[1:])
            (folder / "traits.pheno").write_text("\n".join([lines[0], *rows]) + "\n")
        asked = study_in(folder)
        trait = trait_of(asked, "binary")
        assert trait == Trait("t2d", zero_one=coding == "0/1")
        scan(Request(asked.data, asked.pheno, tmp_path / coding[0], None, (trait.name,), test="logistic", threads=1))
        ours = tmp_path / coding[0] / "t2d.tsv"
        theirs = tmp_path / "theirs"
        rows = ("\t".join([row[NAME], row[P]]) for row in rows_of(ours))
        theirs.write_text("\n".join(["#ID\tP", *rows]) + "\n")
        found = against_converged(asked, trait, (ours, theirs), firth=False)
        assert found["max_dlog10p_float64"] < 1e-7


def test_quality_is_measured_on_a_folder_whose_names_repeat(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    write(folder, drawn(np.random.default_rng(3), 30, 40), ["1"] * 20 + ["X"] * 10, name="theirs")
    bim = (folder / "theirs.bim").read_text()
    (folder / "theirs.bim").write_text(bim.replace(" v2 ", " v1 "))
    bed = open_bed(gwas_qc.own(folder, "no plink2 is needed for calls", tmp_path))
    assert bed.variants.id().astype(str).tolist() == [f"v{row}" for row in range(30)]
    assert autosomal(bed).tolist() == [*range(20)]
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit, match="no genotypes"):
        gwas_qc.own(tmp_path / "empty", "", tmp_path)
