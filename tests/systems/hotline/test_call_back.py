"""A department's team takes up what waits for it and hands it in; who reported is asked and has the last word."""

import base64
from io import BytesIO

import pytest
from litestar.testing import TestClient
from PIL import Image

from citywide.hub import Entity, Point
from citywide.hub.entities.registry import register
from citywide.hub.people.devices import new_token

PLACE = [106.61, 29.61]


@pytest.fixture(scope="module")
def city(door: TestClient) -> TestClient:
    with door.app.state.hub.database.transaction() as connection:
        register(connection, [
            Entity("team/parks", "department_crew", "Parks team", Point(106.6, 29.6), "parks"),
            Entity("team/roads", "department_crew", "Roads team", Point(106.6, 29.6), "roads"),
        ])  # fmt: skip
        door.hears = new_token(connection, "app", ("reports:write", "units:act"), everywhere=True)
    return door


def said(city: TestClient, path: str, body: object):
    return city.post(path, json=body, headers={"authorization": f"Bearer {city.hears}"})


def reported(city: TestClient, at: int) -> dict:
    told = [{"text": "tree down", "category": "fallen_tree", "place": [PLACE[0] + at / 100, PLACE[1]]}]
    return said(city, "/v1/hotline/reports", told).json()[0]


def handed_in(city: TestClient, at: int) -> dict:
    case = reported(city, at)
    path, unit = f"/v1/orders/{case['case']}", {"unit": "team/parks"}
    written = BytesIO()
    Image.new("RGB", (64, 48), "green").save(written, "JPEG")
    photo = {"photos": [base64.b64encode(written.getvalue()).decode()], "note": "sawn up"}
    for act, more in (("accept", {}), ("start", {}), ("check", photo)):
        answer = said(city, f"{path}/{act}", unit | more)
        assert answer.status_code == 200, answer.text
    return case


def answered(city: TestClient, case: dict, act: str, **more: object) -> dict:
    return said(city, "/v1/hotline/answers", [{"follow": case["follow"], "act": act, **more}]).json()[0]


def seen(city: TestClient, case: dict) -> dict:
    return city.get(f"/v1/follow/{case['follow']}").json()["case"]


def test_a_team_takes_up_what_waits_for_its_own_department(city: TestClient) -> None:
    case = reported(city, 1)
    headers = {"authorization": f"Bearer {city.hears}"}
    waits = city.get("/v1/orders/waiting?department=parks", headers=headers).json()
    assert case["case"] in {row["case"] for row in waits}
    path = f"/v1/orders/{case['case']}/accept"
    assert said(city, path, {"unit": "team/roads"}).status_code == 409
    assert said(city, path, {"unit": "team/parks"}).status_code == 200
    assert said(city, path, {"unit": "team/parks"}).status_code == 409


def test_the_proof_is_shown_to_who_reported(city: TestClient) -> None:
    case = handed_in(city, 2)
    assert seen(city, case)["state"] == "checking"
    (photo,) = seen(city, case)["photos"]
    assert city.get(photo).headers["content-type"] == "image/jpeg"


def test_a_case_of_another_department_is_passed_on(city: TestClient) -> None:
    case = reported(city, 3)
    path, unit = f"/v1/orders/{case['case']}", {"unit": "team/parks"}
    said(city, f"{path}/accept", unit)
    assert said(city, f"{path}/reroute", unit | {"to": "roads", "note": "it lies on the road"}).status_code == 200
    assert seen(city, case)["department"] == "roads"


def test_confirmed_with_stars(city: TestClient) -> None:
    case = handed_in(city, 4)
    assert answered(city, case, "confirm", stars=4) == {"case": case["case"], "state": "closed"}
    assert seen(city, case)["stars"] == 4


def test_not_mended_goes_back(city: TestClient) -> None:
    case = handed_in(city, 5)
    assert answered(city, case, "reopen", note="call me at 13812345678")["state"] == "waiting"
    assert seen(city, case)["reopened"] == 1
    assert "13812345678" not in city.get(f"/v1/follow/{case['follow']}").text


def test_who_is_not_reached_leaves_a_closed_case(city: TestClient) -> None:
    case = handed_in(city, 6)
    assert answered(city, case, "unreached")["state"] == "closed"
    assert "refused" in answered(city, case, "unreached")


def test_nobody_is_asked_about_work_that_is_not_done(city: TestClient) -> None:
    case = reported(city, 7)
    assert answered(city, case, "confirm", stars=5)["refused"][0]["where"] == "0.act"
    assert answered(city, {"follow": "nothing"}, "confirm")["refused"][0]["where"] == "0.follow"


def test_a_word_that_no_database_keeps_takes_no_other_reply_with_it(city: TestClient) -> None:
    first, second = handed_in(city, 7), handed_in(city, 8)
    replies = [
        {"follow": case["follow"], "act": "reopen", "note": note}
        for case, note in ((first, "a\0b"), (second, "still there"))
    ]
    answer = said(city, "/v1/hotline/answers", replies)
    assert answer.status_code == 200
    refused, heard = answer.json()
    assert refused["refused"][0]["where"] == "0.note"
    assert heard == {"case": second["case"], "state": "waiting"}
