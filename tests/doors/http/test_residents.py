"""A resident's report from photo to reopened case, through the door."""

import json
from io import BytesIO

import pytest
from litestar.testing import TestClient
from PIL import Image

from citywide.hub import OpenCase, Point, Text
from citywide.hub.reports.receive import keep_photos
from citywide.hub.web.limits import REPORTS

HERE = {"lon": 106.5301, "lat": 29.5501}


def photo(kind: str = "JPEG") -> bytes:
    picture = Image.new("RGB", (3000, 1000), "gray")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SpyPhone"
    exif.get_ifd(0x8825)[2] = (29.0, 33.0, 0.0)
    written = BytesIO()
    picture.save(written, kind, exif=exif)
    return written.getvalue()


def send(door: TestClient, told: dict, *photos: bytes):
    files = [("report", (None, json.dumps(told))), *(("photo", ("p.jpg", body, "image/jpeg")) for body in photos)]
    return door.post("/v1/reports", files=files)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(REPORTS, "allows", lambda _: True)


@pytest.fixture(scope="module")
def reported(door: TestClient) -> dict:
    answer = send(door, {"text": "井盖不见了，很危险，我的电话 13812345678", "name": "Zhao", "phone": "13812345678",
                         "anonymous": False, **HERE}, photo())  # fmt: skip
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_words_alone_find_the_department_and_the_case_carries_nobody(door: TestClient, reported: dict) -> None:
    row = door.app.state.hub.database.rows("select * from hub.cases where id = %s", (reported["case"],))[0]
    assert (row["category"], row["department"], row["reporters"]) == ("broken_manhole", "roads", 1)
    assert "13812345678" not in str(row)
    assert "Zhao" not in str(row)


def test_the_person_agreed_to_be_called_back_and_to_nothing_else(door: TestClient, reported: dict) -> None:
    found = door.app.state.hub.database.rows("""select person.name, consent.purpose from hub.follower
        join people.person on person.id = follower.person join people.consent on consent.person = person.id
        where follower.cases = %s""", (reported["case"],))  # fmt: skip
    assert found == [{"name": "Zhao", "purpose": "contact"}]


def test_a_photo_comes_back_upright_small_and_bare(door: TestClient, reported: dict) -> None:
    seen = door.get(f"/v1/follow/{reported['follow']}").json()
    answer = door.get(seen["case"]["photos"][0])
    picture = Image.open(BytesIO(answer.content))
    assert answer.headers["content-type"] == "image/jpeg"
    assert picture.size[0] < picture.size[1] <= 2048
    assert not picture.getexif()
    assert b"SpyPhone" not in answer.content


def test_a_photo_is_for_its_followers_and_for_staff_with_rights(
    door: TestClient, reported: dict, sign_in: object
) -> None:
    at = door.get(f"/v1/follow/{reported['follow']}").json()["case"]["photos"][0].partition("?")[0]
    door.cookies.clear()
    assert door.get(at).status_code == 401
    assert door.get(f"{at}?token=guess").status_code == 404
    sign_in("wen")
    assert door.get(at).status_code == 404
    sign_in("mayor")
    assert door.get(at).status_code == 200


def test_neighbours_see_it_and_may_join_and_the_desk_reads_what_they_say(
    door: TestClient, reported: dict, sign_in: object
) -> None:
    found = door.post("/v1/report/near", json={"category": "broken_manhole", **HERE}).json()["neighbours"]
    assert [(each["case"], each["distance_m"]) for each in found] == [(reported["case"], 0)]
    assert set(found[0]) == {"case", "title", "state", "distance_m", "reporters"}
    joined = send(
        door, {"text": "a child fell in, 13812345678", "join": reported["case"], "anonymous": True, **HERE}
    ).json()
    assert joined["case"] == reported["case"]
    assert joined["follow"] != reported["follow"]
    far = send(door, {"text": "me too", "join": reported["case"], "lon": 107.0, "lat": 30.0})
    assert far.status_code == 404
    sign_in("mayor")
    steps = door.get(f"/v1/cases/{reported['case']}").json()["steps"]
    assert [step["says"]["en"].rpartition(": ")[2] for step in steps if step["what"] == "joined"] == [
        "a child fell in, ▇▇▇"]  # fmt: skip
    door.cookies.clear()
    assert "child" not in door.get(f"/v1/follow/{reported['follow']}").text


