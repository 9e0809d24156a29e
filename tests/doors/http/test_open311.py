"""GeoReport v2 as other cities' apps speak it."""

from xml.etree import ElementTree as ET

import pytest
from litestar.testing import TestClient

from citywide.hub.people.devices import new_token

ROOT = "/open311/v2"
PICTURE = "https://media.example.org/photo.jpg?size=big"


@pytest.fixture(scope="module")
def key(door: TestClient) -> str:
    with door.app.state.hub.database.transaction() as connection:
        return new_token(connection, "app", ("reports:write",))


@pytest.fixture(scope="module")
def number(door: TestClient, key: str) -> str:
    told = {"api_key": key, "service_code": "pothole", "lat": "29.6", "long": "106.6", "description": "deep hole",
            "attribute[danger]": "yes", "phone": "13812345678", "first_name": "Zhao", "email": "zhao@example.org",
            "media_url": [PICTURE, "http://media.example.org/2"]}  # fmt: skip
    answer = door.post(f"{ROOT}/requests.json", data=told)
    assert answer.status_code == 201, answer.text
    found = answer.json()[0]
    assert set(found) == {"service_request_id", "service_notice", "account_id"}
    assert found["service_notice"].startswith(f"follow it at {door.base_url}/follow/")  # an app elsewhere can open it
    token = found["service_notice"].rpartition("/")[2]
    assert door.get(f"{ROOT}/tokens/{token}.json").json() == [
        {"service_request_id": found["service_request_id"], "token": token}
    ]
    return found["service_request_id"]


