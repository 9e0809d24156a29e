"""Who acts for whom: what is lent ends, is not lent on, and never adds up to what nobody has."""

from datetime import timedelta

import pytest
from litestar.testing import TestClient

from citywide.hub.people.delegation import DelegationError, delegate
from citywide.hub.people.staff import add_staff, session_of
from citywide.hub.people.who import Hat, Who
from tests.conftest import PASSWORD

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
