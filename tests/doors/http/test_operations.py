"""Whoever runs the hub hears how all of it is, whichever worker is asked."""

import threading

import pytest
from litestar.testing import TestClient

from citywide.hub.workers import pulse


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
