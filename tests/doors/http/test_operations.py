"""Whoever runs the hub hears how all of it is, whichever worker is asked."""

import threading

import pytest
from litestar.testing import TestClient

from citywide.hub import Entity, Point, Who
from citywide.hub.entities.registry import register
from citywide.hub.people.staff import add_staff
from citywide.hub.workers import pulse
from tests.conftest import PASSWORD


def test_figures_are_told_of_every_worker(door: TestClient) -> None:
    hub = door.app.state.hub
    other = pulse.Pulse({"rows_committed": 17}, {"beat": 0.5})
    with hub.database.transaction() as connection:
        connection.execute("insert into hub.worker (name, address, seen, told) values ('other', 'x', 'infinity', %s)",
                           (pulse.as_row(other),))  # fmt: skip
    try:
        figures = door.get("/metrics").text
        assert 'citywide_rows_committed{worker="other"} 17.0' in figures
        assert 'citywide_duty_age_seconds{duty="beat",worker="other"} 0.5' in figures
        assert figures.count("citywide_queue{worker=") == 2
        assert "citywide_jobs_in_trouble 0.0" in figures
        assert door.get("/ready").status_code == 200
    finally:
        hub.database.rows("delete from hub.worker where name = 'other' returning 1")


def test_a_worker_whose_duty_hangs_is_not_ready_although_its_heart_beats(
    door: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, hanging, hung = door.app.state.hub, threading.Event(), threading.Event()

    def hang() -> None:
        hung.set()
        hanging.wait(30)

    monkeypatch.setattr(pulse, "PATIENCE_S", {"look_round": 0.0})
    hub.committer.between_commits(hang)
    assert hung.wait(20)
    try:
        answer = door.get("/ready")
        assert answer.status_code == 503
        assert hub.members.name in answer.json()["detail"]
        assert "look_round was last done" in answer.json()["detail"]
    finally:
        hanging.set()
    monkeypatch.undo()
    assert door.get("/ready").status_code == 200


def test_a_job_that_hangs_keeps_no_rule_and_no_deadline_waiting(door: TestClient) -> None:
    hub, hanging, hung = door.app.state.hub, threading.Event(), threading.Event()

    def hang(_: object) -> None:
        hung.set()
        hanging.wait(30)

    hub.jobs.knows("hanging", hang)
    hub.database.rows("insert into hub.job (name, due) values ('hanging', '2020-01-01') returning 1")
    try:
        assert hung.wait(20)
        looked = threading.Thread(target=hub.look_round)
        looked.start()
        looked.join(10)
        assert not looked.is_alive()
    finally:
        hanging.set()


def test_a_device_is_retired_by_its_department_s_engineer_and_nobody_else(door: TestClient, sign_in: object) -> None:
    hub, wish = door.app.state.hub, {"entity": "gauge/worn", "why": "rust"}
    with hub.database.transaction() as connection:
        register(connection, [Entity("gauge/worn", "gauge", "Worn", Point(106.5, 29.5), "drainage"),
                              Entity("gauge/shared", "gauge", "Shared", Point(106.5, 29.5))])  # fmt: skip
        for name, role, department in (("engineer", "engineer", "drainage"), ("gardener", "engineer", "parks")):
            add_staff(connection, Who(name, (role,), (department,)), PASSWORD)

    def answers(name: str, act: str = "end", **more: str) -> int:
        return door.post(f"/v1/service/{act}", json=wish | more, headers=sign_in(name)).status_code

    assert (answers("wen"), answers("gardener"), answers("engineer", entity="gauge/none")) == (403, 404, 404)
    assert (answers("engineer", why=" "), answers("engineer", entity="gauge/shared")) == (409, 403)
    assert answers("engineer", act="burn") == 404
    assert [answers("engineer") for _ in range(2)] == [200, 409]
    assert [answers("mayor", act="begin") for _ in range(2)] == [200, 409]
    told = hub.database.rows("select body from evidence.pending union all select body from evidence.entry")
    assert sum(b"Worn is out of service: rust" in row["body"] for row in told) == 1
