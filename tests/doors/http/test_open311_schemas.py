"""Every answer of GeoReport v2 holds to its schema, and says the same as JSON and as XML."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator
from litestar.testing import TestClient

from citywide.doors import open311
from citywide.hub.people.devices import new_token

ROOT = "/open311/v2"
SCHEMAS = {file.stem: json.loads(file.read_text(encoding="utf-8"))
           for file in (Path(open311.__file__).parent / "schemas").glob("*.json")}  # fmt: skip
CASTS = ("variable", "required", "metadata")


def holds(name: str, said: object) -> None:
    Draft202012Validator(SCHEMAS[name]).validate(said)


def tree(element: ET.Element) -> object:
    """XML as plain values: what has children is a list when they share one name in the plural's singular."""
    if not len(element):
        return [] if element.tag in {"attributes", "values"} else element.text or ""
    if all(child.tag + "s" == element.tag for child in element):
        return [tree(child) for child in element]
    return {child.tag: tree(child) for child in element}


def plain(said: object) -> object:
    """JSON as XML would write it."""
    if isinstance(said, dict):
        return {name: plain(value) for name, value in said.items()}
    if isinstance(said, list):
        return [plain(each) for each in said]
    return "" if said is None else str(said).lower() if isinstance(said, bool) else str(said)


def both(door: TestClient, path: str, schema: str, query: str = "") -> object:
    """Ask for both formats; the JSON holds to its schema and the XML says the same."""
    said = door.get(f"{ROOT}/{path}.json{query}")
    written = door.get(f"{ROOT}/{path}.xml{query}")
    assert said.status_code == written.status_code
    assert said.headers["content-type"].startswith("application/json")
    assert "xml" in written.headers["content-type"]
    holds(schema, said.json())
    top = ET.fromstring(written.content)
    found = [tree(child) for child in top] if isinstance(said.json(), list) else tree(top)
    assert times_aside(found) == times_aside(plain(said.json()))
    return said.json()


def times_aside(said: object) -> str:
    """Both formats write moments by ISO 8601, one with Z and one with +00:00."""
    return json.dumps(said).replace("+00:00", "Z")


@pytest.fixture(scope="module")
def key(door: TestClient) -> str:
    with door.app.state.hub.database.transaction() as connection:
        return new_token(connection, "app", ("reports:write",))


def ask_for(door: TestClient, key: str, kind: str = "json", **more: str):
    told = {"api_key": key, "service_code": "rubbish", "lat": "29.61", "long": "106.61", "description": "bins & <bags>"}
    return door.post(f"{ROOT}/requests.{kind}", data=told | more)


@pytest.fixture(scope="module")
def made(door: TestClient, key: str) -> dict:
    answer = ask_for(door, key)
    assert answer.status_code == 201, answer.text
    holds("post_response", answer.json())
    return answer.json()[0]


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


def test_the_service_list_and_every_definition(door: TestClient) -> None:
    for service in both(door, "services", "service_list"):
        both(door, f"services/{service['service_code']}", "service_definition")


def test_requests_and_one_request(door: TestClient, made: dict) -> None:
    number = made["service_request_id"]
    assert number in [each["service_request_id"] for each in both(door, "requests", "requests")]
    assert both(door, f"requests/{number}", "request")[0]["description"] == "bins & <bags>"
    both(door, "requests", "requests", f"?service_request_id={number}&status=open")
    assert both(door, "requests", "requests", "?status=closed") == []


def test_a_request_by_address_only_holds_too(door: TestClient, key: str) -> None:
    answer = ask_for(door, key, lat="", long="", address_string="Elm Street 12")
    number = answer.json()[0]["service_request_id"]
    assert both(door, f"requests/{number}", "request")[0]["lat"] is None


def test_the_token(door: TestClient, made: dict) -> None:
    both(door, f"tokens/{made['service_notice'].rpartition('/')[2]}", "token")


def test_a_request_is_answered_in_xml_too(door: TestClient, key: str) -> None:
    top = ET.fromstring(ask_for(door, key, "xml").content)
    assert (top.tag, top[0].tag) == ("service_requests", "request")
    assert top.findtext("request/service_request_id", "").isdigit()


def test_updates_and_the_answer_to_one(door: TestClient, key: str, made: dict) -> None:
    told = {"api_key": key, "service_request_id": made["service_request_id"], "description": "still there",
            "update_id": "77", "updated_datetime": "2026-03-02T08:00:00+08:00", "status": "OPEN"}  # fmt: skip
    answer = door.post(f"{ROOT}/servicerequestupdates.json", data=told)
    assert answer.status_code == 201, answer.text
    holds("posted_update", answer.json())
    both(door, "servicerequestupdates", "updates")


@pytest.mark.parametrize(("path", "status"), [
    ("services/ufo", 404), ("requests/999999", 404), ("requests/abc", 400), ("tokens/nothing", 404),
    ("requests", 400), ("servicerequestupdates", 400),
])  # fmt: skip
def test_errors_hold_to_their_form(door: TestClient, path: str, status: int) -> None:
    query = "?start_date=yesterday" if path in {"requests", "servicerequestupdates"} else ""
    assert both(door, path, "errors", query)[0]["code"] == str(status)


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_a_missing_key_is_said_in_the_form_asked_for(door: TestClient, kind: str) -> None:
    answer = ask_for(door, "", kind)
    assert answer.status_code == 403
    if kind == "json":
        holds("errors", answer.json())
    else:
        assert ET.fromstring(answer.content).findtext("error/code") == "403"


def test_another_city_s_jurisdiction_is_not_found_and_ours_or_none_is_served(door: TestClient, key: str) -> None:
    ours = door.get("/open311/discovery.json").json()["jurisdiction_id"]
    assert door.get(f"{ROOT}/services.json?jurisdiction_id={ours}").status_code == 200
    for path in ("services", "services/rubbish", "requests", "servicerequestupdates"):
        answer = door.get(f"{ROOT}/{path}.json?jurisdiction_id=elsewhere.example")
        assert answer.status_code == 404
        holds("errors", answer.json())
    assert ask_for(door, key, jurisdiction_id="elsewhere.example").status_code == 404
    assert ask_for(door, key, jurisdiction_id=ours).status_code == 201
