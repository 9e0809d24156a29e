"""The call-takers' door."""

import base64
from io import BytesIO

import pytest
from litestar.testing import TestClient
from PIL import Image

from citywide.hub import Entity, Point
from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import register
from citywide.hub.people.devices import new_token
from citywide.kit.text import Text
from citywide.systems.hotline.report import _cell
from citywide.systems.hotline.sorting.intake import Intake
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


def test_a_form_s_map_and_a_pair_say_the_same_place_and_nonsense_is_refused(door: TestClient, sign_in: object) -> None:
    told, csrf = {"text": "路灯不亮"}, sign_in("mayor")
    for place in ([106.71, 29.71], {"lon": 106.71, "lat": 29.71}):
        answer = door.post("/v1/hotline/calls", json=told | {"place": place}, headers=csrf)
        assert answer.status_code == 201, answer.text
    answer = door.post("/v1/hotline/calls", json=told | {"place": [500, 0]}, headers=csrf)
    assert answer.status_code in {400, 422}
    assert "place" in answer.text


def test_a_caller_without_a_place_is_served(door: TestClient, sign_in: object) -> None:
    def call(**told: object) -> tuple[int, dict[str, object]]:
        answer = door.post("/v1/hotline/calls", json=told, headers=csrf)
        return answer.status_code, answer.json()

    csrf, hub = sign_in("mayor"), door.app.state.hub
    assert call(text="老板拖欠我三个月工资不发")[1]["category"] == "unpaid_wages"
    first, second = (call(text="Every street light in the city is dark", everywhere=True)[1]["case"] for _ in range(2))
    assert first != second  # nothing says that two who name no place mean the same
    rows = hub.database.rows("select title ->> 'zh' as title, lon from hub.cases where id = %s", (first,))
    assert rows == [{"title": "路灯不亮，The whole city · 全市", "lon": None}]
    status, refused = call(text="路灯不亮")
    assert (status, refused["detail"]) == (422, "where is it?")
    assert {each["name"]: each["has_a_place"] for each in door.get("/v1/report/categories").json()}["pothole"]


def test_another_channel_passes_reports_on_and_each_item_is_answered(door: TestClient) -> None:
    with door.app.state.hub.database.transaction() as connection:
        token = new_token(connection, "mini program", ("reports:write",))
    told = [
        {"text": "垃圾桶满了没人收", "place": [106.72, 29.72], "photos": [base64.b64encode(picture()).decode()]},
        {"text": "somewhere something"},
        {"text": "路面有个大坑", "place": [106.73, 29.73], "photos": ["bm8gcGhvdG8="]},
    ]
    answer = door.post("/v1/hotline/reports", json=told, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    taken = answer.json()
    assert taken[0]["category"] == "rubbish"
    assert [each["where"] for item in taken[1:] for each in item["refused"]] == ["1.place", "2.photo.0"]
    rows = door.app.state.hub.database.rows("select body from hub.photo where cases = %s", (taken[0]["case"],))
    assert len(rows) == 1
    assert door.post("/v1/hotline/reports", json=told).status_code == 401


def test_a_former_hotline_s_cases_are_taken_over_and_count_for_nobody(door: TestClient, sign_in: object) -> None:
    hub = door.app.state.hub
    with hub.database.transaction() as connection:
        token = new_token(connection, "migration", ("reports:write",))
    case = {"text": "电梯坏了", "category": "lift", "place": [106.6, 29.6],
            "opened": "2020-01-02T08:00:00+08:00", "closed": "2020-01-03T08:00:00+08:00"}  # fmt: skip
    wrong = [case | {"category": "ufo"}, case | {"closed": "2019-01-01T00:00:00Z"}]
    answer = door.post("/v1/hotline/history", json=[case, *wrong], headers={"authorization": f"Bearer {token}"})
    assert answer.json()["accepted"] == 1
    assert [each["where"] for each in answer.json()["refused"]] == ["1", "2"]
    kept = hub.database.rows("select state, department from hub.cases where opened_by = 'former hotline'")
    assert kept == [{"state": "closed", "department": "housing"}]
    values = {"now": hub.clock.now(), "back": "200 years", "reporters": 0}
    found = hub.database.rows(sql("league"), values)
    assert "housing" not in {row["department"] for row in found}


def picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (64, 48), "green").save(written, "JPEG")
    return written.getvalue()


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


def test_a_call_is_understood_while_it_is_written_down(door: TestClient, sign_in: object) -> None:
    csrf = sign_in("mayor")
    heard = door.post("/v1/hotline/understood", json={"text": "Elm Street 路面有个大坑"}, headers=csrf).json()
    assert (heard["guess"][0]["category"], heard["guess"][0]["department"]) == ("pothole", "roads")
    assert len(heard["guess"]) == 3
    assert sum(each["share"] for each in heard["guess"]) <= 1.001
    assert heard["place"] == {"name": "Elm Street", "lon": 106.5, "lat": 29.5}
    assert door.post("/v1/hotline/understood", json={"text": "路面有个大坑"}, headers=csrf).json()["place"] is None
    assert door.post("/v1/hotline/understood", json={"text": "x"}).status_code == 403  # without the session's word


@pytest.mark.parametrize("text", ["asdf qwer zxcv", "x" * 300, "你好", "请问今天天气怎么样", "😀😀😀", "1234567890"])
def test_what_says_nothing_is_sent_nowhere_until_somebody_asked_back(door: TestClient, sign_in: object, text) -> None:
    csrf, told = sign_in("mayor"), {"text": text, "place": [106.6, 29.6]}
    refused = door.post("/v1/hotline/calls", json=told, headers=csrf)
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "category")
    taken = door.post("/v1/hotline/calls", json=told | {"category": "heating"}, headers=csrf)
    assert taken.status_code == 201, taken.text


def test_where_it_is_does_not_decide_what_it_is(door: TestClient) -> None:
    hub, intake = door.app.state.hub, Intake()
    with hub.database.transaction() as connection:
        register(connection, [Entity("place/xinzhu", "place", "新竹医院 · Xinzhu Hospital", Point(106.55, 29.55), "")])
    assert intake.guess(hub.database, "no light at Xinzhu Hospital").categories[0][0] == "street_light"
    assert intake.guess(hub.database, "大坑 新竹医院").categories[0][0] == "pothole"
    assert intake.guess(hub.database, "新竹医院的医生态度很差").categories[0][0] == "hospital"


def test_the_report_s_letters_are_drawn_so_that_every_reader_shows_them(door: TestClient, sign_in: object) -> None:
    sign_in("mayor")
    written = door.get("/v1/hotline/report.pdf").content
    assert b"/Type3" in written
    assert b"/CIDFontType2" not in written  # Chinese fonts with PostScript outlines came out as other letters


def test_the_report_calls_departments_by_their_names() -> None:
    assert _cell(Text("Traffic police", "交警"), chinese=True) == "Traffic police 交警"
    assert (_cell(3, chinese=True), _cell(None, chinese=False)) == ("3", "–")
