"""What a study's process writes down of its files."""

import json
from pathlib import Path

import numpy as np
import pytest

from citywide.systems.genomics.engine.files.bed import open_bed
from citywide.systems.genomics.engine.simulate import simulate
from citywide.systems.genomics.laboratory import process
from citywide.systems.genomics.laboratory.order import FOUND, ORDER, REFUSED, STOP
from tests.systems.genomics.commands.typed import command
from tests.systems.genomics.made_studies import as_bgen, as_pgen, drawn, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An order whose phenotypes and covariates are two tables of one name."""
    write(tmp_path, drawn(np.random.default_rng(1), 20, 60))
    for part, every in (("pheno", 13), ("covar", 5)):
        (tmp_path / part).mkdir()
        rows = "".join(f"F{i} P{i} {i * 7 % every}\n" for i in range(60))
        (tmp_path / part / "table.tsv").write_text(f"FID IID {part}\n{rows}")
    tables = {part: str(tmp_path / part / "table.tsv") for part in ("pheno", "covar")}
    asked = {"data": str(tmp_path / "study"), **tables, "traits": [], "test": "auto"}
    (tmp_path / ORDER).write_text(json.dumps(asked))
    return tmp_path


def test_two_tables_of_one_name_have_two_hashes_from_before_the_scan(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {part: process.sha256(folder / part / "table.tsv") for part in ("pheno", "covar")}
    scan = process.scan

    def late(*asked: object) -> object:
        found = scan(*asked)  # pyright: ignore[reportArgumentType]
        (folder / "pheno" / "table.tsv").write_text("changed while it ran")
        return found

    monkeypatch.setattr(process, "scan", late)

    def nothing(*_: object) -> None:
        """No report."""

    monkeypatch.setattr(process, "report", nothing)
    assert process.main(folder) == 0
    inputs = json.loads((folder / FOUND).read_text())["inputs"]
    assert inputs.keys() == {"bed: study.bed", "bim: study.bim", "fam: study.fam", *(f"{p}: table.tsv" for p in before)}
    assert {part: inputs[f"{part}: table.tsv"] for part in before} == before
    assert before["pheno"] != before["covar"]


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "study.fam").unlink()
    assert process.main(folder) == 2
    assert "study.fam: there is no such file" in json.loads((folder / REFUSED).read_text())["why"]


@pytest.fixture(params=["bfile", "pfile", "bgen"])
def made(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """An order of both traits of a made cohort, of some people and variants, with step one."""
    simulate(tmp_path / "cohort", 300, 440, 0.01, 4, 5)
    study = tmp_path / "cohort" / "study"
    as_pgen(open_bed(study), study)
    as_bgen(open_bed(study), study)
    (tmp_path / "keep.txt").write_text("".join(f"F{i} P{i}\n" for i in range(250)))
    (tmp_path / "extract.txt").write_text("".join(f"rs{i + 1}\n" for i in range(0, 440, 2)))
    files = {"data": "study", "pheno": "pheno.tsv", "covar": "covar.tsv"}
    asked = {part: str(tmp_path / "cohort" / name) for part, name in files.items()}
    lists = {name: str(tmp_path / f"{name}.txt") for name in ("keep", "extract")}
    more = {"traits": [], "test": "auto", "lists": lists, "step_one": True, "genotypes": request.param}
    if request.param == "bgen":
        more |= {"data": f"{study}.bgen", "sample": f"{study}.sample"}
    (tmp_path / ORDER).write_text(json.dumps(asked | more))
    return tmp_path


def test_the_commands_of_a_study_with_step_one_give_its_tables_again(made: Path) -> None:
    assert process.main(made) == 0
    found = json.loads((made / FOUND).read_text())
    assert [(one["people"], one["variants"] + one["left_out"]) for one in found["traits"]] == [(250, 220)] * 2
    assert {"keep: keep.txt", "extract: extract.txt"} <= found["inputs"].keys()
    assert not list(made.glob("step1/*/level0"))
    assert (made / "reports" / "quantity" / "report.html").exists()
    assert not list(made.rglob("*.draft"))
    first = {name: (made / "scan" / f"{name}.tsv").read_text() for name in ("quantity", "illness")}
    words = [line.split() for line in found["command"].split(" && ")]
    assert [word[1] for word in words] == ["step1", "step1", "gwas"]
    for word in words:
        assert command(word[1], " ".join(word[2:])) == 0
    assert {name: (made / "scan" / f"{name}.tsv").read_text() for name in first} == first


def test_a_study_is_stopped_in_its_step_one(made: Path) -> None:
    (made / STOP).touch()
    assert process.main(made) == process.STOPPED
    assert not (made / "scan").exists()
