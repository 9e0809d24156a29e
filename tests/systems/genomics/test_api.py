"""A scientist at the laboratory's door: asking, watching, stopping, going on, fetching; and who may not."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from litestar.testing import TestClient
from msgspec import json as quick

from citywide.hub import Entity
from citywide.hub.entities.registry import register
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from citywide.systems.genomics.engine.simulate import simulate
from citywide.systems.genomics.laboratory import order, process
from citywide.systems.genomics.laboratory.round import folder_of, look, order_of
from tests.systems.genomics.in_process import at_once

PASSWORD = "correct horse battery"
TRAITS = {"traits": ["quantity", "illness"]}
ASKED = {"cohort": "cohort/door", "traits": "quantity", "purpose": "find what makes people ill"}
SignIn = Callable[[str], dict[str, str]]


@pytest.fixture(scope="module")
def laboratory(door: TestClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The door's hub with scientists and a cohort, whose studies are through as soon as they begin."""
    made = simulate(tmp_path_factory.mktemp("cohort"), 300, 3000, 0.01, 5, 2)
    facts = {name: str(path) for name, path in vars(made).items() if name in {"data", "pheno", "covar"}}
    scientists = (
        Who("curie", ("scientist",), ("biobank",)),
        Who("mendel", ("scientist",), ("biobank",)),
        Who("darwin", ("scientist",), ("parks",)),
    )
    with door.app.state.hub.database.transaction() as connection:
        for who in scientists:
            add_staff(connection, who, PASSWORD)
        register(connection, [Entity("cohort/door", "cohort", "Door cohort", None, "biobank", facts | TRAITS)])
    with at_once():
        yield door


def lived(door: TestClient, number: int, until: str) -> dict[str, Any]:
    """Let the laboratory work until the study is in this state, as its readers see it."""
    end = time.monotonic() + 300
    found: dict[str, Any] = {}
    while time.monotonic() < end:
        look(door.app.state.hub)
        found = door.get(f"/v1/studies/{number}").json()
        if found["state"] == until:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{found}")


def shown(door: TestClient, page: str, title: str) -> list[dict[str, Any]]:
    pages = door.get("/v1/pages").json()
    widgets = next(found["widgets"] for found in pages if (found["system"], found["name"]) == ("genomics", page))
    at = next(at for at, widget in enumerate(widgets) if widget["title"]["en"].startswith(title))
    found = door.get(f"/v1/pages/genomics/{page}/{at}").json()
    return [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]


@pytest.fixture(scope="module")
def finished(laboratory: TestClient) -> int:
    """The number of a study that was asked for by the page's form and is done."""
    csrf = signed_in(laboratory, "curie")
    answer = laboratory.post("/v1/studies", json=ASKED, headers=csrf)
    assert answer.status_code == 201, answer.text
    lived(laboratory, answer.json()["study"], "done")
    return answer.json()["study"]


def signed_in(door: TestClient, name: str) -> dict[str, str]:
    door.cookies.clear()
    return {"X-CSRF": door.post("/v1/session", json={"name": name, "password": PASSWORD}).json()["csrf"]}


def test_a_study_from_the_pages_form_to_its_report(laboratory: TestClient, finished: int) -> None:
    signed_in(laboratory, "curie")
    assert {"value": "cohort/door", "label": "Door cohort"} in shown(laboratory, "studies", "Ask for a study")
    found = laboratory.get(f"/v1/studies/{finished}").json()
    case = laboratory.get(f"/v1/cases/{found['cases']}").json()
    assert case.get("case", case)["details"] == ASKED["purpose"]
    assert found["variants_done"] == found["variants"] == 3000
    assert [trait["name"] for trait in found["traits_found"]] == ["quantity"]
    line = next(row for row in shown(laboratory, "studies", "What was found") if row["study"] == finished)
    report = laboratory.get(line["href"])
    assert report.status_code == 200
    assert report.headers["content-disposition"].startswith("attachment")
    assert report.text.startswith("<!doctype html>")
    assert "quantity" in report.text
    table = laboratory.get(f"/v1/studies/{finished}/quantity/table.tsv").text
    assert table.count("\n") == found["traits_found"][0]["variants"] + 1
    assert laboratory.get(f"/v1/studies/{finished}/quantity/manhattan.png").content[:4] == b"\x89PNG"


