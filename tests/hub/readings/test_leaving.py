"""A day leaves for the archive: safe from a power cut, and in nobody's way."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from citywide.hub import Entity, Reading, Who
from citywide.hub.database import days
from citywide.hub.readings import archive
from citywide.hub.readings.history import History
from citywide.hub.testing import MORNING, TrialCity

YESTERDAY = (MORNING - timedelta(days=1)).date()
HELD_UP = "select from pg_locks where relation = 'hub.reading'::regclass and not granted"


@pytest.fixture
def dated(city: TrialCity) -> TrialCity:
    city.add(Entity("gauge/1", "gauge", "Gauge", None, "drainage"))
    city.send(*(Reading("gauge/1", "water_depth", MORNING - timedelta(hours=n), float(n)) for n in range(20, -1, -1)))
    return city


def leaves(city: TrialCity) -> Path:
    return archive.archive_day(city.hub.database, city.hub.settings.archive_folder, YESTERDAY)


def test_a_day_lets_its_rows_go_only_when_its_file_outlives_a_power_cut(
    dated: TrialCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe, fsync = dict[str, bool](), os.fsync

    def watched(number: int) -> None:
        with dated.hub.database.transaction() as connection:
            safe[Path(f"/proc/self/fd/{number}").readlink().name] = YESTERDAY in days.existing(connection)
        fsync(number)

    monkeypatch.setattr(os, "fsync", watched)
    file = leaves(dated)
    assert safe == {f"{file.stem}.draft": True, file.parent.name: True}


def test_a_day_that_leaves_lets_those_write_who_come_while_somebody_reads_for_long(dated: TrialCity) -> None:
    database = dated.hub.database
    with ThreadPoolExecutor(1) as other, database.dedicated() as writer:
        with database.dedicated() as reader, reader.transaction():
            reader.execute("select from hub.reading limit 1")
            leaving = other.submit(leaves, dated)
            while not writer.execute(HELD_UP).rowcount:
                time.sleep(0.01)
            writer.execute("set lock_timeout = '20s'")
            number = dated.hub.registry.series["gauge/1", "water_depth"]
            writer.execute("insert into hub.reading values (%s, %s, 1.0, 1)", (number, MORNING + timedelta(hours=1)))
        leaving.result(60)
        assert YESTERDAY not in days.existing(writer)


def while_the_file_is_written(patch: pytest.MonkeyPatch, work: Callable[[], None]) -> None:
    """Do this once, when the day's file has been drafted."""
    fsync, left = os.fsync, [work]

    def watched(number: int) -> None:
        while left:
            left.pop()()
        fsync(number)

    patch.setattr(os, "fsync", watched)


def late(hour: int) -> Reading:
    return Reading("gauge/1", "water_depth", MORNING - timedelta(hours=hour, minutes=30), 100.0 + hour)


def told(city: TrialCity) -> list[float]:
    """All that history tells of the last day, and the count of all days, which must agree."""
    who = Who("desk", roles=("officer",), everywhere=True)
    found = History(city.hub).series(who, ["gauge/1"], "water_depth", MORNING - timedelta(days=1), MORNING, 5000)
    values = sorted(found["value"])
    assert History(city.hub).count() == len(values)
    return values


def test_late_readings_of_a_day_that_is_leaving_wait_for_nobody_and_are_there_once(
    dated: TrialCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, came = told(dated), [late(10), late(12)]

    def send() -> None:
        receipt = dated.send(*came, Reading("gauge/1", "water_depth", MORNING - timedelta(hours=11), 11.0))
        assert (receipt.late, receipt.duplicate, receipt.refused_count) == (2, 1, 0)

    while_the_file_is_written(monkeypatch, send)
    leaves(dated)
    assert told(dated) == sorted([*before, 110.0, 112.0])
    assert dated.send(*came).duplicate == 2
    leaves(dated)
    with dated.hub.database.transaction() as connection:
        assert YESTERDAY not in days.existing(connection)
    assert told(dated) == sorted([*before, 110.0, 112.0])


def test_a_day_whose_late_readings_cannot_all_be_found_leaves_another_time(
    dated: TrialCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told(dated)
    while_the_file_is_written(monkeypatch, lambda: dated.send(late(10)) and None)
    monkeypatch.setattr("citywide.hub.readings.leaving._newest", lambda *_: frozenset())
    with pytest.raises(TimeoutError, match="1 late readings of 2026-03-01, 0 of them found"):
        leaves(dated)
    assert told(dated) == sorted([*before, 110.0])


def test_no_two_let_the_same_day_leave(dated: TrialCity, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadPoolExecutor(1) as other:
        leaving = []

        def beside() -> None:
            leaving.append(other.submit(leaves, dated))
            waiting = "select from pg_locks where mode = 'ShareUpdateExclusiveLock' and not granted"
            while not dated.hub.database.rows(waiting):
                assert not leaving[0].done()

        while_the_file_is_written(monkeypatch, beside)
        leaves(dated)
        with pytest.raises(Exception, match="reading_2026_03_01"):
            leaving[0].result(60)
    assert len(list(dated.hub.settings.archive_folder.iterdir())) == 1
