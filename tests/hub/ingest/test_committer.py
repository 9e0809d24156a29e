"""While one group is written the next is made ready; when a write fails, nothing that hung on it stands."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citywide.hub import Entity, Point, Reading
from citywide.hub.database.queries import sql
from citywide.hub.ingest import hand
from citywide.hub.ingest.batch import Rows
from citywide.hub.ingest.committer import Committer
from citywide.hub.ingest.legacy import left_of, take_up
from citywide.hub.ingest.memory import FellWithAnotherError
from citywide.hub.ingest.state import State
from citywide.hub.ingest.writer import Writer
from citywide.hub.testing import MORNING, TrialCity
from citywide.kit.clock import microseconds

GAUGES = [Entity(f"gauge/{n}", "gauge", f"Gauge {n}", Point(106.5, 29.5 + n / 100), "drainage") for n in range(4)]
START = microseconds(MORNING)


@pytest.fixture
def gauged(city: TrialCity) -> TrialCity:
    city.add(*GAUGES)
    city.send(*[Reading(gauge.id, "water_depth", MORNING - timedelta(hours=1), 1.0) for gauge in GAUGES])
    return city


def numbers(city: TrialCity) -> list[int]:
    return [city.hub.registry.series[gauge.id, "water_depth"] for gauge in GAUGES]


def table(city: TrialCity) -> list[tuple[int, int]]:
    rows = city.hub.database.rows("select series, time from hub.reading where time >= %s", (MORNING,))
    return sorted((row["series"], microseconds(row["time"])) for row in rows)


def batch(city: TrialCity, gauge: int, second: int) -> Rows:
    return Rows(np.array([numbers(city)[gauge]]), np.array([START + second * 1_000_000]), np.array([second / 1000]))


def intercept(committer: Committer, monkeypatch: pytest.MonkeyPatch, before: Callable[[], None]) -> None:
    for writer in committer.writers:

        def slower(*values: Any, write: Callable[..., bool] = writer.write) -> bool:
            before()
            return write(*values)

        monkeypatch.setattr(writer, "write", slower)


def test_nobody_is_answered_before_the_commit_and_what_waits_is_written_together(
    gauged: TrialCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    committer, gate = gauged.hub.committer, threading.Event()
    intercept(committer, monkeypatch, lambda: gate.wait(20))
    before = committer.commits
    futures = [committer.submit(batch(gauged, n % 4, n)) for n in range(40)]
    assert not any(future.done() for future in futures)
    gate.set()
    assert [future.result(20).tolist() for future in futures] == [[0]] * 40
    assert committer.commits - before < 40
    assert len(table(gauged)) == 40


def test_what_was_made_ready_on_a_failed_write_falls_with_it(
    gauged: TrialCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    committer, gate = gauged.hub.committer, threading.Event()

    def fail_once() -> None:
        gate.wait(20)
        monkeypatch.undo()
        raise OSError("the disk is full")

    intercept(committer, monkeypatch, fail_once)
    first = made_ready(committer, batch(gauged, 0, 1))
    second = made_ready(committer, batch(gauged, 0, 2))
    gate.set()
    assert isinstance(first.exception(20), OSError)
    assert isinstance(second.exception(20), FellWithAnotherError | OSError)
    assert table(gauged) == []
    assert committer.submit(batch(gauged, 0, 2)).result(20).tolist() == [0]


@pytest.mark.parametrize("fails", [True, False])
def test_what_is_copied_while_the_group_before_it_commits_stands_or_falls_with_it(
    gauged: TrialCity, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    committer, gate, copied = gauged.hub.committer, threading.Event(), threading.Semaphore(0)
    monkeypatch.setattr(hand, "WORTH_ROWS", 1)
    for writer in committer.writers:
        hold(writer, monkeypatch, copied, gate, fails)
    first = committer.submit(batch(gauged, 0, 1))
    assert copied.acquire(timeout=20)
    second = committer.submit(batch(gauged, 0, 2))
    assert copied.acquire(timeout=20)
    assert table(gauged) == []
    assert not first.done()
    assert not second.done()
    gate.set()
    assert isinstance(first.exception(20), OSError if fails else type(None))
    assert isinstance(second.exception(20), FellWithAnotherError if fails else type(None))
    assert len(table(gauged)) == (0 if fails else 2)


def hold(writer: Writer, monkeypatch: pytest.MonkeyPatch, copied: threading.Semaphore,
         gate: threading.Event, fails: bool) -> None:  # fmt: skip
    """Tell when a group is copied, and hold the end of its transaction back."""
    copy, stand_ground = writer._copy, writer._stand_ground

    def copy_and_tell(drafts: Any) -> None:
        copy(drafts)
        copied.release()

    def stand_later() -> None:
        gate.wait(20)
        if fails:
            raise OSError("the disk is full")
        stand_ground()

    monkeypatch.setattr(writer, "_copy", copy_and_tell)
    monkeypatch.setattr(writer, "_stand_ground", stand_later)


@given(
    sends=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), min_size=1, max_size=30),
    failing=st.sets(st.integers(0, 6), max_size=3),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_failures_the_table_and_the_memory_hold_what_was_acknowledged(
    gauged: TrialCity, monkeypatch: pytest.MonkeyPatch, sends: list[tuple[int, int]], failing: set[int]
) -> None:
    committer, writes = gauged.hub.committer, iter(range(1_000_000))
    with gauged.hub.database.transaction() as connection:
        connection.execute("delete from hub.reading where time >= %s", (MORNING,))
        connection.execute("delete from hub.snapshot")
    committer.between_commits(lambda: renewed(committer)).result(20)

    def fail_sometimes() -> None:
        if next(writes) in failing:
            raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        intercept(committer, patched, fail_sometimes)
        futures = [committer.submit(batch(gauged, gauge, second)) for gauge, second in sends]
        acknowledged = {send for send, future in zip(sends, futures, strict=True) if came_through(future)}
    assert table(gauged) == sorted(
        (numbers(gauged)[gauge], START + second * 1_000_000) for gauge, second in acknowledged
    )
    assert committer.submit(batch(gauged, 0, 99)).result(20).tolist() == [0]
    assert memory_of(gauged) == memory_of_a_newcomer(gauged)


def test_what_came_since_is_handed_over_commit_by_commit_so_that_no_value_grows_without_end(gauged: TrialCity) -> None:
    for second in range(3):
        gauged.hub.committer.submit(batch(gauged, 0, second)).result(20)
    with gauged.hub.database.transaction() as connection:
        asked = {"oldest": 0, "parts": list(range(64)), "since": [0] * 64}
        packed = connection.execute(sql("received_since"), asked, binary=True).fetchall()
    assert [len(each) for (each,) in packed] == [4 * 28, 28, 28, 28]


def made_ready(committer: Committer, rows: Rows) -> "Future[np.ndarray]":
    before, told = committer._last_number, committer.submit(rows)
    while committer._last_number == before:
        pass
    return told


def renewed(committer: Committer) -> None:
    parts = sorted(committer.parts)
    committer.forget()
    committer.take(left_of(committer.writer.connection, parts))


def came_through(future: "Future[np.ndarray]") -> bool:
    return future.exception(20) is None


def memory_of(city: TrialCity) -> dict[int, bytes]:
    state, found = city.hub.committer.state, {}
    work = city.hub.committer.between_commits(
        lambda: found.update({n: state.evaluator.dump(np.array([n])) for n in numbers(city)})
    )
    work.result(20)
    return found


def memory_of_a_newcomer(city: TrialCity) -> dict[int, bytes]:
    state = State(city.hub.committer.rules)
    with city.hub.database.transaction() as connection:
        take_up(connection, state, left_of(connection, range(64)))
    return {number: state.evaluator.dump(np.array([number])) for number in numbers(city)}