def test_the_regions_of_a_study_are_drawn_in_the_console(laboratory: TestClient, finished: int) -> None:
    signed_in(laboratory, "curie")
    region = shown(laboratory, "results", "The strongest region")
    lead = [row for row in region if " · quantity · chr " in row["linkage"]]
    top = shown(laboratory, "results", "Strongest signals")
    assert [row["name"] for row in lead] == [top[0]["variant"]]
    assert lead[0]["strength"] == pytest.approx(top[0]["strength"], abs=1e-4)
    assert max(row["strength"] for row in region) == lead[0]["strength"]
    assert np.ptp([row["megabases"] for row in region]) <= 1
    assert {row["linkage"][:2] for row in region if row not in lead} == {"r²"}


def test_every_fetching_is_in_the_log(laboratory: TestClient, finished: int) -> None:
    signed_in(laboratory, "curie")
    laboratory.get(f"/v1/studies/{finished}/quantity/top.tsv")
    hub, end = laboratory.app.state.hub, time.monotonic() + 20
    while time.monotonic() < end:
        entries = hub.database.rows("select body from evidence.entry where kind = 'access' order by index desc limit 5")
        if any(f"curie fetched {finished}/quantity/top.tsv" in bytes(row["body"]).decode() for row in entries):
            return
        time.sleep(0.05)
    raise AssertionError(entries)


def test_a_study_is_stopped_and_put_down_again(laboratory: TestClient, sign_in: SignIn) -> None:
    csrf, hub = sign_in("curie"), laboratory.app.state.hub
    number = laboratory.post("/v1/studies", json=ASKED, headers=csrf).json()["study"]
    for act, status, state in (("stop", 200, "stopped"), ("stop", 409, "stopped"), ("go_on", 200, "waiting")):
        answer = laboratory.post("/v1/studies/acts", json={"study": number, "act": act}, headers=csrf)
        assert answer.status_code == status, answer.text
        if state == "stopped":
            look(hub)
        assert laboratory.get(f"/v1/studies/{number}").json()["state"] == state
    assert laboratory.post("/v1/studies/acts", json={"study": number, "act": "burn"}, headers=csrf).status_code == 422
    laboratory.post("/v1/studies/acts", json={"study": number, "act": "stop"}, headers=csrf)


def test_a_study_that_is_sent_again_under_its_key_is_asked_for_once(laboratory: TestClient, sign_in: SignIn) -> None:
    csrf = sign_in("curie")
    named = csrf | {"idempotency-key": "a-study-of-one"}
    first, again = (laboratory.post("/v1/studies", json=ASKED, headers=named) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    other = laboratory.post("/v1/studies", json=ASKED | {"purpose": "something else"}, headers=named)
    assert (other.status_code, other.json()["errors"][0]["where"]) == (422, "Idempotency-Key")
    unnamed = laboratory.post("/v1/studies", json=ASKED, headers=csrf)
    assert unnamed.json()["study"] != first.json()["study"]
    for answer in (first, unnamed):
        number = answer.json()["study"]
        laboratory.post("/v1/studies/acts", json={"study": number, "act": "stop"}, headers=csrf)


def test_a_running_scan_ends_when_it_is_stopped_and_keeps_its_parts(laboratory: TestClient, sign_in: SignIn) -> None:
    csrf, hub = sign_in("curie"), laboratory.app.state.hub
    number = laboratory.post("/v1/studies", json=ASKED, headers=csrf).json()["study"]
    folder = folder_of(hub, number)
    folder.mkdir(parents=True)
    study = hub.database.rows("select * from genomics.study where number = %s", (number,))[0]
    cohort = hub.database.rows("select * from hub.entity where id = 'cohort/door'")[0]
    order.write(folder / order.ORDER, quick.encode(order_of(hub, study, cohort), enc_hook=str))
    (folder / order.STOP).touch()
    assert process.main(folder) == process.STOPPED
    assert (folder / "scan" / "parts" / "000000.quantity.tsv").exists()
    assert not (folder / "scan" / "quantity.tsv").exists()
    (folder / order.STOP).unlink()
    assert process.main(folder) == 0
    assert lived(laboratory, number, "done")["variants_done"] == 3000


def test_a_study_of_some_people_and_variants_with_step_one(laboratory: TestClient, sign_in: SignIn) -> None:
    chosen = {"keep": "".join(f"F{i} P{i}\n" for i in range(200)), "extract": "rs1\nrs2\nrs3\n", "step_one": True}
    asked = ASKED | chosen | {"traits": "illness"}
    number = laboratory.post("/v1/studies", json=asked, headers=sign_in("curie")).json()["study"]
    found = lived(laboratory, number, "done")
    assert [(one["people"], one["variants"]) for one in found["traits_found"]] == [(200, 3)]
    assert found["inputs"].keys() > {"keep: keep.txt", "extract: extract.txt"}
    assert found["command"].count("citywide step1 ") == 1
    assert " --bt " in found["command"] or found["command"].split(" && ")[0].endswith(" --bt")


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"purpose": " "}, "purpose", "without a purpose"),
        ({"cohort": "cohort/none"}, "cohort", "no cohort is registered"),
        ({"traits": "height"}, "traits", "no trait height"),
        ({"test": "magic"}, "test", "no test"),
    ],
)
def test_a_wish_that_cannot_be_met_is_answered_at_its_field(
    laboratory: TestClient, sign_in: SignIn, change: dict[str, str], field: str, says: str
) -> None:
    csrf = sign_in("curie")
    answer = laboratory.post("/v1/studies", json=ASKED | change, headers=csrf)
    assert answer.status_code == 422
    assert says in answer.json()["detail"]
    assert [error["where"] for error in answer.json()["errors"]] == [field]


