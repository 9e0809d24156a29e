"""A study from its asking to its results, on a real hub, with made people whose truth is known."""

import json
import re
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from citywide.hub import Entity, Text
from citywide.hub.people.persons import AccessRefusedError, NoSuchPersonError, person
from citywide.hub.people.residents import add_person
from citywide.hub.people.who import Contact, Who
from citywide.hub.screens.data import sheet
from citywide.hub.simulated.twin import Plan
from citywide.hub.testing import TrialCity
from citywide.systems.genomics import SYSTEM
from citywide.systems.genomics.engine.files.bed import open_bed
from citywide.systems.genomics.engine.simulate import simulate
from citywide.systems.genomics.laboratory.round import folder_of, processes
from citywide.systems.genomics.laboratory.studies import StudyError, Wish, ask
from citywide.systems.genomics.twin import CohortTwin
from tests.systems.genomics.commands.typed import command
from tests.systems.genomics.made_studies import as_bgen, as_pgen

PLAN = Plan(7, 1_000_000, (), {"centre": Text("Centre", "中区")})
PURPOSE = "find what makes people ill"
LIN, WEN, MAYOR, STRANGER = (
    Who("lin", ("scientist",), ("biobank",)),
    Who("wen", ("scientist",), ("biobank",)),
    Who("mayor", ("manager",), (), everywhere=True),
    Who("hu", ("officer",), ("drainage",)),
)


def made(people: int = 600, variants: int = 400) -> Entity:
    facts = {"made": {"people": people, "variants": variants, "missing": 0.01, "seed": 5, "causal": 2}}
    return Entity("cohort/trial", "cohort", "Trial cohort", None, "biobank", facts)


def asked(city: TrialCity, wish: Wish) -> int:
    with city.hub.database.transaction() as connection:
        return ask(connection, city.hub.desk, wish, city.hub.clock.now())


