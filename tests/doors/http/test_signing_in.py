"""Signing in: a guesser is held up, the person is not, and a new password ends what the old one began."""

import json

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from litestar.testing import TestClient

from citywide.doors.http import session
from citywide.hub.people import staff
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from tests.conftest import PASSWORD


def test_a_stranger_who_types_a_name_keeps_nobody_from_duty(door: TestClient, monkeypatch) -> None:
    def enter(password: str) -> int:
        return door.post("/v1/session", json={"name": "lin", "password": password}).status_code

    monkeypatch.setattr(session, "FAMILIAR", session.Familiar())
    monkeypatch.setattr(session, "SIGN_INS", session.Gate(most=30))
    assert [enter("guess") for _ in range(5)] == [401] * 5
    assert enter(PASSWORD) == 429  # from an address that nobody knows; said as what it is
    with door.app.state.hub.database.transaction() as connection:
        connection.execute("delete from people.guess")
    assert enter(PASSWORD) == 200
    assert [enter("guess") for _ in range(6)] == [401] * 6
    assert enter(PASSWORD) == 200


def test_a_password_costs_whoever_guesses_it_memory_and_time(quick_passwords: PasswordHasher) -> None:
    hashed = quick_passwords.hash(PASSWORD)
    own = extract_parameters(hashed)
    assert (own.type, own.memory_cost >= 19 * 1024, own.time_cost >= 2) == (Type.ID, True, True)
    assert quick_passwords.verify(hashed, PASSWORD)
    assert extract_parameters(staff._nobodys(quick_passwords)) == own


def test_a_name_that_nobody_has_is_locked_like_any_other(door: TestClient, monkeypatch) -> None:
    monkeypatch.setattr(session, "SIGN_INS", session.Gate(most=30))
    monkeypatch.setattr(session, "FAMILIAR", session.Familiar())

    def answers(name: str) -> list[tuple[int, str]]:
        tries = [door.post("/v1/session", json={"name": name, "password": "guess"}) for _ in range(6)]
        return [(one.status_code, one.json()["detail"]) for one in tries]

    try:
        assert answers("lin") == answers("no such person")
    finally:
        with door.app.state.hub.database.transaction() as connection:
            connection.execute("delete from people.guess")


def test_the_memory_of_addresses_is_bounded() -> None:
    seen = session.Familiar(most=2)
    for name in ("a", "b", "a", "c"):
        seen.add((name, "here"))
    assert [(name, "here") in seen for name in "abc"] == [True, False, True]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_of_another_site_signs_nobody_in(door: TestClient, kind: str) -> None:
    told = json.dumps({"name": "lin", "password": PASSWORD})
    answer = door.post("/v1/session", content=told, headers={"content-type": kind})
    assert answer.status_code in {400, 415}
    assert "set-cookie" not in answer.headers


def test_signing_in_is_written_down_by_the_city_s_clock(door: TestClient, sign_in: object) -> None:
    sign_in("lin")
    hub = door.app.state.hub
    hub.round()
    newest = hub.database.rows("select at from evidence.entry where kind = 'access' order by index desc limit 1")[0]
    assert abs((newest["at"] - hub.clock.now()).total_seconds()) < 600


def test_a_new_password_ends_every_session_of_the_old_one(door: TestClient, sign_in: object) -> None:
    headers, hub = sign_in("lin"), door.app.state.hub
    assert door.get("/v1/me").status_code == 200
    with hub.database.transaction() as connection:
        add_staff(connection, Who("lin", ("officer", "crew"), ("parks",)), PASSWORD)
    assert door.get("/v1/me").status_code == 401
    assert door.post("/v1/messages/seen", json={"ids": []}, headers=headers).status_code == 401
    sign_in("lin")
    assert door.get("/v1/me").status_code == 200
