"""Readings and things at the door: what is wrong with one item is said of it alone; senseless questions are told so."""

from datetime import UTC, datetime, timedelta

import pytest
from litestar.testing import TestClient

from citywide.hub.people.devices import new_token, revoke

ELM = {"entity": "gauge/elm", "quantity": "water_depth"}


def ask(door: TestClient, path: str, token: str | None = None):
    return door.get(path, headers={"authorization": f"Bearer {token or door.token}"})


def send(door: TestClient, path: str, body: object):
    return door.post(path, json=body, headers={"authorization": f"Bearer {door.token}"})


def test_a_bad_item_does_not_take_its_batch_down(door: TestClient) -> None:
    at = datetime.now(UTC) - timedelta(minutes=3)
    good = [ELM | {"value": n, "time": (at + timedelta(seconds=n)).isoformat()} for n in range(3)]
    answer = send(door, "/v1/readings", {"readings": [good[0], ELM | {"value": "x"}, good[1], ELM, good[2]]})
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == 3
    assert [each["where"] for each in answer.json()["refused"]] == ["readings[1].value", "readings[3].value"]


def test_each_thing_is_registered_by_itself(door: TestClient) -> None:
    good = {"id": "gauge/oak", "kind": "gauge", "name": "Oak", "lon": 106.5, "lat": 29.6, "department": "drainage"}
    bad = [good | {"name": " "}, good | {"lat": None}, good | {"kind": "nothing"}]
    answer = send(door, "/v1/entities", [*bad, good])
    assert answer.status_code == 200
    assert answer.json()["registered"] == 1
    wheres = [each["where"] for each in answer.json()["refused"]]
    assert wheres == ["[0].name", "[1].lon, lat", "[2].kind"]
    assert send(door, "/v1/entities", bad).status_code == 422


@pytest.mark.parametrize(("path", "where"), [
    ("/v1/latest?kind=gorge", "kind"),
    ("/v1/latest?kind=gauge&quantity=depth", "quantity"),
    ("/v1/history?entity=gauge/elm&quantity=depth&begin=2026-01-01T00:00:00Z", "quantity"),
    ("/v1/history?entity=gauge/elm&quantity=water_depth&begin=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z", "end"),
    ("/v1/history?quantity=water_depth&begin=2026-01-01T00:00:00Z" + "&entity=gauge/elm" * 51, "entity"),
])  # fmt: skip
def test_a_question_without_sense_is_told_what_is_accepted(door: TestClient, path: str, where: str) -> None:
    answer = ask(door, path)
    assert answer.status_code == 422
    assert [each["where"] for each in answer.json()["errors"]] == [where]


def test_a_dashboard_reads_what_its_departments_may_see_until_its_token_is_revoked(door: TestClient) -> None:
    hub = door.app.state.hub
    with hub.database.transaction() as connection:
        drainage, parks, all_of_it = (
            new_token(connection, "board", ("readings:read",), departments=("drainage",)),
            new_token(connection, "board", ("readings:read",), departments=("parks",)),
            new_token(connection, "board", ("readings:read",), everywhere=True),
        )
    send(door, "/v1/readings", {"readings": [ELM | {"value": 1.0}]})
    hub.round()
    seen = [set(ask(door, "/v1/latest?kind=gauge", token).json()["entity"]) for token in (drainage, parks, all_of_it)]
    assert "gauge/elm" in seen[0] & seen[2]
    assert seen[1] == set()
    with hub.database.transaction() as connection:
        assert revoke(connection, "board") == 3
    hub.tokens.forget()
    assert ask(door, "/v1/latest?kind=gauge", drainage).status_code == 401
