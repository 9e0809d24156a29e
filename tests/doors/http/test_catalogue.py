"""The catalogue at the door: what takes long to count is counted for all who ask, and holds up nobody else."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from litestar.testing import TestClient

from citywide.kit.costly import Costly


def test_many_who_ask_for_what_is_long_counted_keep_nobody_else_waiting(
    door: TestClient, sign_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting, go_on = threading.Event(), threading.Event()

    def slow() -> list[object]:
        counting.set()
        assert go_on.wait(60)
        return []

    sign_in("mayor")
    monkeypatch.setattr(door.app.state.hub, "counted", Costly(slow))
    with ThreadPoolExecutor(50) as people:
        asked = [people.submit(door.get, path) for path in ["/v1/catalogue", "/v1/catalogue.jsonld"] * 20]
        try:
            assert counting.wait(20)
            others = [people.submit(door.get, "/v1/me") for _ in range(9)]
            assert {each.result(20).status_code for each in others} == {200}
        finally:
            go_on.set()
        assert {each.result(30).status_code for each in asked} == {200}


def test_the_catalogue_is_told_to_staff_and_to_programs_with_a_token(door: TestClient, sign_in) -> None:
    door.cookies.clear()
    assert door.get("/v1/catalogue").status_code == 401
    for headers in (sign_in("wen"), {"authorization": f"Bearer {door.token}"}):
        assert door.get("/v1/catalogue", headers=headers).headers["content-type"].startswith("application/json")
        linked = door.get("/v1/catalogue.jsonld", headers=headers)
        assert (linked.headers["content-type"], linked.json()["@type"]) == ("application/ld+json", "dcat:Catalog")
