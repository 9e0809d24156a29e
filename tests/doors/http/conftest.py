"""A hub behind its HTTP door on which water stands in a street."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from litestar.testing import TestClient


@pytest.fixture(scope="module")
def flooded(door: TestClient) -> TestClient:
    """The same, with water at Elm Street, an alarm, and a case that the drainage department has."""
    began = datetime.now(UTC) - timedelta(minutes=1)
    batch = {"entity": "gauge/elm", "quantity": "water_depth", "value": [3, 26.13], "time": [
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