def test_only_what_residents_report_is_seen_and_joined_and_all_else_looks_alike(door: TestClient) -> None:
    hub = door.app.state.hub
    with hub.database.transaction() as connection:
        desk, now = hub.desk, hub.clock.now()

        def opened(category: str, place: Point | None) -> int:
            return desk.open(connection, OpenCase(Text("x", "x"), category, place=place), now, "wen")

        study, nowhere = opened("genome_study", Point(106.7, 29.7)), opened("rubbish", None)
        gauge, closed = opened("broken_gauge", Point(106.7, 29.7)), opened("rubbish", Point(106.7, 29.7))
        desk.close(connection, closed, now, "wen")
        outage = opened("outage", Point(106.7, 29.7))
    there = {"lon": 106.7, "lat": 29.7}
    for category in ({}, {"category": "genome_study"}, {"category": "ufo"}):
        assert door.post("/v1/report/near", json=category | there).json() == {"neighbours": []}
    tried = (study, nowhere, gauge, outage, closed, 999_999, 0, -1)
    answers = [send(door, {"text": "x", "category": "rubbish", "join": case, **there}) for case in tried]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert send(door, {"text": "x", "category": "genome_study", **there}).status_code == 422


def test_nobody_joins_without_saying_where(door: TestClient, reported: dict) -> None:
    told = {"text": "x", "category": "pothole"}
    placeless = [send(door, told | {"join": case}) for case in (reported["case"], 999_999)]
    assert [(each.status_code, each.json()["errors"][0]["where"]) for each in placeless] == [(422, "place")] * 2
    unfound = [send(door, told | {"join": case, "address": "zzz 9"}) for case in (reported["case"], 999_999)]
    assert [each.status_code for each in unfound] == [404, 404]
    assert unfound[0].text == unfound[1].text


def test_closed_is_not_mended_until_the_reporter_says_so(door: TestClient, reported: dict, sign_in: object) -> None:
    link = f"/v1/follow/{reported['follow']}"
    assert door.get(link).json()["can"] == ["update"]
    assert door.post(f"{link}/reopen", json={"note": "no"}).status_code == 409
    assert door.post(f"{link}/update", json={"note": "it is at the corner"}).status_code == 200
    door.post(f"/v1/cases/{reported['case']}/close", json={"note": "done"}, headers=sign_in("mayor"))
    door.cookies.clear()
    seen = door.get(link).json()
    assert seen["can"] == ["confirm", "reopen", "rate"]
    assert "mayor" not in json.dumps(seen)
    again = door.post(f"{link}/reopen", json={"note": "it is open still"}).json()
    assert (again["case"]["state"], again["case"]["reopened"]) == ("waiting", 1)
    assert [step["what"] for step in again["steps"]][-3:] == ["added", "closed", "reopened"]
    door.post(f"/v1/cases/{reported['case']}/close", json={"note": "done"}, headers=sign_in("mayor"))
    door.post(f"{link}/confirm", json={})
    rated = door.post(f"{link}/rate", json={"stars": 4, "note": "quick, and swept clean"}).json()
    assert rated["case"]["stars"] == 4
    assert rated["steps"][-1]["says"]["en"] == "4 of 5 stars: quick, and swept clean"
    assert door.post(f"{link}/rate", json={"stars": 9}).status_code == 409


def test_of_others_a_follower_learns_what_they_did_and_not_what_they_wrote(door: TestClient, sign_in: object) -> None:
    told = {"text": "deep hole", "category": "pothole", "lon": 106.8, "lat": 29.8, "address": "by the pond"}
    first = send(door, told).json()
    joiner = send(door, told | {"join": first["case"], "address": "Mrs Wu's gate", "text": "me too"}).json()
    theirs, ours = (f"/v1/follow/{each['follow']}" for each in (first, joiner))
    door.post(f"{theirs}/update", json={"note": "I am Mrs Zhao, door code 4711"})
    door.post(f"/v1/cases/{first['case']}/close", json={"note": "Li Wei did it"}, headers=sign_in("mayor"))
    door.cookies.clear()
    door.post(f"{ours}/reopen", json={"note": "still deep before number 9"})
    words = {"Mrs Wu", "4711", "Li Wei", "number 9"}
    read = {link: {each for each in words if each in door.get(link).text} for link in (theirs, ours)}
    assert read == {theirs: {"4711"}, ours: {"Mrs Wu", "number 9"}}
    assert door.get(theirs).json()["case"]["told"] == "deep hole"
    assert "told" not in door.get(ours).json()["case"]
    steps = door.get(ours).json()["steps"]
    assert next(step["says"]["en"] for step in steps if step["what"] == "joined").endswith("Mrs Wu's gate: me too")
    told_by_people = [step["what"] for step in steps if step["who"] != "hub"]  # the hub may have reminded meanwhile
    assert told_by_people == ["opened", "joined", "added", "closed", "reopened"]
    assert all(step["says"]["en"] and step["says"]["zh"] for step in steps)
    listed = door.get("/open311/v2/servicerequestupdates.json").json()
    public = [each["description"] for each in listed if each["service_request_id"] == str(first["case"])]
    assert len(public) == 3
    assert not any(each in str(public) for each in words)


