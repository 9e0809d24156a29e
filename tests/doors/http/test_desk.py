"""The officer's desk: what is no case is said, and who was first, who may not, and who is nobody."""

from base64 import b64encode
from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import pytest
from litestar.testing import TestClient
from PIL import Image

from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from tests.conftest import PASSWORD

GOOD = {"title": "bench broken", "category": "playground", "lon": 106.55, "lat": 29.55}


def test_an_alarm_names_who_acknowledged_it_first_and_not_everybody_may(flooded: TestClient, sign_in) -> None:
    with flooded.app.state.hub.database.transaction() as connection:
        add_staff(connection, Who("ada", ("auditor", "scientist"), (), everywhere=True), PASSWORD)
    path = "/v1/alarms/1/acknowledge"
    assert flooded.post(path, json={}, headers=sign_in("ada")).status_code == 403
    first = flooded.post(path, json={}, headers=sign_in("wen")).json()
    again = flooded.post(path, json={}, headers=sign_in("mayor")).json()
    assert first == again
    assert (first["acknowledged"], first["by"]) == (True, "wen")


@pytest.mark.parametrize(("wrong", "where"), [
    ({"title": " "}, "title"),
    ({"lat": None}, "lon, lat"),
    ({"category": "ufo"}, "category"),
    ({"wants": "gauge"}, "wants"),
    ({"wants": "ufo"}, "wants"),
])  # fmt: skip
def test_what_is_no_case_is_said(door: TestClient, sign_in, wrong: dict, where: str) -> None:
    answer = door.post("/v1/cases", json=GOOD | wrong, headers=sign_in("mayor"))
    assert (answer.status_code, [each["where"] for each in answer.json()["errors"]]) == (422, [where])


def test_an_officers_case_is_nobodys_report_until_a_resident_joins(door: TestClient, sign_in) -> None:
    headers = sign_in("mayor")
    secret = GOOD | {"title": "Mr Gu's bench"}
    case = door.post("/v1/cases", json=secret, headers=headers).json()["case"]
    assert door.post("/v1/cases", json=GOOD, headers=headers).json()["case"] == case, "the same matter"
    public = f"/open311/v2/requests/{case}.json"
    assert door.get(f"/v1/cases/{case}").json()["case"]["reporters"] == 0
    assert door.get(public).status_code == 404
    told = {"text": "me too", "join": case, "lon": 106.55, "lat": 29.55}
    files = [("report", (None, str(told).replace("'", '"')))]
    joined = door.post("/v1/reports", files=files)
    assert joined.status_code == 201
    assert "Gu" not in door.get(f"/v1/follow/{joined.json()['follow']}").text, "officers' words are not for residents"
    assert door.get(f"/v1/cases/{case}").json()["case"]["reporters"] == 1
    assert door.get(public).status_code == 200


def test_nobody_is_not_found_and_no_purpose_is_not_understood(door: TestClient, sign_in) -> None:
    headers, nobody = sign_in("mayor"), f"/v1/persons/{uuid4()}"
    assert door.get(f"{nobody}?purpose=contact").status_code == 404
    assert door.get(f"{nobody}?purpose=curiosity").status_code == 422
    assert door.get(f"{nobody}?purpose=research").status_code == 403
    grant = {"to": "nobody", "why": "outbreak", "hours": 1}
    assert door.post("/v1/grants", json=grant, headers=headers).status_code == 404
    assert door.post("/v1/grants", json=grant | {"purpose": "contact"}, headers=headers).status_code == 422


def test_nothing_lasts_a_million_years(door: TestClient, sign_in) -> None:
    headers = sign_in("mayor")
    asked = {"to": "wen", "why": "outbreak"}
    answers = [door.post(path, json=asked | {"hours": hours}, headers=headers)
               for path in ("/v1/grants", "/v1/delegations") for hours in (1e300, -3509362658197488.0)]  # fmt: skip
    assert [answer.status_code for answer in answers] == [400, 400, 422, 422]
    assert all("hours" in answer.text for answer in answers)


def test_the_deadlines_line_is_the_hubs_own_whatever_anybody_writes(door: TestClient, sign_in) -> None:
    headers = sign_in("mayor")
    case = door.post("/v1/cases", json=GOOD | {"lon": 106.6}, headers=headers).json()["case"]
    before = door.get(f"/v1/cases/{case}").json()["deadline"]
    note = {"note": "done; due in the year 2099；无期限"}
    after = door.post(f"/v1/cases/{case}/close", json=note, headers=headers).json()["deadline"]
    assert after == before
    assert after["en"].startswith("due ")


def test_words_that_no_entry_of_the_log_could_hold_are_refused(door: TestClient, sign_in) -> None:
    headers = sign_in("mayor")
    case = door.post("/v1/cases", json=GOOD | {"lon": 106.7}, headers=headers).json()["case"]
    assert door.post(f"/v1/cases/{case}/close", json={"note": "x" * 70_000}, headers=headers).status_code == 400


