"""Studies from their asking to their results, on a real hub, with made people whose truth is known.

One hub lives through them all: the made cohort's standing study, whose process is killed; one of files; one each of
PLINK 2's and of BGEN's files, this one for one scientist's eyes; and one of files that are not there.
"""

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from citywide.app import EVERYTHING
from citywide.hub import Entity, Text
from citywide.hub.database.cluster import Cluster
from citywide.hub.people.persons import AccessRefusedError, NoSuchPersonError, person
from citywide.hub.people.residents import add_person
from citywide.hub.people.who import Contact, Who
from citywide.hub.screens.data import sheet
from citywide.hub.settings import Settings
from citywide.hub.simulated.twin import Plan
from citywide.hub.testing import TrialCity, fresh_database
from citywide.systems.genomics import SYSTEM
from citywide.systems.genomics.engine.files.bed import open_bed
from citywide.systems.genomics.engine.simulate import simulate
from citywide.systems.genomics.laboratory.round import processes
from citywide.systems.genomics.laboratory.studies import StudyError, Wish, ask
from citywide.systems.genomics.twin import CohortTwin
from tests.systems.genomics.commands.typed import command
from tests.systems.genomics.in_process import at_once
from tests.systems.genomics.made_studies import as_bgen, as_pgen

TWIN = CohortTwin(Plan(7, 1_000_000, (), {"centre": Text("Centre", "中区")}))
PURPOSE = "find what makes people ill"
LIN, WEN, MAYOR, STRANGER = (
    Who("lin", ("scientist",), ("biobank",)),
    Who("wen", ("scientist",), ("biobank",)),
    Who("mayor", ("manager",), (), everywhere=True),
    Who("hu", ("officer",), ("drainage",)),
)
STANDING, PLAIN, DOSED, PRIVATE, LOST = range(1, 6)


def asked(city: TrialCity, wish: Wish) -> int:
    with city.hub.database.transaction() as connection:
        return ask(connection, city.hub.desk, wish, city.hub.clock.now())


def study(city: TrialCity, number: int) -> dict[str, object]:
    return city.hub.database.rows("select * from genomics.study where number = %s", (number,))[0]


def lived(city: TrialCity, until: str, number: int) -> dict[str, object]:
    """Let city time go on until the study is in this state."""
    end = time.monotonic() + 300
    found: dict[str, object] = {}
    while time.monotonic() < end:
        city.clock.set(city.clock.now() + timedelta(seconds=3))
        city.settle()
        if (found := study(city, number))["state"] in {until, "failed"}:
            break
        time.sleep(0.1)
    assert found["state"] == until, found
    return found


@pytest.fixture(scope="module")
def lab(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialCity]:
    """A city that has lived through five studies."""
    folder = tmp_path_factory.mktemp("studies")
    city = TrialCity(Settings(data=folder / "hub", database_url=fresh_database(cluster, "studies")), EVERYTHING)
    city.add(*TWIN.entities)
    city.settle()
    lived(city, "running", STANDING)
    processes[STANDING].kill()
    processes[STANDING].wait()
    lived(city, "done", STANDING)
    with at_once():
        of_files(city, folder)
    yield city
    city.close()


def of_files(city: TrialCity, folder: Path) -> None:
    """Ask for the other four, those of PLINK 2's and of BGEN's files by the commands."""
    bed = open_bed(with_residents(city, folder, simulate(folder, 200, 40, 0.01, 5, 2).data))
    pgen, bgen = as_pgen(bed, folder / "study"), as_bgen(bed, folder / "study")
    files = {name: str(folder / f"{name}.tsv") for name in ("pheno", "covar")}
    city.add(Entity("cohort/trial", "cohort", "Trial cohort", None, "biobank", {"data": str(bed.path), **files}))
    lost = {"data": "/nowhere/study", "pheno": "/nowhere/pheno.tsv"}
    city.add(Entity("cohort/lost", "cohort", "Lost cohort", None, "biobank", lost))
    assert asked(city, Wish("cohort/trial", ("quantity",), PURPOSE, "lin")) == PLAIN
    base = f"--database-url {city.hub.settings.database_url}"
    tables = " ".join(f"--{name} {path}" for name, path in files.items())
    for name, words, more in (
        ("dosed", f"--pfile {pgen}", "--pheno-name quantity"),
        ("private", f"--bgen {bgen} ref-first --sample {folder}/study.sample", "--with lin"),
    ):
        assert command("cohort", f"{base} {name} {words} {tables}") == 0
        assert command("study", f"{base} cohort/{name} --purpose science --by lin {more}") == 0
    assert asked(city, Wish("cohort/lost", (), PURPOSE, "lin")) == LOST
    for number in (PLAIN, DOSED, PRIVATE):
        lived(city, "done", number)
    lived(city, "failed", LOST)


