"""The call-takers' door."""

import pytest
from litestar.testing import TestClient

from citywide.systems.hotline.watch import look_for_hot_spots


def test_a_call_becomes_a_case_and_the_caller_is_known_again(door: TestClient, sign_in: object) -> None:
    told = {"text": "小区自来水停水了没有水用", "phone": "023-6812 3456", "name": "Qian", "place": [106.7, 29.7]}
    answer = door.post("/v1/hotline/calls", json=told, headers=sign_in("mayor"))
    assert answer.status_code == 201, answer.text
    assert answer.json()["category"] == "no_water"
    assert answer.json()["confidence"] > 0.5
    known = door.get("/v1/hotline/caller", params={"phone": "02368123456"}).json()
    assert [each["case"] for each in known] == [answer.json()["case"]]
    sign_in("wen")
    assert door.get("/v1/hotline/caller", params={"phone": "02368123456"}).json() == []


def test_every_widget_of_the_hotline_answers(door: TestClient, sign_in: object) -> None:
    sign_in("mayor")
    look_for_hot_spots(door.app.state.hub)
    for page in (each for each in door.get("/v1/pages").json() if each["system"] == "hotline"):
        for number, widget in enumerate(page["widgets"]):
            if widget["type"] != "form":
                for layer in range(len(widget.get("layers", "."))):
                    at = f"/v1/pages/hotline/{page['name']}/{number}?layer={layer}"
                    assert door.get(at).status_code == 200, at


@pytest.mark.parametrize("period", ["day", "week"])
def test_the_report_is_a_pdf(door: TestClient, sign_in: object, period: str) -> None:
    sign_in("mayor")
    answer = door.get(f"/v1/hotline/report.pdf?period={period}")
    assert answer.content[:5] == b"%PDF-"
    assert door.get("/v1/hotline/report.pdf?period=year").status_code == 422