def test_services_and_their_definitions(door: TestClient) -> None:
    services = door.get(f"{ROOT}/services.json").json()
    fields = {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
    assert len(services) >= 40
    assert all(set(each) == fields for each in services)
    top = ET.fromstring(door.get(f"{ROOT}/services.xml").content)
    assert (top.tag, [each.find("service_code").text for each in top]) == (
        "services", [each["service_code"] for each in services])  # fmt: skip
    defined = door.get(f"{ROOT}/services/pothole.json").json()
    assert defined["attributes"][0]["values"][0] == {"key": "yes", "name": "Yes 是"}
    xml = ET.fromstring(door.get(f"{ROOT}/services/pothole.xml").content)
    assert xml.find("attributes/attribute/values/value/key").text == "yes"


def test_a_request_is_read_back_without_its_reporter(door: TestClient, number: str) -> None:
    found = door.get(f"{ROOT}/requests/{number}.json").json()[0]
    assert (found["status"], found["service_code"], found["lat"]) == ("open", "pothole", 29.6)
    assert found["description"] == "deep hole"
    assert "Zhao" not in str(found)
    assert "138" not in str(found)
    assert found["media_url"] == PICTURE
    xml = ET.fromstring(door.get(f"{ROOT}/requests.xml?status=open&service_code=pothole").content)
    assert number in [each.find("service_request_id").text for each in xml]
    assert number not in [each["service_request_id"] for each in door.get(f"{ROOT}/requests.json?status=closed").json()]


def test_the_desk_asks_the_reporter_back_by_the_one_door_and_is_shown_pictures_that_lie_elsewhere(
    door: TestClient, number: str, sign_in
) -> None:
    sign_in("mayor")
    assert door.get(f"/v1/cases/{number}").json()["case"]["links"] == [PICTURE, "http://media.example.org/2"]
    asked = door.get(f"/v1/cases/{number}/reporters").json()
    assert [(each["name"], each["phone"], each["email"]) for each in asked] == [
        ("Zhao", "13812345678", "zhao@example.org")]  # fmt: skip
    log = door.app.state.hub.database.rows("""select convert_from(body, 'utf8') as said
        from (select body from evidence.pending union all select body from evidence.entry) as log""")
    assert sum("asked for a person's data (contact): allowed" in row["said"] for row in log) == 1
    assert not any("media.example.org" in row["said"] or "Zhao" in row["said"] for row in log)
    sign_in("lin")
    assert door.get(f"/v1/cases/{number}/reporters").status_code == 404
    door.cookies.clear()


def test_updates_are_read_by_time_and_written_by_apps(door: TestClient, key: str, number: str) -> None:
    told = {"api_key": key, "service_request_id": number, "description": "still there", "status": "open",
            "media_url": "https://media.example.org/later"}  # fmt: skip
    answer = door.post(f"{ROOT}/servicerequestupdates.json", data=told)
    assert answer.status_code == 201, answer.text
    assert answer.json()[0]["update_id"].isdigit()
    with door.app.state.hub.database.transaction() as connection:
        door.app.state.hub.desk.close(connection, int(number), door.app.state.hub.clock.now(), "wen", "Wen did it")
    listed = [each for each in door.get(f"{ROOT}/servicerequestupdates.json").json()
              if each["service_request_id"] == number]  # fmt: skip
    assert [each["status"] for each in listed] == ["open", "closed"]
    assert "Wen" not in str(listed)
    assert door.post(f"{ROOT}/servicerequestupdates.xml", data=told).status_code == 201
    assert door.get(f"{ROOT}/requests/{number}.json").json()[0]["status"] == "open"


@pytest.mark.parametrize(("told", "code"), [
    ({"api_key": "nobody", "service_code": "pothole", "lat": "1", "long": "1"}, "403"),
    ({"service_code": "", "lat": "1", "long": "1"}, "400"),
    ({"service_code": "ufo", "lat": "1", "long": "1"}, "404"),
    ({"service_code": "pothole"}, "400"),
    ({"service_code": "pothole", "lat": "nan", "long": "1"}, "400"),
    *(({"service_code": "pothole", "lat": "29.6", "long": "106.6"} | wrong, "400") for wrong in (
        {"media_url": "javascript:alert(1)"}, {"media_url": "https://me:word@example.org"}, {"media_url": "https://[x"},
        {"media_url": "http://a b"}, {"email": "zhao at home"}, {"phone": "call me"},
    )),
])  # fmt: skip
def test_faults_have_a_code_and_a_description(door: TestClient, key: str, told: dict, code: str) -> None:
    answer = door.post(f"{ROOT}/requests.json", data={"api_key": key} | told)
    assert [(answer.status_code, each["code"], bool(each["description"])) for each in answer.json()] == [
        (int(code), code, True)
    ]


def test_what_is_not_there_is_said_in_the_format_asked_for(door: TestClient) -> None:
    assert ET.fromstring(door.get(f"{ROOT}/requests/999999.xml").content)[0][0].text == "404"
    assert door.get(f"{ROOT}/requests.json?start_date=yesterday").status_code == 400
    assert door.get(f"{ROOT}/services.yaml").status_code == 404
    assert door.get("/open311/discovery.json").json()["endpoints"][0]["type"] == "production"


def test_a_place_far_away_is_another_jurisdiction_s(door: TestClient, key: str) -> None:
    told = {"api_key": key, "service_code": "pothole", "lat": "40.7", "long": "-74.0", "description": "deep hole"}
    answer = door.post(f"{ROOT}/requests.json", data=told)
    assert (answer.status_code, "jurisdiction" in answer.json()[0]["description"]) == (400, True)


def test_numbers_override_every_other_filter(door: TestClient, number: str) -> None:
    asked = f"{ROOT}/requests.json?service_request_id={number}&service_code=rubbish&status=closed&end_date=2020-01-01"
    assert [each["service_request_id"] for each in door.get(asked).json()] == [number]


def test_pages_are_cut_from_one_list_and_a_date_alone_is_the_city_s_own(door: TestClient, key: str) -> None:
    form = {"api_key": key, "service_code": "dead_animal", "address_string": "Elm Street 1", "description": "a fox"}
    kinds = ({"data": form}, {"files": {name: (None, value) for name, value in form.items()}}, {"data": form})
    assert [door.post(f"{ROOT}/requests.json", **kind).status_code for kind in kinds] == [201] * 3
    asked = f"{ROOT}/requests.json?service_code=dead_animal&start_date=2020-01-01"
    whole = door.get(asked).json()
    assert len(whole) == 3
    assert [door.get(f"{asked}&page={page}&page_size=2").json() for page in (1, 2, 3)] == [whole[:2], whole[2:], []]
    assert {moment["requested_datetime"][-1] for moment in whole} == {"Z"}
    assert door.get(f"{asked}&end_date=2020-01-02").json() == []
    refused = [door.get(f"{ROOT}/requests.json?{wrong}").status_code
               for wrong in ("page=0", "page_size=1001", "page=x", "start_date=2026-01-01T00:00:00")]  # fmt: skip
    assert refused == [400] * 4
