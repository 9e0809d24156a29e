"""Who acts for whom, and what residents agree to and take back."""

import json
import time
from datetime import timedelta

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from litestar.testing import TestClient

from citywide.doors.http import session
from citywide.hub import Entity, Point
from citywide.hub.entities.registry import register
from citywide.hub.people import staff
from citywide.hub.people.delegation import DelegationError, delegate
from citywide.hub.people.persons import AccessRefusedError, person
from citywide.hub.people.staff import add_staff, session_of
from citywide.hub.people.who import Hat, Who
from tests.conftest import PASSWORD

LIGHTS = Who("deng", ("officer",), ("lighting",))


HISTORY = "/v1/history?entity=gauge/elm&quantity=water_depth&begin=2020-01-01T00:00:00Z"


def sees_elm(door: TestClient) -> bool:
    return "gauge/elm" in door.get(HISTORY).json()["entity"]


def test_a_deputy_sees_what_the_other_sees_until_it_is_taken_back(flooded: TestClient, sign_in) -> None:
    sign_in("lin")
    assert not sees_elm(flooded)
    lent = flooded.post("/v1/delegations", json={"to": "lin", "hours": 8, "why": "on leave"}, headers=sign_in("wen"))
    assert lent.status_code == 201, lent.text
    sign_in("lin")
    assert sees_elm(flooded)
    assert [each["from_staff"] for each in flooded.get("/v1/delegations").json()] == ["wen"]
    assert flooded.delete("/v1/delegations/lin", headers=sign_in("wen")).status_code == 200
    assert flooded.delete("/v1/delegations/lin", headers=sign_in("wen")).status_code == 404
    sign_in("lin")
    assert not sees_elm(flooded)


def test_what_was_lent_ends_by_itself(flooded: TestClient, sign_in) -> None:
    with flooded.app.state.hub.database.transaction() as connection:
        delegate(connection, "wen", "lin", timedelta(hours=1), "a meeting")
        connection.execute("update people.delegation set until = now() - interval '1 second' where to_staff = 'lin'")
    sign_in("lin")
    assert not sees_elm(flooded)


def test_lent_rights_are_not_lent_on(flooded: TestClient, sign_in) -> None:
    with flooded.app.state.hub.database.transaction() as connection:
        delegate(connection, "mayor", "wen", timedelta(hours=1), "a journey")
        delegate(connection, "wen", "lin", timedelta(hours=1), "a meeting")
    sign_in("lin")
    assert set(flooded.get("/v1/me").json()["departments"]) == {"parks", "drainage"}
    assert "manager" not in flooded.get("/v1/me").json()["roles"]


def test_whoever_acts_for_another_is_in_that_department_what_the_other_is_and_no_more(
    flooded: TestClient, sign_in
) -> None:
    """A manager of parks who stands in for an officer of drainage is no manager there."""
    with flooded.app.state.hub.database.transaction() as connection:
        add_staff(connection, Who("bai", ("manager",), ("parks",)), PASSWORD)
        delegate(connection, "wen", "bai", timedelta(hours=1), "on leave")
    headers = sign_in("bai")
    leaves = {"entity": "gauge/elm", "why": "worn out"}
    refused = flooded.post("/v1/service/end", json=leaves, headers=headers)
    assert refused.status_code == 403
    assert "of drainage" in refused.text
    opened = {"title": "Water", "category": "flooded_road", "lon": 106.5, "lat": 29.5}
    assert flooded.post("/v1/cases", json=opened, headers=headers).status_code == 201


def test_a_hat_fits_where_it_was_given() -> None:
    hats = Hat(("manager",), ("parks",)), Hat(("officer",), ("drainage",)), Hat(("auditor",), (), everywhere=True)
    worn, places = Who.wearing("bai", hats), ("parks", "drainage", "roads")
    assert worn.roles == ("auditor", "manager", "officer")
    assert worn.departments == ("drainage", "parks")
    assert worn.everywhere
    fits = {(role, place) for role in worn.roles for place in places if worn.is_in(place, [role])}
    assert fits == {("manager", "parks"), ("officer", "drainage")} | {("auditor", place) for place in places}


@pytest.mark.parametrize("lent", [("wen", 1, "why"), ("lin", 0, "why"), ("lin", 10_000, "why"), ("lin", 1, " "),
                                  ("nobody", 1, "why")])  # fmt: skip
