"""A case whose answer was lost is sent again and opened once, whoever sends it and by whichever door."""

import threading
from datetime import timedelta

import pytest
from litestar.testing import TestClient

from citywide.hub.people.devices import new_token
from citywide.hub.reports.receive import Report
from citywide.hub.testing import MORNING
from citywide.hub.web.once import KEPT, done_once, named
from citywide.hub.web.problems import Problem
from citywide.systems.hotline.told import Told

PLACELESS = {"title": "a tree leans", "category": "tree_trimming"}
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
LINK = "a-phone-s-secret-of-thirty-two-letters-or-more"


def opened(door: TestClient, who: dict[str, str], key: str | None = None, **more: object) -> int:
    answer = door.post("/v1/cases", json=PLACELESS | more, headers=who | ({"idempotency-key": key} if key else {}))
    assert answer.status_code == 201, answer.text
    return answer.json()["case"]


@pytest.fixture(scope="module")
def app(door: TestClient) -> str:
    with door.app.state.hub.database.transaction() as connection:
        return new_token(connection, "app", ("reports:write",))


def test_a_case_without_a_place_that_is_sent_again_is_opened_once(door: TestClient, sign_in) -> None:
    mayor = sign_in("mayor")
    first = opened(door, mayor, KEY)
    assert opened(door, mayor, KEY) == opened(door, mayor, f'"{KEY}"') == first
    assert opened(door, mayor, "another-key") > first
    assert opened(door, mayor) > first


def test_nobody_is_answered_by_anothers_key(door: TestClient, sign_in) -> None:
    mine = opened(door, sign_in("mayor"), "a-key-of-both")
    theirs = opened(door, sign_in("lin"), "a-key-of-both")
    assert mine != theirs


def test_a_key_names_one_request(door: TestClient, sign_in) -> None:
    mayor = sign_in("mayor") | {"idempotency-key": "a-key-of-one"}
    opened(door, mayor)
    answer = door.post("/v1/cases", json=PLACELESS | {"title": "another"}, headers=mayor)
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "Idempotency-Key")


@pytest.mark.parametrize("key", ["short", "x" * 129, "with a space", "läuft-nicht"])
def test_what_is_no_key_is_said(door: TestClient, sign_in, key: str) -> None:
    headers = {name.encode(): value.encode("latin-1") for name, value in sign_in("mayor").items()}
    answer = door.post("/v1/cases", json=PLACELESS, headers=headers | {b"idempotency-key": key.encode("latin-1")})
    assert answer.status_code == 400
    assert "key" in answer.json()["errors"][0]["where"].lower()


def test_a_refused_request_may_be_mended_under_its_key(door: TestClient, sign_in) -> None:
    mayor = sign_in("mayor") | {"idempotency-key": "a-key-that-waits"}
    assert door.post("/v1/cases", json=PLACELESS | {"title": " "}, headers=mayor).status_code == 422
    assert opened(door, mayor) == opened(door, mayor)


def test_an_apps_request_and_a_call_are_taken_once_with_their_links(door: TestClient, sign_in, app: str) -> None:
    told = {"api_key": app, "service_code": "pothole", "address_string": "Elm Street 5", "description": "deep"}
    first, again = (
        door.post("/open311/v2/requests.json", data=told, headers={"idempotency-key": KEY}) for _ in range(2)
    )
    assert (first.status_code, first.json()) == (201, again.json())
    other = door.post(
        "/open311/v2/requests.json", data=told | {"phone": "13812345678"}, headers={"idempotency-key": KEY}
    )
    assert (other.status_code, other.json()[0]["code"]) == (422, "422")
    call = {"text": "the lamp is out", "category": "street_light", "address": "Oak Street"}
    calls = [door.post("/v1/hotline/calls", json=call, headers=sign_in("mayor") | {"idempotency-key": KEY}).json()
             for _ in range(2)]  # fmt: skip
    assert calls[0] == calls[1]
    assert door.get(f"/v1/follow/{calls[0]['follow']}").status_code == 200


def test_a_channels_list_that_is_sent_again_opens_nothing_twice(door: TestClient, app: str) -> None:
    listed = [{"text": "rubbish lies about", "category": "fly_tipping", "address": f"Yard {n}"} for n in range(2)]
    headers = {"authorization": f"Bearer {app}", "idempotency-key": KEY}
    first, again = (door.post("/v1/hotline/reports", json=listed, headers=headers).json() for _ in range(2))
    assert first == again
    assert first[0]["case"] != first[1]["case"]


