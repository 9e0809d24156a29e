"""What a study's process writes down of its files."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from citywide.systems.genomics.engine.files.bed import open_bed
from citywide.systems.genomics.engine.scan import parts
from citywide.systems.genomics.engine.simulate import simulate
from citywide.systems.genomics.laboratory import inputs, process
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


@pytest.fixture
def during(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Does something when the scan is through and the report is not yet made; reports are left out."""
    scan = process.scan

    def arrange(what: Callable[[], object]) -> None:
        def late(*asked: object) -> object:
            found = scan(*asked)  # pyright: ignore[reportArgumentType]
            what()
            return found

        monkeypatch.setattr(process, "scan", late)

    monkeypatch.setattr(process, "report", lambda *_: None)
    return arrange


def added(folder: Path, **facts: object) -> None:
    """More in the order."""
    order = json.loads((folder / ORDER).read_text())
    (folder / ORDER).write_text(json.dumps(order | facts))


def why(folder: Path) -> str:
    return json.loads((folder / REFUSED).read_text())["why"]


def test_two_tables_of_one_name_have_two_hashes(folder: Path, during: object) -> None:
    before = {part: inputs.sha256(folder / part / "table.tsv") for part in ("pheno", "covar")}
    assert process.main(folder) == 0
    found = json.loads((folder / FOUND).read_text())["inputs"]
    assert found.keys() == {"bed: study.bed", "bim: study.bim", "fam: study.fam", *(f"{p}: table.tsv" for p in before)}
    assert {part: found[f"{part}: table.tsv"] for part in before} == before
    assert before["pheno"] != before["covar"]


def test_the_files_may_be_named_with_the_first_ones_ending(folder: Path, during: object) -> None:
    added(folder, data=str(folder / "study.bed"))
    assert process.main(folder) == 0


def test_files_that_change_while_it_runs_end_it_and_it_begins_anew(folder: Path, during: Callable[..., None]) -> None:
    table, rows = folder / "pheno" / "table.tsv", "".join(f"F{i} P{i} {i * 5 % 9}\n" for i in range(60))
    during(lambda: table.write_text(f"FID IID pheno\n{rows}"))
    assert process.main(folder) == 2
    assert f"{table} changed while the study ran" in why(folder)
    assert not (folder / FOUND).exists()
    (folder / REFUSED).unlink()
    assert process.main(folder) == 0  # now it is always written alike
    found = json.loads((folder / FOUND).read_text())
    assert found["inputs"]["pheno: table.tsv"] == inputs.sha256(table)


def test_parts_of_a_killed_study_are_not_mixed_with_those_of_other_files(folder: Path, during: object) -> None:
    (folder / STOP).touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "SMALLEST", 7)
        patch.setattr(parts, "LARGEST", 7)
        assert process.main(folder) == process.STOPPED
        (folder / STOP).unlink()
        assert (folder / "scan" / "parts" / "000000.pheno.tsv").exists()
        write(folder, drawn(np.random.default_rng(2), 20, 60))
        assert process.main(folder) == 0
    again = folder / "again"
    words = f"--bfile {folder}/study --pheno {folder}/pheno/table.tsv --covar {folder}/covar/table.tsv --threads 1"
    assert command("gwas", f"{words} --quiet --out {again}") == 0
    assert (again / "pheno.tsv").read_text() == (folder / "scan" / "pheno.tsv").read_text()


def test_who_withdraws_while_it_runs_is_in_none_of_its_results(folder: Path, during: Callable[..., None]) -> None:
    gone = folder / "withdrawn.txt"
    gone.write_text("F1 P1\n")
    added(folder, withdrawn=str(gone))
    during(lambda: gone.write_text("F1 P1\nF2 P2\nF3 P3\n"))
    assert process.main(folder) == 0
    found = json.loads((folder / FOUND).read_text())
    assert [one["people"] for one in found["traits"]] == [57]
    assert found["inputs"]["withdrawn: withdrawn.txt"] == inputs.sha256(gone)
    assert f"--remove {gone}" in found["command"]


def test_a_full_disc_is_said_and_what_was_done_is_kept(
    folder: Path, during: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second part finds no room; its half is gone, so that there is room for the reason."""
    monkeypatch.setattr(parts, "SMALLEST", 7)
    monkeypatch.setattr(parts, "LARGEST", 7)
    opened = Path.open

    def full(path: Path, *how: object, **more: object) -> object:
        if path.name == "000001.pheno.tsv.draft":
            path.touch()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return opened(path, *how, **more)  # pyright: ignore[reportArgumentType, reportCallIssue]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        assert process.main(folder) == 2
    assert why(folder).endswith("000001.pheno.tsv.draft: No space left on device")
    assert not list(folder.rglob("*.draft"))
    assert (folder / "scan" / "parts" / "000000.pheno.tsv").exists()
    (folder / REFUSED).unlink()
    assert process.main(folder) == 0
    assert [one["variants"] + one["left_out"] for one in json.loads((folder / FOUND).read_text())["traits"]] == [20]


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "study.fam").unlink()
    assert process.main(folder) == 2
    assert "study.fam: there is no such file" in why(folder)


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
