"""What is told to a role reaches those who hold it in their department, until each has marked it as seen."""

import time
from types import SimpleNamespace

import pytest
from litestar.testing import TestClient

from citywide.hub import Notify, OpenCase, Text
from citywide.hub.cases.moves import row_of
from citywide.hub.duties.ladder import remind
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from tests.conftest import PASSWORD


@pytest.fixture(scope="module")
def told(door: TestClient) -> TestClient:
    """A case of the roads department that nobody did, and a notice of an alarm elsewhere."""
    hub = door.app.state.hub
    now = hub.clock.now()
    with hub.database.transaction() as connection:
        for who in (Who("luo", ("officer",), ("roads",)), Who("qin", ("officer",), ("roads",)),
                    Who("tan", ("manager",), ("roads",)), Who("ada", ("auditor",), (), everywhere=True)):  # fmt: skip
            add_staff(connection, who, PASSWORD)
        door.case = hub.desk.open(connection, OpenCase(Text("x", "x"), "broken_manhole"), now)
        remind(connection, row_of(connection, door.case), now, Text("reminder", "催办"), 1)
        remind(connection, row_of(connection, door.case), now, Text("overdue", "超期"), 3)
        alarm = SimpleNamespace(about=SimpleNamespace(department="drainage"))
        hub.responder.carry_out(connection, Notify("roads", "officer", Text("water on the road", "道路积水")), alarm)
    return door


def for_you(door: TestClient) -> list[str]:
    pages = {(page["system"], page["name"]): page for page in door.get("/v1/pages").json()}
    widgets = pages["hub", "wall"]["widgets"]
    at = next(at for at, each in enumerate(widgets) if "message" in each.get("live", ()))
    assert widgets[at]["seen"] == "/v1/messages/seen"
    sheet = door.get(f"/v1/pages/hub/wall/{at}").json()
    rows = [dict(zip(sheet["columns"], row, strict=True)) for row in sheet["rows"]]
    door.listed = {row["says"]["en"]: row["id"] for row in rows}
    assert all(row["says"]["zh"] for row in rows)
    return sorted(door.listed)


def test_each_role_reads_its_own_and_no_department_anothers(told: TestClient, sign_in) -> None:
    case = told.case
    read = {}
    for name in ("luo", "tan", "wen", "lin", "mayor"):
        sign_in(name)
        read[name] = for_you(told)
    mine = [f"#{case} x: reminder", "water on the road"]
    assert read == {"luo": mine, "tan": [f"#{case} x: overdue"], "wen": [], "lin": [],
                    "mayor": sorted([*mine, f"#{case} x: overdue"])}  # fmt: skip


def test_what_one_has_seen_stands_for_the_others_and_what_is_not_for_one_is_passed_over(told, sign_in) -> None:
    headers = sign_in("luo")
    for_you(told)
    notice = told.listed["water on the road"]
    everything = list(range(1, notice + 1))
    assert told.post("/v1/messages/seen", json={"ids": everything}, headers=sign_in("ada")).json() == {"seen": 0}
    headers = sign_in("luo")
    assert told.post("/v1/messages/seen", json={"ids": [notice]}, headers=headers).json() == {"seen": 1}
    assert told.post("/v1/messages/seen", json={"ids": [notice]}, headers=headers).json() == {"seen": 0}
    assert for_you(told) == [f"#{told.case} x: reminder"]
    sign_in("qin")
    assert "water on the road" in for_you(told)


def test_a_notice_is_told_live_to_its_department_and_to_no_other(told: TestClient) -> None:
    def heard(department: str) -> list[str]:
        reader = Who("x", ("officer",), (department,))
        _, events, _ = told.app.state.hub.live._entries(reader, frozenset({"message"}), 0)
        return [event.topic for event in events if "water on the road" in event.data.decode()]

    until = time.monotonic() + 20
    while not heard("roads") and time.monotonic() < until:
        time.sleep(0.05)
    assert (heard("roads"), heard("drainage")) == (["message"], [])


def test_of_a_case_that_is_closed_nobody_is_reminded(told: TestClient, sign_in) -> None:
    hub = told.app.state.hub
    with hub.database.transaction() as connection:
        hub.desk.close(connection, told.case, hub.clock.now(), "wen")
    sign_in("tan")
    assert for_you(told) == []