def with_residents(city: TrialCity, folder: Path, made: Path) -> Path:
    """The made files with three people under residents' numbers: one agreed to research, one not, one is unknown."""
    with city.hub.database.transaction() as connection:
        zhou, zheng = add_person(connection, Contact("Zhou"), ("research",)), add_person(connection, Contact("Zheng"))
        add_person(connection, Contact("Zhao"), ("research",))
    for table in (made.with_suffix(".fam"), folder / "pheno.tsv", folder / "covar.tsv"):
        text = table.read_text()
        for one, resident in (("P7", zhou), ("P8", zheng), ("P9", str(uuid4()))):
            text = re.sub(rf"\b{one}\b", resident, text)
        table.write_text(text)
    return made


def shown(city: TrialCity, who: Who, title: str) -> list[dict[str, object]]:
    widgets = [widget for page in SYSTEM.pages for widget in page.widgets if widget.title.en.startswith(title)]
    widget = min(widgets, key=lambda widget: widget.title.en != title)
    found = sheet(city.hub.database, who, SYSTEM, widget.query, city.hub.clock.now())
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def entries(city: TrialCity, number: int) -> list[dict[str, object]]:
    bodies = city.hub.database.rows("select body from evidence.entry where kind = 'study' order by index")
    facts = [json.loads(bytes(row["body"]))["facts"] for row in bodies]
    return [one for one in facts if one.get("study") == number]


def test_the_planted_effects_are_found_by_the_standing_study(lab: TrialCity) -> None:
    rows = lab.hub.database.rows("select * from genomics.hit where study = %s order by strength desc", (STANDING,))
    hits, effects = [row["variant"] for row in rows if row["trait"] == "quantity"], TWIN.effects()
    assert set(hits) <= set(effects)
    assert {name for name, share in effects.items() if share * 2000 > 80} <= set(hits)
    assert any(row["trait"] == "illness" for row in rows)


def test_what_was_found_is_shown_as_it_is(lab: TrialCity) -> None:
    """The newest study that its reader may see."""
    with lab.hub.database.transaction() as connection:
        connection.execute("update genomics.study set people = '{nobody}' where number in (%s, %s)", (DOSED, PLAIN))
        connection.execute("update genomics.study set state = 'stopped' where number = %s", (PRIVATE,))
    try:
        hits = [row for row in shown(lab, LIN, "Strongest") if row["trait"] == "quantity"]
        ill = [row for row in shown(lab, LIN, "Strongest") if row["trait"] == "illness"]
        assert all(row["odds"] is None for row in hits)
        assert ill
        assert all(re.fullmatch(r"[0-9.]+ \([0-9.]+ – [0-9.]+\)", str(row["odds"])) for row in ill)
        points = shown(lab, LIN, "Manhattan")
        assert max(row["strength"] for row in points) == pytest.approx(hits[0]["strength"], abs=1e-4)
        diagonal = [row for row in shown(lab, LIN, "QQ") if row["trait"] == "illness"]
        assert np.median([row["observed"] - row["expected"] for row in diagonal]) == pytest.approx(0, abs=0.2)
    finally:
        with lab.hub.database.transaction() as connection:
            connection.execute("update genomics.study set people = '{}' where number in (%s, %s)", (DOSED, PLAIN))
            connection.execute("update genomics.study set state = 'done' where number = %s", (PRIVATE,))


def test_a_study_is_a_case_whose_every_step_is_in_the_log(lab: TrialCity) -> None:
    lines = [line.split(maxsplit=1)[1] for line in lab.story().splitlines()]
    assert f"study  study #{PLAIN} Trial cohort: quantity asked for; purpose: {PURPOSE}" in lines
    assert f"study  study {PLAIN} begins" in lines
    assert any(line.startswith(f"study  study {PLAIN} is done: quantity: ") for line in lines)
    case = lab.hub.database.rows("select * from hub.cases where id = %s", (study(lab, PLAIN)["cases"],))[0]
    assert (case["state"], case["opened_by"], case["details"]) == ("checking", "lin", PURPOSE)
    readings = lab.hub.database.rows(
        "select quantity, value from hub.latest join hub.series on series = series.number"
        " join hub.entity on entity = entity.number where entity.id = %s order by quantity",
        (f"study/{PLAIN}",),
    )
    assert [row["quantity"] for row in readings] == ["lambda_gc", "study_progress", "variants_done"]
    assert [row["value"] for row in readings][1:] == [100.0, 40.0]