def test_a_residents_key_is_the_link_that_the_report_is_followed_by(door: TestClient) -> None:
    files = [("report", (None, '{"text": "the lamp is out", "category": "street_light", "address": "Ash Street"}'))]
    first, again = (door.post("/v1/reports", files=files, headers={"idempotency-key": LINK}) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert first.json()["follow"] == LINK
    assert door.post("/v1/reports", files=files, headers={"idempotency-key": KEY[:20]}).status_code == 400


def test_every_door_that_opens_cases_describes_its_key(door: TestClient) -> None:
    paths = door.get("/schema/openapi.json").json()["paths"]
    for path in ("/v1/cases", "/v1/reports", "/v1/hotline/calls", "/v1/hotline/reports", "/open311/v2/requests.json"):
        (key,) = (each for each in paths[path]["post"]["parameters"] if each["name"] == "Idempotency-Key")
        assert (key["in"], key["required"]) == ("header", False)
        assert "A-Z a-z 0-9" in key["description"]


def test_a_key_is_kept_for_a_day_and_nothing_of_its_answer_can_be_read(door: TestClient) -> None:
    hub, said = door.app.state.hub, iter(range(9))
    once = named("a-key-of-a-day", "staff ada", PLACELESS)

    def ask(later: timedelta) -> int:
        with hub.database.transaction() as connection:
            return done_once(connection, once, MORNING + later, lambda: {"secret": next(said)})["secret"]

    assert [ask(timedelta()), ask(KEPT - timedelta(seconds=1)), ask(KEPT), ask(KEPT)] == [0, 0, 1, 1]
    rows = hub.database.rows("select name, answer from hub.answered where at <= %(at)s", {"at": MORNING + KEPT})
    assert len(rows) == 1
    assert not any(b"secret" in row["answer"] or b"a-key" in row["name"] for row in rows)


def test_the_same_twice_at_once_waits_for_itself(door: TestClient) -> None:
    hub, found, begun, go = door.app.state.hub, [], threading.Event(), threading.Event()
    once = named("a-key-of-two", "staff ada", PLACELESS)

    def ask(answer: int) -> None:
        def work() -> int:
            begun.set()
            go.wait(20)
            return answer

        with hub.database.transaction() as connection:
            found.append(done_once(connection, once, MORNING, work))

    first, second = (threading.Thread(target=ask, args=(number,)) for number in (1, 2))
    first.start()
    assert begun.wait(20)
    second.start()
    waiting = "select from pg_locks where locktype = 'advisory' and not granted"
    while not hub.database.rows(waiting):
        assert second.is_alive()
    go.set()
    first.join()
    second.join()
    assert found == [1, 1]


def test_a_channels_key_is_the_same_with_its_quotes(door: TestClient, app: str) -> None:
    listed = [{"text": "rubbish lies about", "category": "fly_tipping", "address": "Yard 9"}]
    first, again = (
        door.post(
            "/v1/hotline/reports", json=listed, headers={"authorization": f"Bearer {app}", "idempotency-key": key}
        ).json()
        for key in ("a-channels-key", '"a-channels-key"')
    )
    assert first == again


def test_of_a_channels_list_that_was_changed_under_its_key_each_item_is_answered_by_itself(
    door: TestClient, app: str
) -> None:
    listed = [{"text": "rubbish lies about", "category": "fly_tipping", "address": f"Lane {n}"} for n in range(3)]
    headers = {"authorization": f"Bearer {app}", "idempotency-key": "a-list-that-grows"}
    first = door.post("/v1/hotline/reports", json=listed[:2], headers=headers).json()
    changed = [listed[0] | {"text": "gone by now"}, *listed[1:]]
    answer = door.post("/v1/hotline/reports", json=changed, headers=headers)
    assert answer.status_code == 200
    refused, same, added = answer.json()
    assert refused["refused"][0]["where"] == "0.Idempotency-Key"
    assert same == first[1]
    assert added["case"] > first[1]["case"]


def test_a_call_is_answered_as_before_whatever_the_sorter_has_learnt_since(
    door: TestClient, sign_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever sends it again, its answer lost, is asked what it is about, and never gets the link."""
    mayor, told = sign_in("mayor") | {"idempotency-key": "a-call-of-one"}, {"text": "dark here", "address": "Ash Road"}
    meant = {"category": "street_light", "confidence": 0.9}

    def guessed(_hub: object, told: Told, *, has_photos: bool) -> Report:
        assert not has_photos
        return Report(meant["category"], told.text, None, told.address, facts={"confidence": meant["confidence"]})

    monkeypatch.setattr("citywide.systems.hotline.api.calls.understood", guessed)
    first = door.post("/v1/hotline/calls", json=told, headers=mayor)
    meant |= {"category": "pothole", "confidence": 0.1}
    again = door.post("/v1/hotline/calls", json=told, headers=mayor)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())


def test_an_apps_update_that_is_sent_again_is_written_once(door: TestClient, app: str) -> None:
    told = {"api_key": app, "service_code": "pothole", "address_string": "Fir Street 5", "description": "deep"}
    ((made),) = door.post("/open311/v2/requests.json", data=told).json()
    update = {"api_key": app, "service_request_id": made["service_request_id"], "description": "deeper by now"}
    path, key = "/open311/v2/servicerequestupdates.json", {"idempotency-key": KEY}
    first, again = (door.post(path, data=update, headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert door.post(path, data=update).json() != first.json()
    other = door.post(path, data=update | {"description": "filled in"}, headers=key)
    assert (other.status_code, other.json()[0]["code"]) == (422, "422")


def test_a_report_that_comes_again_is_taken_whatever_the_sorter_has_learnt_since(
    door: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone whose report was taken must not be asked where it is."""
    files = [("report", (None, '{"text": "the lamp is out", "address": "Birch Street"}'))]
    link = {"idempotency-key": f"another-{LINK}"}
    first = door.post("/v1/reports", files=files, headers=link)

    def asks_back(*_given: object, **_more: object) -> None:
        raise Problem(422, "where is it?")

    monkeypatch.setattr("citywide.doors.http.residents.understood", asks_back)
    again = door.post("/v1/reports", files=files, headers=link)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert door.post("/v1/reports", files=files).status_code == 422


def test_an_item_that_no_database_keeps_takes_no_other_of_a_channels_list_with_it(door: TestClient, app: str) -> None:
    listed = [{"text": "rubbish", "category": "fly_tipping", "address": f"Court {end}"} for end in ("1", "2\0", "3")]
    answer = door.post("/v1/hotline/reports", json=listed, headers={"authorization": f"Bearer {app}"})
    assert answer.status_code == 200, answer.text
    first, refused, third = answer.json()
    assert first["case"] < third["case"]
    assert refused["refused"][0]["where"].startswith("1")
