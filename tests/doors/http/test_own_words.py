"""What a city has settled for itself holds at every door, for residents and their apps too."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from citywide.app import build
from citywide.hub.database.cluster import Cluster
from citywide.hub.people.devices import new_token
from citywide.hub.settings import Settings
from citywide.hub.testing import fresh_database

CITY = """
[departments.river_office]
en = "River office"
zh = "河道管理处"
[categories.street_light]
department = "river_office"
[categories.pothole]
reportable = false
[categories.blocked_lane]
reportable = true
"""


@pytest.fixture(scope="module")
def here(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A city that has moved one matter, takes no reports of another, and takes those of a third."""
    folder: Path = tmp_path_factory.mktemp("own")
    (folder / "city.toml").write_text(CITY)
    settings = Settings(data=folder / "data", city=folder, database_url=fresh_database(cluster, "own_words"))
    with TestClient(build(settings)) as door:
        with door.app.state.hub.database.transaction() as connection:
            door.token = new_token(connection, "app", ("reports:write",))
        yield door


def asked(here: TestClient, code: str, **more: object):
    told = {"api_key": here.token, "service_code": code, "address_string": "Elm Street 5", "description": "so it is"}
    return here.post("/open311/v2/requests.json", data=told | more)


def test_residents_are_offered_what_this_city_takes(here: TestClient) -> None:
    offered = {each["name"] for each in here.get("/v1/report/categories").json()}
    assert "pothole" not in offered
    assert {"street_light", "blocked_lane"} <= offered


def test_apps_are_told_who_answers_here_and_for_what(here: TestClient) -> None:
    services = {each["service_code"]: each["group"] for each in here.get("/open311/v2/services.json").json()}
    assert "pothole" not in services
    assert (services["street_light"], services["blocked_lane"]) == ("river_office", "traffic")
    assert here.get("/open311/v2/services/pothole.json").status_code == 404


def test_an_app_reports_what_this_city_takes_and_nothing_else(here: TestClient) -> None:
    assert asked(here, "pothole").status_code == 404
    ((made,),) = (asked(here, "blocked_lane").json(),)
    (seen,) = here.get(f"/open311/v2/requests/{made['service_request_id']}.json").json()
    assert (seen["service_code"], seen["agency_responsible"]) == ("blocked_lane", "traffic")


def test_who_joins_a_matter_that_is_reported_here_alone_reads_no_others_address(here: TestClient) -> None:
    told = {"text": "a lorry stands", "category": "blocked_lane", "lon": 106.55, "lat": 29.56}
    links = [
        here.post("/v1/reports", files=[("report", (None, json.dumps(told | {"address": address})))]).json()["follow"]
        for address in ("before my door, 5 Elm Street", "the corner")
    ]
    first, second = (here.get(f"/v1/follow/{link}").json()["case"] for link in links)
    assert first["case" if "case" in first else "id"] == second["case" if "case" in second else "id"]
    assert "5 Elm Street" in first["title"]["en"]
    assert "5 Elm Street" not in json.dumps(second)


def test_words_that_mean_what_is_not_reported_here_are_taken_for_the_next_likely(here: TestClient) -> None:
    told = json.dumps({"text": "a deep pothole in the road", "lon": 106.56, "lat": 29.57})
    taken = here.post("/v1/reports", files=[("report", (None, told))])
    assert taken.status_code == 201
    case = here.app.state.hub.database.rows("select category from hub.cases order by id desc limit 1")
    assert case[0]["category"] != "pothole"


def test_a_former_hotlines_cases_are_with_who_answers_for_them_here(here: TestClient) -> None:
    former = {"text": "dark", "category": "street_light", "opened": "2026-01-01T00:00:00Z",
              "closed": "2026-01-02T00:00:00Z"}  # fmt: skip
    answer = here.post("/v1/hotline/history", json=[former], headers={"authorization": f"Bearer {here.token}"})
    assert answer.json()["accepted"] == 1
    found = here.app.state.hub.database.rows("select department from hub.cases where opened_by = 'former hotline'")
    assert [row["department"] for row in found] == ["river_office"]


def test_what_no_database_keeps_takes_no_other_former_case_with_it(here: TestClient) -> None:
    former = [{"text": text, "category": "tree_trimming", "opened": "2026-01-01T00:00:00Z",
               "closed": "2026-01-02T00:00:00Z"} for text in ("a\0b", "leans")]  # fmt: skip
    answer = here.post("/v1/hotline/history", json=former, headers={"authorization": f"Bearer {here.token}"}).json()
    assert (answer["accepted"], [each["where"] for each in answer["refused"]]) == (1, ["0"])