def test_what_was_closed_never_pushes_an_open_case_off_the_board(door: TestClient, sign_in) -> None:
    insert = """insert into hub.cases (title, category, department, first_department, state, opened, due, closed)
        select '{"en": "a", "zh": "b"}', 'playground', 'parks', 'parks', %s, now(), now() + %s::interval, %s
        from generate_series(1, %s)"""
    now = datetime.now(UTC)
    with door.app.state.hub.database.transaction() as connection:
        connection.execute(insert, ("closed", "-1 hour", now, 150))
        connection.execute(insert, ("paused", "1 hour", None, 1))
    sign_in("mayor")
    wall = next(page for page in door.get("/v1/pages").json() if page["name"] == "wall")
    at = next(number for number, widget in enumerate(wall["widgets"]) if widget["type"] == "board")
    board = door.get(f"/v1/pages/hub/wall/{at}").json()
    rows = [dict(zip(board["columns"], row, strict=True)) for row in board["rows"]]
    shown = {state: [row["alike"] for row in rows if row["state"] == state] for state in ("closed", "paused")}
    assert shown["paused"] == [1]
    assert len(shown["closed"]) == 100
    assert min(shown["closed"]) >= 150


def test_a_case_goes_to_the_nearest_free_hands_and_comes_back_with_a_photo(flooded: TestClient, sign_in) -> None:
    headers = sign_in("wen")
    row = flooded.app.state.hub.database.rows("select min(id) as id from hub.cases where department = 'drainage'")[0]
    hands = flooded.get(f"/v1/cases/{row['id']}/hands").json()
    assert hands["units"]
    assert all(unit["wanted"] and unit["minutes"] is not None for unit in hands["units"])
    free = [unit["free"] for unit in hands["units"]]
    assert free == sorted(free, reverse=True)
    assert "drainage" not in hands["departments"]
    assert {"roads", "parks"} <= set(hands["departments"])
    picture = BytesIO()
    Image.new("RGB", (8, 8), "gray").save(picture, "JPEG")
    done = {"note": "dry", "photos": [b64encode(picture.getvalue()).decode()]}
    check = f"/v1/cases/{row['id']}/check"
    assert flooded.post(check, json=done | {"photos": ["bm8="]}, headers=headers).status_code == 422
    assert "at most 4" in flooded.post(check, json=done | {"photos": done["photos"] * 5}, headers=headers).text
    closed = flooded.post(check, json=done, headers=headers).json()
    assert (closed["case"]["state"], len(closed["case"]["photos"])) == ("checking", 1)
    assert flooded.get("/v1/cases/999999/hands").status_code == 404


def test_an_officer_joins_two_cases_that_are_one_and_their_reporters_read_where_it_goes_on(
    door: TestClient, sign_in
) -> None:
    def report(lat: float) -> dict:
        told = f'{{"category": "playground", "text": "bench broken", "lon": 106.7, "lat": {lat}}}'
        return door.post("/v1/reports", files=[("report", (None, told))]).json()

    near, far = report(29.7), report(29.72)
    with door.app.state.hub.database.transaction() as connection:
        crew = Who("cao", ("crew",), ("parks",))
        add_staff(connection, crew, PASSWORD)
    path, asked = f"/v1/cases/{far['case']}", {"note": "one bench, told from both ends", "to": str(near["case"])}
    assert door.post(f"{path}/merge", json=asked, headers=sign_in("cao")).status_code == 403, "crews join nothing"
    headers = sign_in("lin")
    for wrong, status in (("4711", 404), ("the other", 422), ("1", 404), (str(far["case"]), 409)):
        assert door.post(f"{path}/merge", json=asked | {"to": wrong}, headers=headers).status_code == status
    assert near["case"] in [each["id"] for each in door.get(f"{path}/hands").json()["cases"]]
    assert door.post(f"{path}/merge", json=asked, headers=headers).json()["case"]["joined_to"] == near["case"]
    door.post(f"/v1/cases/{near['case']}/close", json={"note": "mended"}, headers=headers)
    read = door.get(f"/v1/follow/{far['follow']}").json()
    assert [step["what"] for step in read["steps"]] == ["opened", "merged", "closed"]
    assert (read["case"]["state"], "reopen" in read["can"], "joined_to" in read["case"]) == ("closed", True, False)
    assert "told from both ends" not in str(read), "officers' words are not for residents"
    again = door.post(f"/v1/follow/{far['follow']}/reopen", json={"note": "still broken"}).json()
    assert again["case"]["state"] == "waiting"
    public = door.get(f"/open311/v2/requests/{far['case']}.json").json()
    assert public[0]["status"] == "open", "whatever it was joined to is not mended"
    answer = door.post(f"{path}/part", json={"note": "two benches"}, headers=headers)
    assert answer.status_code == 200, answer.text
    parted = answer.json()
    assert (parted["case"]["joined_to"], parted["deadline"]["en"][:4]) == (None, "due ")