def test_the_evidence_carries_what_the_study_was_made_of(lab: TrialCity) -> None:
    facts = entries(lab, PLAIN)[-1]
    files = {"bed: study.bed", "bim: study.bim", "fam: study.fam", "pheno: pheno.tsv", "covar: covar.tsv"}
    assert set(facts["inputs"]) == files
    assert all(len(value) == 64 for value in [*facts["inputs"].values(), *facts["results"].values()])
    assert facts["command"] == study(lab, PLAIN)["command"]
    assert facts["command"].startswith("citywide gwas --bfile ")
    assert {"citywide", "numpy", "python", "kernel"} <= set(facts["versions"])


def test_only_the_people_of_a_study_see_it(lab: TrialCity) -> None:
    tables = {"Studies": "number", "What was found: a line fetches its report": "study", "How it was made": "number"}
    for who, sees in ((LIN, True), (MAYOR, True), (WEN, False), (STRANGER, False)):
        for title, column in tables.items():
            numbers = {row[column] for row in shown(lab, who, title)}
            assert (PRIVATE in numbers) == sees, (who.name, title)
        traits = {row["trait"] for row in shown(lab, who, "QQ")}
        assert traits == ({"quantity", "illness"} if sees else {"quantity"} if who is WEN else set())
    assert shown(lab, WEN, "Studies under way") == [{"count": 0}]


def test_where_nobody_is_named_the_department_sees_it_and_no_other(lab: TrialCity) -> None:
    assert {row["study"] for row in shown(lab, WEN, "What was found")} == {STANDING, PLAIN, DOSED}
    assert not shown(lab, STRANGER, "What was found")


def test_who_takes_part_and_agreed_may_be_asked_for_by_the_biobank_and_nobody_else(lab: TrialCity) -> None:
    number = {row["name"]: str(row["id"]) for row in lab.hub.database.rows("select id, name from people.person")}
    with lab.hub.database.transaction() as connection:
        assert person(connection, LIN, number["Zhou"], "research").name == "Zhou"
        with pytest.raises(AccessRefusedError, match="has not agreed"):
            person(connection, LIN, number["Zheng"], "research")
        with pytest.raises(NoSuchPersonError):
            person(connection, LIN, number["Zhao"], "research")


def test_dosages_of_either_kind_are_asked_of_by_the_commands_and_tell_the_same(lab: TrialCity) -> None:
    assert " --pfile " in str(study(lab, DOSED)["command"])
    assert " --bgen " in str(study(lab, PRIVATE)["command"])
    assert " --sample " in str(study(lab, PRIVATE)["command"])
    kept = "select people, variants, left_out, lambda_gc from genomics.trait where study = %s and name = 'quantity'"
    plain, pgen, bgen = (
        tuple(lab.hub.database.rows(kept, (number,))[0].values()) for number in (PLAIN, DOSED, PRIVATE)
    )
    assert pgen == pytest.approx(bgen, rel=1e-6)
    assert plain == pytest.approx(pgen, rel=1e-6)


def test_a_study_whose_process_is_killed_goes_on(lab: TrialCity) -> None:
    assert study(lab, STANDING)["attempts"] == 2
    assert f"study {STANDING} goes on" in lab.story()


def test_a_study_of_files_that_are_not_there_waits_for_a_person_with_the_reason(lab: TrialCity) -> None:
    found = study(lab, LOST)
    assert "/nowhere/study" in str(found["why"])
    case = lab.hub.database.rows("select state from hub.cases where id = %s", (found["cases"],))[0]
    assert case["state"] == "paused"


def test_a_study_without_a_purpose_or_of_an_unknown_cohort_is_refused(lab: TrialCity) -> None:
    with pytest.raises(StudyError, match="purpose"):
        asked(lab, Wish("cohort/trial", (), "  ", "lin"))
    with pytest.raises(StudyError, match="cohort/nowhere"):
        asked(lab, Wish("cohort/nowhere", (), PURPOSE, "lin"))
    assert len(lab.hub.database.rows("select from genomics.study")) == LOST
