"""What a study's process writes down of its files."""

import json
from pathlib import Path

import numpy as np
import pytest

from citywide.systems.genomics.laboratory import process
from citywide.systems.genomics.laboratory.order import FOUND, ORDER, REFUSED
from tests.systems.genomics.made_studies import drawn, write


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
