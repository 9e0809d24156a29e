"""A day leaves for the archive: safe from a power cut, and in nobody's way."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from citywide.hub import Entity, Reading
from citywide.hub.database import days
from citywide.hub.readings import archive
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
