"""Days that have left for the archive read as before, late readings and all, and no file of another is touched."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from errno import ENOSPC

import pytest
from msgspec import structs
from psycopg.errors import CheckViolation

from citywide.hub import Entity, Reading
from citywide.hub.database import days
from citywide.hub.readings import archive
from citywide.hub.readings.archive import ArchiveError, archive_before
from citywide.hub.readings.history import History, summarise
from citywide.hub.settings import Settings
from citywide.hub.testing import MORNING, TrialCity
from citywide.kit.clock import microseconds
from citywide.systems import waterlogging
from tests.hub.readings.test_history import EVERYTHING, SPAN, a_city_with_two_days


def send_late(city: TrialCity, *readings: Reading) -> None:
    """As a device does: what was not acknowledged, because its day had just left, is sent again."""
    with suppress(CheckViolation):
        city.send(*readings)
    city.send(*readings)


def test_archived_days_read_as_if_nothing_had_happened(city: TrialCity) -> None:
    history = a_city_with_two_days(city)
    before = history.series(EVERYTHING, *SPAN, 5000)
    left = archive_before(city.hub.database, city.hub.settings.archive_folder, MORNING.date())
    assert len(left) == 2
    assert history.series(EVERYTHING, *SPAN, 5000) == before
    assert history.count() == 96


def test_a_disk_that_is_full_takes_no_day_loses_none_and_is_given_its_room_back(city: TrialCity, monkeypatch) -> None:
    a_city_with_two_days(city)
    folder = city.hub.settings.archive_folder
    before = city.hub.database.rows("select series, time, value from hub.reading order by 1, 2")

    def full(connection, day, draft) -> int:
        draft.write_bytes(b"as much as there was room for")
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(archive, "_fresh", full)
    with pytest.raises(OSError, match="No space"):
        archive_before(city.hub.database, folder, MORNING.date())
    assert list(folder.iterdir()) == []
    assert city.hub.database.rows("select series, time, value from hub.reading order by 1, 2") == before
    monkeypatch.undo()
    assert len(archive_before(city.hub.database, folder, MORNING.date())) == 2


def test_a_day_archived_twice_keeps_its_first_readings_and_its_late_ones_each_once(city: TrialCity) -> None:
    history, hub = a_city_with_two_days(city), city.hub
    before = history.series(EVERYTHING, *SPAN, 5000)
    archive_before(hub.database, hub.settings.archive_folder, MORNING.date())
    late = MORNING - timedelta(hours=30, minutes=7)
    send_late(
        city,
        Reading("gauge/1", "water_depth", late, 99.0),
        Reading("gauge/1", "water_depth", MORNING - timedelta(hours=30), before["value"][35]),
    )
    expected = sorted([*zip(before["time"], before["value"], strict=True), (microseconds(late), 99.0)])
    for _ in range(2):
        found = history.series(EVERYTHING, *SPAN, 5000)
        assert list(zip(found["time"], found["value"], strict=True)) == expected
        archive_before(hub.database, hub.settings.archive_folder, MORNING.date())
    assert history.count() == 97


def test_a_reading_said_again_of_an_archived_day_is_known(city: TrialCity) -> None:
    history, hub = a_city_with_two_days(city), city.hub
    archive_before(hub.database, hub.settings.archive_folder, MORNING.date())
    again = [Reading("gauge/1", "water_depth", MORNING - timedelta(minutes=30 * n), 77.0) for n in range(90)]
    late = [Reading("gauge/1", "water_depth", MORNING - timedelta(hours=20, minutes=7), 1.0)]
    receipt = city.send(*again)
    assert (receipt.accepted, receipt.late, receipt.duplicate) == (0, 0, 90)
    assert existing_days(city) == {MORNING.date()}  # no day was opened again for them
    with suppress(CheckViolation):
        city.send(*again, *late)
    receipt = city.send(*again, *late)
    assert receipt.late + receipt.duplicate == 91
    assert receipt.duplicate >= 90
    assert history.count() == 97


def test_where_the_archive_cannot_be_read_a_repeated_reading_is_kept_and_counts_once(city: TrialCity) -> None:
    history, hub = a_city_with_two_days(city), city.hub
    folder = hub.settings.archive_folder
    archive_before(hub.database, folder, MORNING.date())
    before = history.series(EVERYTHING, *SPAN, 5000)
    folder.rename(folder.with_suffix(".away"))
    with pytest.raises(ArchiveError, match="an archived day cannot be read here"):
        history.series(EVERYTHING, *SPAN, 5000)
    again = Reading("gauge/1", "water_depth", MORNING - timedelta(hours=30), 77.0)
    send_late(city, again)
    folder.with_suffix(".away").rename(folder)
    assert history.series(EVERYTHING, *SPAN, 5000) == before


def test_a_second_machine_reads_what_the_first_has_archived_in_a_folder_of_both(settings: Settings, tmp_path) -> None:
    both = tmp_path / "shared"
    cities = [
        TrialCity(structs.replace(settings, data=tmp_path / name, archive=both), [waterlogging.SYSTEM])
        for name in ("one", "other")
    ]
    try:
        first, second = cities
        history = a_city_with_two_days(first)
        before = history.series(EVERYTHING, *SPAN, 5000)
        archive_before(first.hub.database, first.hub.settings.archive_folder, MORNING.date())
        assert sorted(file.suffix for file in both.iterdir()) == [".parquet", ".parquet"]
        assert History(second.hub).series(EVERYTHING, *SPAN, 5000) == before
        begin = MORNING - timedelta(days=30)
        summarise(second.hub.database, second.hub.settings.archive_folder, MORNING)
        assert max(History(second.hub).series(EVERYTHING, SPAN[0], SPAN[1], begin, SPAN[3], 5000)["value"]) == 8
    finally:
        for city in cities:
            city.close()


def existing_days(city: TrialCity) -> set[date]:
    with city.hub.database.transaction() as connection:
        return days.existing(connection)


def test_the_hours_of_an_archived_day_know_its_late_readings_and_forget_nothing(city: TrialCity) -> None:
    history, hub = a_city_with_two_days(city), city.hub
    late = Reading("gauge/1", "water_depth", MORNING - timedelta(hours=30, minutes=7), 99.0)
    hours = "select series, time, low, high, mean, rows from hub.hour order by time"
    archive_before(hub.database, hub.settings.archive_folder, MORNING.date())
    send_late(city, late)
    summarise(hub.database, hub.settings.archive_folder, MORNING)
    opened = hub.database.rows(hours)
    assert sum(row["rows"] for row in opened) == 96  # one of the 97 is of today
    assert history.count() == 97
    assert max(row["high"] for row in opened) == 99
    archive_before(hub.database, hub.settings.archive_folder, MORNING.date())
    assert summarise(hub.database, hub.settings.archive_folder, MORNING) == 0


def test_what_the_archive_has_done_with_is_cleared_away_and_nothing_of_others(city: TrialCity) -> None:
    a_city_with_two_days(city)
    folder = city.hub.settings.archive_folder
    (folder / "lost+found").mkdir(parents=True)
    for name in ("2026-01-01.draft", "minutes of the council.txt", "2026-03-01.7.parquet"):
        (folder / name).touch()
        os.utime(folder / name, (0, 0))
    others = {"lost+found", "minutes of the council.txt"}
    for _ in range(2):
        archive_before(city.hub.database, folder, MORNING.date())
        assert {file.name for file in folder.iterdir()} - others >= {"2026-02-28.parquet", "2026-03-01.8.parquet"}
    assert {file.name for file in folder.iterdir()} == {"2026-02-28.parquet", "2026-03-01.8.parquet", *others}


def test_a_city_restored_beside_another_leaves_the_days_that_the_other_names(city: TrialCity) -> None:
    history, hub = a_city_with_two_days(city), city.hub
    folder = hub.settings.archive_folder
    archive_before(hub.database, folder, MORNING.date())
    before = history.series(EVERYTHING, *SPAN, 5000)
    for file in folder.iterdir():
        os.utime(file, (0, 0))
    with hub.database.transaction() as connection:  # as it stood before those days left
        named = connection.execute("delete from hub.archive returning day, file, rows, sha256").fetchall()
    send_late(city, Reading("gauge/1", "water_depth", MORNING - timedelta(hours=30), 77.0))
    archive_before(hub.database, folder, MORNING.date())
    with hub.database.transaction() as connection:
        connection.execute("delete from hub.archive")
        for row in named:
            connection.execute("insert into hub.archive (day, file, rows, sha256) values (%s, %s, %s, %s)", row)
    assert history.series(EVERYTHING, *SPAN, 5000) == before


def test_many_read_archived_days_at_once_and_each_is_given_its_own(city: TrialCity) -> None:
    gauges = [f"gauge/{number}" for number in range(4)]
    city.add(*(Entity(name, "gauge", name, None, "drainage") for name in gauges))
    times = [MORNING - timedelta(minutes=10 + n) for n in reversed(range(400))]
    city.send(*(Reading(name, "water_depth", at, float(n)) for n, name in enumerate(gauges) for at in times))
    archive_before(city.hub.database, city.hub.settings.archive_folder, (MORNING + timedelta(days=1)).date())

    def read(number: int) -> list[float]:
        return History(city.hub).series(EVERYTHING, [gauges[number % 4]], *SPAN[1:], 5000)["value"]

    with ThreadPoolExecutor(4) as readers:
        found = list(readers.map(read, range(40)))
    assert found == [[float(number % 4)] * 400 for number in range(40)]
