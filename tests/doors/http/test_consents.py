"""What residents agree to and take back, and the copy of all that is held about them."""

import json
import time

import pytest
from litestar.testing import TestClient

from citywide.hub import Entity, Point
from citywide.hub.entities.registry import register
from citywide.hub.people.persons import AccessRefusedError, person
from citywide.hub.people.who import Who

LIGHTS = Who("deng", ("officer",), ("lighting",))


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
