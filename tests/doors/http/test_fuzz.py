"""Whatever is asked, by whomever: a clear answer, never a failure of ours."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from litestar.testing import TestClient
from PIL import Image
from schemathesis.generation import GenerationMode

from citywide.doors.http.session import SIGN_INS
from citywide.doors.open311.services import DECLARED
from citywide.hub import Point
from citywide.hub.people.devices import new_token
from citywide.hub.web.limits import QUESTIONS, REPORTS

SCOPES = ("readings:write", "readings:read", "entities:write", "units:act", "reports:write", "demo")
ENDLESS = {"GET /v1/live"}
DEAR = {"GET /v1/hotline/report.pdf"}
ASKED = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
NASTY = [
    "",
    "\0",
    "a\0b",
    "²",
    "٣",
    "-1",
    "0",
    "9" * 30,
    "💧" * 300,
    "é\u202e",
    "%00",
    "../..",
    "'; drop--",
    "NaN",
    "1e999",
]


def operations(client: TestClient) -> list[Any]:
    schema = schemathesis.openapi.from_dict(client.get("/schema/openapi.json").json())
    found = [each.ok() for each in schema.get_all_operations()]
    return [each for each in found if each.label not in ENDLESS]


@pytest.fixture(scope="module")
def known(flooded: TestClient) -> Mapping[str, list[Any]]:
    """What a caller may know: names and numbers that stand for something."""
    hub = flooded.app.state.hub
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    told = {"report": '{"text": "The drain is blocked", "name": "Li", "lon": 106.55, "lat": 29.55}'}
    photo = {"photo": ("a.jpg", picture.getvalue(), "image/jpeg")}
    report = flooded.post("/v1/reports", data=told, files=photo).json()
    with hub.database.transaction() as connection:
        key = new_token(connection, "fuzzer", SCOPES, everywhere=True)
        person = connection.execute("select id from people.person where name = 'Li'").fetchone()
    pages = flooded.app.state.hub.words.systems.values()
    return {
        "entity": ["gauge/elm"], "id": ["gauge/elm", "gauge/oak"], "unit": ["drainage_crew/north"],
        "kind": ["gauge", "drainage_crew"],
        "quantity": ["water_depth"], "case": [1, report["case"]], "case_id": [1], "alarm": [1],
        "service_request_id": [report["case"]], "token": [report["follow"]], "photo": [1], "api_key": [key],
        "person": [str(person[0])], "purpose": ["contact", "emergency"], "category": list(hub.words.categories),
        "act": ["assign", "start", "pause", "resume", "reroute", "check", "close", "reopen", "confirm", "rate",
                "merge", "part", "update"],
        "to": ["drainage_crew/north", "parks", "1"], "period": ["day", "week"], "topics": ["case", "latest"],
        "system": [each.name for each in pages], "page": [page.name for each in pages for page in each.pages],
        "widget": list(range(9)), "path": ["0/000", "0/000.p/2", "entries/000", "1/000"],
        "service_code": sorted(DECLARED),
        "begin": ["2026-01-01T00:00:00Z"], "end": ["2030-01-01T00:00:00Z"], "phone": ["13912345678"],
        "name": ["wen", "services.json", "requests.xml", f"{report['case']}.json", f"{report['follow']}.xml"],
        "report": [told["report"]], "index": [0, 1], "first": [1], "second": [2], "after": [0], "status": ["open"],
    }  # fmt: skip


@pytest.fixture(params=["officer", "resident", "device", "anonymous"])
def ask(request, flooded: TestClient, known, sign_in, monkeypatch) -> Iterator[Any]:
    """Send what was made up, as one of those who call."""
    for gate in (REPORTS, QUESTIONS):
        monkeypatch.setattr(gate, "allows", lambda _: True)
    monkeypatch.setattr(SIGN_INS, "check", lambda _: None)
    headers = {}
    if request.param == "device":
        headers = {"authorization": f"Bearer {known['api_key'][0]}"}
    flooded.cookies.clear()
    if request.param == "officer":
        headers = sign_in("mayor")

    def send(case: Any) -> Any:
        ready = requests.Request(**case.as_transport_kwargs("http://testserver.local")).prepare()
        sent = {name: value for name, value in ready.headers.items() if name.lower() != "cookie"}
        answer = flooded.request(ready.method, ready.url, headers=sent | headers, content=ready.body)
        if request.param == "officer" and case.operation.label == "DELETE /v1/session":
            headers.update(sign_in("mayor"))
        return ready, answer

    return send


def dressed(data: st.DataObject, case: Any, knows: Mapping[str, list[Any]]) -> Any:
    """Names that the caller knows, and nasty ones, in the place of some that were made up."""
    bodies = case.body if isinstance(case.body, list) else [case.body]
    for part in (case.path_parameters, case.query, *bodies):
        for name in sorted(part) if isinstance(part, dict) else ():
            choice = data.draw(st.integers(0, 9))
            if choice < 7 and name in knows:
                part[name] = data.draw(st.sampled_from(knows[name]))
            elif choice == 9:
                part[name] = data.draw(st.sampled_from(NASTY))
    return case


def made_up_for(operation: Any, knows: Mapping[str, list[Any]]) -> list[Any]:
    """Some requests of this kind."""
    found: list[Any] = []
    modes = list(GenerationMode) if any(operation.iter_parameters()) or operation.body else [GenerationMode.POSITIVE]
    made_up = st.sampled_from(modes).flatmap(lambda mode: operation.as_strategy(generation_mode=mode))

    @given(st.data())
    @settings(ASKED, max_examples=1 if operation.label in DEAR else 6)
    def probe(data: st.DataObject) -> None:
        found.append(dressed(data, data.draw(made_up), knows))

    with suppress(Unsatisfiable):
        probe()
    return found


@pytest.fixture(scope="module")
def made_up(flooded: TestClient, known) -> list[Any]:
    """What every caller asks: to make requests up takes far longer than to answer them."""
    return [case for operation in operations(flooded) for case in made_up_for(operation, known)]


def test_no_request_makes_the_hub_fail(ask, made_up) -> None:
    failed: list[str] = []
    for ready, answer in map(ask, made_up):
        if answer.status_code >= 500:
            said = str(ready.body)[:300], answer.text[:200]
            failed.append(f"{answer.status_code} {ready.method} {ready.url} {' '.join(said)}")
    assert len(made_up) > 400
    assert failed == []


@pytest.mark.parametrize("note", ["a\0b", "lone \ud800 half"])
def test_words_that_a_database_cannot_keep_are_refused_by_name(flooded: TestClient, sign_in, note: str) -> None:
    body = json.dumps({"note": note}).encode()
    headers = sign_in("mayor") | {"content-type": "application/json"}
    answer = flooded.post("/v1/alarms/1/acknowledge", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_thing_without_a_proper_name_is_refused(flooded: TestClient, known) -> None:
    headers = {"authorization": f"Bearer {known['api_key'][0]}"}
    answer = flooded.post("/v1/entities", json=[{"id": "elm", "kind": "gauge", "name": "Elm"}], headers=headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_places_a_hairs_breadth_apart_have_a_distance(flooded: TestClient) -> None:
    asked = "select hub.metres(0, 1e-200, 5e-324, 0) as near, hub.metres(106.5, 29.5, 106.51, 29.5) as far"
    found = flooded.app.state.hub.database.rows(asked)[0]
    assert found["near"] == 0
    assert found["far"] == pytest.approx(Point(106.5, 29.5).distance_m(Point(106.51, 29.5)), rel=1e-6)