def lived(city: TrialCity, until: str, number: int = 1) -> dict[str, object]:
    """Let city time go on until the study is in this state."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        city.clock.set(city.clock.now() + timedelta(seconds=3))
        city.settle()
        found = city.hub.database.rows("select * from genomics.study where number = %s", (number,))
        if found and found[0]["state"] == until:
            return found[0]
        time.sleep(0.1)
    said = (folder_of(city.hub, number) / "said.txt").read_text()
    raise AssertionError(f"{found}: {said}")


def shown(city: TrialCity, who: Who, title: str) -> list[dict[str, object]]:
    widgets = [widget for page in SYSTEM.pages for widget in page.widgets if widget.title.en.startswith(title)]
    found = sheet(city.hub.database, who, SYSTEM, widgets[0].query, city.hub.clock.now())
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def test_the_planted_effects_are_found_by_the_standing_study(city: TrialCity) -> None:
    twin = CohortTwin(PLAN)
    city.add(*twin.entities)
    lived(city, "done")
    hits = [row for row in shown(city, LIN, "Strongest") if row["trait"] == "quantity"]
    effects = twin.effects()
    assert {row["variant"] for row in hits} <= set(effects)
    assert {name for name, share in effects.items() if share * 2000 > 80} <= {row["variant"] for row in hits}
    ill = [row for row in shown(city, LIN, "Strongest") if row["trait"] == "illness"]
    assert all(row["odds"] is None for row in hits)
    assert all(re.fullmatch(r"[0-9.]+ \([0-9.]+ – [0-9.]+\)", row["odds"]) for row in ill)
    points = shown(city, LIN, "Manhattan")
    assert max(row["strength"] for row in points) == pytest.approx(hits[0]["strength"], abs=1e-4)
    diagonal = [row for row in shown(city, LIN, "QQ") if row["trait"] == "illness"]
    assert np.median([row["observed"] - row["expected"] for row in diagonal]) == pytest.approx(0, abs=0.2)


def test_a_study_is_a_case_whose_every_step_is_in_the_log(city: TrialCity) -> None:
    city.add(made())
    asked(city, Wish("cohort/trial", ("quantity",), PURPOSE, "lin"))
    study = lived(city, "done")
    lines = [line.split(maxsplit=1)[1] for line in city.story().splitlines()]
    assert f"study  study #1 Trial cohort: quantity asked for; purpose: {PURPOSE}" in lines
    assert "study  study 1 begins" in lines
    assert any(line.startswith("study  study 1 is done: quantity: ") for line in lines)
    case = city.hub.database.rows("select * from hub.cases where id = %s", (study["cases"],))[0]
    assert (case["state"], case["opened_by"], case["details"]) == ("checking", "lin", PURPOSE)
    readings = city.hub.database.rows(
        "select quantity, value from hub.latest join hub.series on series = number order by quantity"
    )
    assert dict(row.values() for row in readings).keys() == {"lambda_gc", "study_progress", "variants_done"}
    assert {row["value"] for row in readings if row["quantity"] == "study_progress"} == {100.0}


def test_the_evidence_carries_what_the_study_was_made_of(city: TrialCity) -> None:
    city.add(made())
    asked(city, Wish("cohort/trial", ("quantity",), PURPOSE, "lin"))
    study = lived(city, "done")
    entries = city.hub.database.rows("select body from evidence.entry where kind = 'study' order by index")
    facts = json.loads(bytes(entries[-1]["body"]))["facts"]
    files = {"bed: study.bed", "bim: study.bim", "fam: study.fam", "pheno: pheno.tsv", "covar: covar.tsv"}
    assert set(facts["inputs"]) == files
    assert all(len(value) == 64 for value in [*facts["inputs"].values(), *facts["results"].values()])
    assert facts["command"] == study["command"]
    assert facts["command"].startswith("citywide gwas --bfile ")
    assert {"citywide", "numpy", "python", "kernel"} <= set(facts["versions"])


def test_only_the_people_of_a_study_see_it(city: TrialCity) -> None:
    city.add(made(200, 40))
    asked(city, Wish("cohort/trial", ("quantity",), PURPOSE, "lin", ("lin",)))
    lived(city, "done")
    for title in ("Studies", "What was found", "QQ", "How it was made"):
        assert shown(city, LIN, title), title
        assert shown(city, MAYOR, title), title
        if title != "Studies":
            assert not shown(city, WEN, title), title
            assert not shown(city, STRANGER, title), title
    assert shown(city, WEN, "Studies under way") == [{"count": 0}]


def test_where_nobody_is_named_the_department_sees_it_and_no_other(city: TrialCity, tmp_path: Path) -> None:
    """Cohorts of PLINK 2 and of BGEN files, registered and asked of by the commands; two take part as residents."""
    made = simulate(tmp_path, 200, 40, 0.01, 5, 2).data
    with city.hub.database.transaction() as connection:
        zhou = add_person(connection, Contact("Zhou"), ("research",))
        zheng = add_person(connection, Contact("Zheng"))
        with pytest.raises(NoSuchPersonError):
            person(connection, LIN, zhou, "research")
    for table in (made.with_suffix(".fam"), tmp_path / "pheno.tsv", tmp_path / "covar.tsv"):
        numbered = table.read_text()
        for one, resident in (("P7", zhou), ("P8", zheng), ("P9", str(uuid4()))):
            numbered = re.sub(rf"\b{one}\b", resident, numbered)
        table.write_text(numbered)
    bed = open_bed(made)
    study, bgen = as_pgen(bed, tmp_path / "study"), as_bgen(bed, tmp_path / "study")
    base = f"--database-url {city.hub.settings.database_url}"
    tables = f"--pheno {tmp_path}/pheno.tsv --covar {tmp_path}/covar.tsv"
    files = {1: f"--pfile {study}", 2: f"--bgen {bgen} ref-first --sample {tmp_path}/study.sample"}
    for number, words in files.items():
        assert command("cohort", f"{base} trial{number} {words} {tables}") == 0
        asked = f"cohort/trial{number} --pheno-name quantity --purpose science --by lin"
        assert command("study", f"{base} {asked}") == 0
        assert words.replace(" ref-first", "") in str(lived(city, "done", number)["command"])
    assert len(shown(city, WEN, "What was found")) == 2
    kept = "select people, variants, left_out, lambda_gc from genomics.trait"
    first, second = (tuple(row.values()) for row in city.hub.database.rows(kept))
    assert first == pytest.approx(second, rel=1e-6)
    assert not shown(city, STRANGER, "What was found")
    with city.hub.database.transaction() as connection:
        assert person(connection, LIN, zhou, "research").name == "Zhou"
        with pytest.raises(AccessRefusedError, match="has not agreed"):
            person(connection, LIN, zheng, "research")


def test_a_study_whose_process_is_killed_goes_on(city: TrialCity) -> None:
    city.add(made())
    asked(city, Wish("cohort/trial", ("quantity",), PURPOSE, "lin"))
    lived(city, "running")
    processes[1].kill()
    processes[1].wait()
    assert lived(city, "done")["attempts"] == 2
    assert "study 1 goes on" in city.story()


def test_a_study_of_files_that_are_not_there_waits_for_a_person_with_the_reason(city: TrialCity) -> None:
    facts = {"data": "/nowhere/study", "pheno": "/nowhere/pheno.tsv"}
    city.add(Entity("cohort/lost", "cohort", "Lost cohort", None, "biobank", facts))
    asked(city, Wish("cohort/lost", (), PURPOSE, "lin"))
    study = lived(city, "failed")
    assert "/nowhere/study" in str(study["why"])
    assert (
        city.hub.database.rows("select state from hub.cases where id = %s", (study["cases"],))[0]["state"] == "paused"
    )


def test_a_study_without_a_purpose_or_of_an_unknown_cohort_is_refused(city: TrialCity) -> None:
    with pytest.raises(StudyError, match="purpose"):
        asked(city, Wish("cohort/trial", (), "  ", "lin"))
    with pytest.raises(StudyError, match="cohort/trial"):
        asked(city, Wish("cohort/trial", (), PURPOSE, "lin"))
    assert not city.hub.database.rows("select from genomics.study")
