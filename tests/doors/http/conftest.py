"""A hub behind its HTTP door, with staff of two departments and devices of one."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from litestar.testing import TestClient

from citywide.app import build
from citywide.hub import Entity, Point
from citywide.hub.database.cluster import Cluster
from citywide.hub.entities.registry import register
from citywide.hub.people.devices import new_token
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from citywide.hub.settings import Settings
from citywide.hub.testing import fresh_database

PASSWORD = "correct horse battery"
STAFF = (
    Who("wen", ("officer",), ("drainage",)),
    Who("lin", ("officer", "crew"), ("parks",)),
    Who("mayor", ("officer", "manager"), (), everywhere=True),
)


@pytest.fixture(scope="module")
def door(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(data=tmp_path_factory.mktemp("doors"), database_url=fresh_database(cluster, "doors"))
    with TestClient(build(settings)) as client:
        hub = client.app.state.hub
        with hub.database.transaction() as connection:
            for who in STAFF:
                add_staff(connection, who, PASSWORD)
            register(connection, [
                Entity("gauge/elm", "gauge", "Elm Street", Point(106.5, 29.5), "drainage"),
                Entity("drainage_crew/north", "drainage_crew", "North crew", Point(106.51, 29.5), "drainage"),
            ])  # fmt: skip
            client.token = new_token(connection, "gateway", ("readings:write", "readings:read", "entities:write"))
        yield client


@pytest.fixture(scope="module")
def flooded(door: TestClient) -> TestClient:
    """The same, with water at Elm Street, an alarm, and a case that the drainage department has."""
    began = datetime.now(UTC) - timedelta(minutes=1)
    batch = {"entity": "gauge/elm", "quantity": "water_depth", "value": [3, 27.13], "time": [
        began.isoformat(), (began + timedelta(seconds=30)).isoformat()]}  # fmt: skip
    answer = door.post("/v1/readings", json=batch, headers={"authorization": f"Bearer {door.token}"})
    assert answer.json()["accepted"] == 2
    hub = door.app.state.hub
    hub.responder.answer_all()
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if len(hub.database.rows("select 1 from evidence.entry where kind = 'case'")) == 2:
            hub.round()
            return door
        time.sleep(0.02)
    raise AssertionError("the case never came into the log")


@pytest.fixture
def sign_in(door: TestClient) -> object:
    def as_(name: str) -> dict[str, str]:
        door.cookies.clear()
        answer = door.post("/v1/session", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return {"X-CSRF": answer.json()["csrf"]}

    return as_