def test_who_joins_sees_neither_the_words_nor_the_photos_of_who_came_first(door: TestClient, sign_in: object) -> None:
    told = {"text": "deep hole", "category": "pothole", "lon": 106.85, "lat": 29.85, "address": "behind Mr Gu's shop"}
    first = send(door, told, photo()).json()
    joiner = send(door, told | {"join": first["case"], "address": "", "text": "me too"}, photo()).json()
    with (hub := door.app.state.hub).database.transaction() as connection:
        keep_photos(connection, first["case"], [photo()], hub.clock.now())  # a crew's proof
    theirs, ours = (door.get(f"/v1/follow/{each['follow']}").json() for each in (first, joiner))
    asked = door.post("/v1/report/near", json={"category": "pothole", "lon": 106.85, "lat": 29.85}).json()["neighbours"]
    public = door.get("/open311/v2/requests.json", params={"service_request_id": first["case"]}).json()
    assert [asked[0]["title"], public[0]["description"]] == [{"en": "Pothole", "zh": "路面坑洼"}, "路面坑洼 Pothole"]
    assert "Gu" not in json.dumps([asked, public])
    assert "Mr Gu" in theirs["case"]["title"]["en"]
    assert "Gu" not in json.dumps(ours, ensure_ascii=False)
    assert (ours["case"]["title"]["en"], ours["case"]["category"], ours["case"]["place"]) == (
        "Pothole", "pothole", [106.85, 29.85])  # fmt: skip
    photos = [[each.partition("?")[0] for each in seen["case"]["photos"]] for seen in (theirs, ours)]
    assert [len(each) for each in photos] == [2, 2]
    assert len({*photos[0], *photos[1]}) == 3, "each their own, both the proof"
    own, proof = photos[0]
    door.cookies.clear()
    asked = [door.get(f"{at}?token={joiner['follow']}").status_code for at in (own, proof)]
    assert asked == [404, 200]


@pytest.mark.parametrize(("told", "about"), [
    ({"text": "", **HERE}, "text"),
    ({"text": "路灯不亮"}, "place"),
    ({"text": "路灯不亮", "phone": "call me", **HERE}, "phone"),
    ({"text": "路灯不亮", "category": "ufo", **HERE}, "category"),
    ({"text": "路灯不亮", "lon": 500, "lat": 1}, "lon"),
])  # fmt: skip
def test_what_is_missing_is_said(door: TestClient, told: dict, about: str) -> None:
    answer = send(door, told)
    assert (answer.status_code, [each["where"] for each in answer.json()["errors"]]) == (422, [about])


@pytest.mark.parametrize(("body", "says"), [
    (b"\0\0\0\x18ftypheic" + bytes(900), "HEIC"), (b"", "empty"), (b"<svg onload=alert(1)>", "no photo"),
    (photo()[:300], "broken"),
])  # fmt: skip
def test_who_sends_no_photo_is_told_so_in_words_that_help(door: TestClient, body: bytes, says: str) -> None:
    refused = send(door, {"text": "deep hole", **HERE}, body).json()["errors"][0]
    assert says in refused["what"]
    assert "object at 0x" not in refused["what"]


def test_a_place_on_the_other_side_of_the_world_is_not_the_city_s(door: TestClient) -> None:
    refused = send(door, {"text": "deep hole", "category": "pothole", "lon": -74.0, "lat": 40.7})
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["where"] == "place"


def test_what_is_said_is_as_of_the_city_s_own_clock(door: TestClient) -> None:
    mine = send(door, {"text": "deep hole", "category": "pothole", "lon": 106.41, "lat": 29.43}).json()
    seen = door.get(f"/v1/follow/{mine['follow']}").json()
    assert seen["as_of"] >= seen["steps"][-1]["at"]


def test_a_file_that_is_no_photo_is_refused(door: TestClient) -> None:
    for body in (b"<svg onload=alert(1)>", b"GIF89a" + bytes(100), photo()[:300]):
        assert send(door, {"text": "路灯不亮", **HERE}, body).status_code == 422


def test_a_place_named_in_the_words_is_enough(door: TestClient) -> None:
    answer = send(door, {"text": "the street light is out near elm street, it is dark"})
    assert answer.status_code == 201, answer.text
    row = door.app.state.hub.database.rows(
        "select lon, department from hub.cases where id = %s", (answer.json()["case"],)
    )
    assert row == [{"lon": 106.5, "department": "lighting"}]


def test_a_report_whose_answer_was_lost_is_sent_again_and_stays_one(door: TestClient) -> None:
    link = "a-phone-s-own-secret-of-32-letters-or-more"
    told = {"text": "路灯不亮", "category": "street_light", "link": link, "lon": 106.61, "lat": 29.61}
    first, again = (send(door, told, photo()) for _ in range(2))
    assert (first.status_code, first.json()) == (201, {"case": first.json()["case"], "follow": link})
    assert again.json() == first.json()
    seen = door.get(f"/v1/follow/{link}").json()
    assert (seen["case"]["id"], seen["case"]["reporters"], len(seen["case"]["photos"])) == (first.json()["case"], 1, 1)
    weak = send(door, told | {"link": "1234"})
    assert (weak.status_code, weak.json()["errors"][0]["where"]) == (422, "link")