def test_what_cannot_be_lent_is_refused_with_what_is_accepted(door: TestClient, sign_in, lent) -> None:
    body = dict(zip(("to", "hours", "why"), lent, strict=True))
    answer = door.post("/v1/delegations", json=body, headers=sign_in("wen"))
    assert answer.status_code == 422
    with door.app.state.hub.database.transaction() as connection, pytest.raises(DelegationError):
        delegate(connection, "wen", lent[0], timedelta(hours=lent[1]), lent[2])


def test_a_reporter_takes_consent_back_and_the_door_to_the_name_stays_shut(door: TestClient) -> None:
    hub = door.app.state.hub
    with hub.database.transaction() as connection:
        register(connection, [Entity("place/yew", "place", "Yew Lane", Point(106.9, 29.9))])
    told = {"text": "路灯不亮", "category": "street_light", "lon": 106.9, "lat": 29.9}
    told |= {"name": "Zhao", "phone": "13912345678"}
    follow = door.post("/v1/reports", files={"report": (None, json.dumps(told))}).json()["follow"]
    assert door.get(f"/v1/consent/{follow}").json() == {"contact": True, "research": False}
    with hub.database.transaction() as connection:
        who = str(connection.execute("select id from people.person where name = 'Zhao'").fetchone()[0])
        assert person(connection, LIGHTS, who, "contact").phone == "13912345678"
    door.post(f"/v1/consent/{follow}", json={"purpose": "contact", "given": False})
    door.post(f"/v1/follow/{follow}/update", json={"note": "it flickers"})
    with hub.database.transaction() as connection, pytest.raises(AccessRefusedError):
        person(connection, LIGHTS, who, "contact")
    assert door.post(f"/v1/consent/{follow}", json={"purpose": "contact", "given": True}).json()["contact"]
    assert door.post(f"/v1/consent/{follow}", json={"purpose": "emergency", "given": True}).status_code == 422
    assert door.get("/v1/consent/cw_nobody").status_code == door.get("/v1/held/cw_nobody").status_code == 404
    held = _all_held(door, follow)
    assert (held["person"]["phone"], held["report"]["details"]) == ("13912345678", "路灯不亮")
    assert [each["en"] for each in held["report"]["said"]] == ["added: it flickers"]
    assert [each["withdrawn"] is None for each in held["consents"]] == [False, True]
    assert LIGHTS.name not in str(held), "who it was stands in the log, for the auditor"


def _all_held(door: TestClient, follow: str) -> dict:
    """A copy of it, once both askings have come into the log."""
    for _ in range(200):
        held = door.get(f"/v1/held/{follow}").json()
        if [each["answer"] for each in held["asked_for"] if each["purpose"]] == ["allowed", "refused"]:
            return held
        time.sleep(0.05)
    raise AssertionError(f"who asked is not told: {held}")


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


def test_what_is_lent_never_adds_up_to_what_nobody_has(flooded: TestClient, sign_in) -> None:
    """Who sees all and does nothing, and who acts in one department: together they are not one who may do all."""
    hub, told = flooded.app.state.hub, "insert into hub.message (at, department, role, says) values"
    with hub.database.transaction() as connection:
        add_staff(connection, Who("watcher", ("auditor",), (), everywhere=True), PASSWORD)
        add_staff(connection, Who("actor", ("officer", "manager"), ("parks",)), PASSWORD)
        delegate(connection, "watcher", "actor", timedelta(hours=1), "away")
        delegate(connection, "actor", "watcher", timedelta(hours=1), "away")
        for department in ("parks", "drainage"):
            connection.execute(told + " (now(), %s, 'manager', '{}')", (department,))
    opened = {"title": "A tree", "lon": 106.5, "lat": 29.5}
    for name in ("actor", "watcher"):
        headers = sign_in(name)
        assert sees_elm(flooded)
        for category, status in (("fallen_tree", 201), ("flooded_road", 403)):
            answer = flooded.post("/v1/cases", json=opened | {"category": category}, headers=headers)
            assert answer.status_code == status, answer.text
        leaves = {"entity": "gauge/elm", "why": "worn out"}
        assert flooded.post("/v1/service/end", json=leaves, headers=headers).status_code == 403
        with hub.database.transaction() as connection:
            who, _ = session_of(connection, flooded.cookies["citywide_session"])
        with hub.database.reading_as(who) as connection:
            heard = connection.execute("select distinct department from hub.message where role = 'manager'").fetchall()
        assert heard == [("parks",)]