def test_only_scientists_and_managers_of_the_biobank_ask(laboratory: TestClient, sign_in: SignIn) -> None:
    assert laboratory.post("/v1/studies", json=ASKED, headers=sign_in("wen")).status_code == 403
    assert laboratory.post("/v1/studies", json=ASKED, headers=sign_in("darwin")).status_code == 403
    laboratory.cookies.clear()
    assert laboratory.post("/v1/studies", json=ASKED).status_code == 401


def test_a_study_of_named_people_is_not_there_for_others(laboratory: TestClient, finished: int) -> None:
    signed_in(laboratory, "curie")
    with laboratory.app.state.hub.database.transaction() as connection:
        connection.execute("update genomics.study set people = '{curie,lin}' where number = %s", (finished,))
    assert laboratory.get(f"/v1/studies/{finished}/quantity/table.tsv").status_code == 200
    csrf = signed_in(laboratory, "mendel")
    assert laboratory.get(f"/v1/studies/{finished}").status_code == 404
    assert laboratory.get(f"/v1/studies/{finished}/quantity/table.tsv").status_code == 404
    act = laboratory.post("/v1/studies/acts", json={"study": finished, "act": "stop"}, headers=csrf)
    assert act.status_code == 404


@pytest.mark.parametrize("name", ["quantity/said.txt", "..%2F..%2Forder/report.html", "quantity/..%2F..%2Forder.json"])
def test_nothing_but_results_is_fetched(laboratory: TestClient, finished: int, name: str) -> None:
    signed_in(laboratory, "curie")
    assert laboratory.get(f"/v1/studies/{finished}/{name}").status_code == 404


def test_named_people_are_the_asker_and_who_was_named(laboratory: TestClient, sign_in: SignIn) -> None:
    csrf = sign_in("curie")
    number = laboratory.post("/v1/studies", json=ASKED | {"people": "lin，mendel"}, headers=csrf).json()["study"]
    assert laboratory.get(f"/v1/studies/{number}").json()["people"] == ["curie", "lin", "mendel"]
    laboratory.post("/v1/studies/acts", json={"study": number, "act": "stop"}, headers=csrf)


def test_time_left_is_told_while_a_study_runs(laboratory: TestClient, sign_in: SignIn) -> None:
    csrf, hub = sign_in("curie"), laboratory.app.state.hub
    number = laboratory.post("/v1/studies", json=ASKED, headers=csrf).json()["study"]
    with hub.database.transaction() as connection:
        connection.execute("update genomics.study set state = 'running', left_s = 42 where number = %s", (number,))
    assert [row["left_s"] for row in shown(laboratory, "studies", "Time left")] == [42]
    laboratory.post("/v1/studies/acts", json={"study": number, "act": "stop"}, headers=csrf)
    assert not shown(laboratory, "studies", "Time left")
