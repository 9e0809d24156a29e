"""What becomes of each reading: kept once, refused by name, never lost with its neighbours."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from psycopg.errors import LockNotAvailable

from citywide.hub import Entity, Point, Reading
from citywide.hub.ingest import writer
from citywide.hub.ingest.batch import columns_of
from citywide.hub.testing import MORNING, TrialCity

GAUGE = Entity("gauge/1", "gauge", "Gauge one", Point(106.5, 29.5), "drainage")


@pytest.fixture
def gauged(city: TrialCity) -> TrialCity:
    city.add(GAUGE)
    return city


def at(minute: float, value: float = 1.0, entity: str = "gauge/1", quantity: str = "water_depth") -> Reading:
    return Reading(entity, quantity, MORNING + timedelta(minutes=minute), value)


def kept(city: TrialCity) -> list[tuple[int, float]]:
    rows = city.hub.database.rows("select time, value from hub.reading order by time, value")
    return [(round((row["time"] - MORNING).total_seconds() / 60), row["value"]) for row in rows]


def test_the_same_reading_sent_twice_is_kept_once_and_said_to_be_a_duplicate(gauged: TrialCity) -> None:
    first = gauged.send(at(0, 3), at(1, 4))
    again = gauged.send(at(1, 4), at(0, 3), at(2, 5), at(2, 5))
    assert (first.accepted, again.accepted, again.duplicate) == (2, 1, 3)
    assert kept(gauged) == [(0, 3), (1, 4), (2, 5)]


def test_a_late_reading_is_kept_but_rings_no_alarm(gauged: TrialCity) -> None:
    gauged.clock.set(MORNING + timedelta(minutes=10))
    gauged.send(at(5, 1))
    receipt = gauged.send(at(3, 99))
    assert (receipt.late, receipt.accepted) == (1, 0)
    assert kept(gauged) == [(3, 99), (5, 1)]
    assert "alarm" not in gauged.story()


def test_bad_items_are_named_and_the_good_ones_beside_them_are_kept(gauged: TrialCity) -> None:
    receipt = gauged.send(
        at(0, 1),
        at(0, float("nan")),
        at(0, 9999),
        at(0, 1, entity="gauge/none"),
        at(0, 1, quantity="mood"),
        at(30, 1),
        at(-60 * 24 * 500, 1),
        Reading("gauge/1", "water_depth", MORNING, 1.0, "kW"),
        at(1, 2),
    )
    assert receipt.accepted == 2
    assert receipt.refused_count == 7
    assert {refusal.where: refusal.what for refusal in receipt.refused} == {
        "readings[1].value": "nan is not a number",
        "readings[2].value": "9999 cm cannot be a water_depth",
        "readings[3].entity": "unknown entity 'gauge/none'",
        "readings[4].quantity": "unknown quantity 'mood'",
        "readings[5].time": "in the future",
        "readings[6].time": "too old",
        "readings[7].unit": "'kW' is no unit of water_depth",
    }


def test_readings_in_any_order_within_a_batch_ring_the_alarm_once(gauged: TrialCity) -> None:
    gauged.clock.set(MORNING + timedelta(minutes=9))
    receipt = gauged.send(at(4, 12), at(2, 11), at(8, 2), at(0, 1), at(6, 13))
    assert receipt.accepted == 5
    kinds = [line.split()[1] for line in gauged.story().splitlines()]
    assert kinds.count("alarm") == 1
    assert kinds.count("clear") == 1


def test_a_worker_that_was_given_up_cannot_write_any_more(gauged: TrialCity) -> None:
    gauged.send(at(0, 1))
    with gauged.hub.database.transaction() as connection:
        connection.execute("delete from hub.worker")
    with pytest.raises(RuntimeError, match="given up"):
        gauged.send(at(1, 2))
    assert kept(gauged) == [(0, 1)]


@contextmanager
def no_alarm_can_be_kept(city: TrialCity) -> Iterator[None]:
    """Whatever commits an alarm fails meanwhile."""
    with city.hub.database.transaction() as connection:
        connection.execute("alter table hub.alarm add constraint full_disk check (value < 0) not valid")
    yield
    with city.hub.database.transaction() as connection:
        connection.execute("alter table hub.alarm drop constraint full_disk")


def test_after_a_failed_commit_the_rules_remember_only_what_was_committed(gauged: TrialCity) -> None:
    gauged.send(at(0, 1))
    with no_alarm_can_be_kept(gauged), pytest.raises(Exception, match="full_disk"):
        gauged.send(at(1, 30))
    assert gauged.send(at(1, 30)).accepted == 1
    assert "30 cm of water at Gauge one" in gauged.story()


def test_what_a_failed_commit_had_told_the_rules_is_never_written_down(gauged: TrialCity) -> None:
    gauged.send(at(0, 1))
    with no_alarm_can_be_kept(gauged):
        with pytest.raises(Exception, match="full_disk"):
            gauged.send(at(1, 30))
        for _ in range(8):  # every part has its turn
            gauged.hub.look_round()
    assert gauged.send(at(1, 30)).accepted == 1
    assert "30 cm of water at Gauge one" in gauged.story()


def test_a_table_that_somebody_holds_for_long_holds_up_nobody_for_ever(gauged: TrialCity, monkeypatch) -> None:
    gauged.send(at(0, 1))
    monkeypatch.setattr(writer, "LONGEST_WAIT", "100ms")
    for each in gauged.hub.committer.writers:
        each.connection.close()
    with gauged.hub.database.dedicated() as other, other.transaction():
        other.execute("lock table hub.reading in access exclusive mode")
        with pytest.raises(LockNotAvailable):
            gauged.wait(gauged.hub.reception.receive(columns_of([at(1, 2)])))
    assert gauged.send(at(1, 2)).accepted == 1


def test_a_worker_that_was_given_up_writes_no_memory_down_over_its_heirs(gauged: TrialCity) -> None:
    hub = gauged.hub
    gauged.send(at(0, 1))
    snapshots = "select part, received, state from hub.snapshot order by part"
    before = hub.database.rows(snapshots)
    gauged.wait(hub.reception.receive(columns_of([at(1, 2)])))
    with hub.database.transaction() as connection:
        connection.execute("delete from hub.worker")
    with pytest.raises(RuntimeError, match="given up"):
        hub.look_round()
    assert hub.database.rows(snapshots) == before


def test_as_many_as_there_are_threads_may_submit_what_speaks_for_the_first_time(city: TrialCity) -> None:
    """Each waits in a thread of the doors for its readings, whose series are numbered in threads of their own."""
    names = [f"gauge/{n}" for n in range(2)]
    city.add(*(Entity(name, "gauge", name, None, "drainage") for name in names))
    busy = threading.Barrier(2)

    def submit(name: str) -> int:
        busy.wait(20)
        return city.hub.submit([at(0, entity=name)]).accepted

    async def both() -> list[int]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
        async with asyncio.timeout(30):
            return await asyncio.gather(*(asyncio.to_thread(submit, name) for name in names))

    assert city.wait(both()) == [1, 1]
