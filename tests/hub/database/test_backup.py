"""A backup is worth what comes back from it: the rows of a chosen second, and the same evidence root."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from citywide.hub import Entity, Point, Reading
from citywide.hub.database.backup import BackupError, backup, restore
from citywide.hub.database.cluster import Cluster
from citywide.hub.database.queries import sql
from citywide.hub.evidence.keys import formerly
from citywide.hub.evidence.log import Log, checkpoint, size_of
from citywide.hub.secrets import evidence_keys
from citywide.hub.settings import Settings
from citywide.hub.testing import MORNING, TEMPLATE, TrialCity, trial_cluster
from citywide.kit.turns import turn_if_free
from citywide.systems import SYSTEMS

STATE = "select series, time, value from hub.reading order by 1, 2", "select body from evidence.entry order by index"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for parent in [tmp_path, *tmp_path.parents][:4]:
        parent.chmod(parent.stat().st_mode | 0o055)
    return tmp_path / "the city's 100% folder"


def state(cluster: Cluster) -> tuple[object, ...]:
    with psycopg.connect(cluster.url(TEMPLATE)) as connection:
        return *(connection.execute(query).fetchall() for query in STATE), checkpoint(connection)


def say(city: TrialCity, minute: int, depth: float) -> None:
    now = MORNING + timedelta(minutes=minute)
    city.clock.set(now)
    city.send(Reading("gauge/elm", "water_depth", now, depth))


def log_fails(city: TrialCity) -> bool:
    return city.hub.database.rows(sql("log_not_kept"))[0]["fails"]


def test_a_restored_city_stands_as_it_stood_at_the_chosen_second(data) -> None:
    data.mkdir()
    cluster = trial_cluster(data / "postgresql", SYSTEMS)
    city = TrialCity(Settings(data=data, database_url=cluster.url(TEMPLATE)), SYSTEMS)
    try:
        city.add(Entity("gauge/elm", "gauge", "Elm Street", Point(106.5, 29.5), "drainage"))
        say(city, 0, 3.0)
        backup(data)
        say(city, 1, 30.0)
        wanted, second = state(cluster), datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        time.sleep((second - datetime.now(UTC)).total_seconds() + 0.05)
        say(city, 2, 40.0)
        say(city, 3, 2.0)
        assert state(cluster) != wanted
        restored = restore(data, data.parent / "again", second)
        restored.start()
        try:
            assert state(restored) == wanted
            _goes_on_under_another_name(restored, data)
        finally:
            restored.stop("immediate")
        with pytest.raises(BackupError, match="no backup was finished by then"):
            restore(data, data.parent / "never", second - timedelta(days=1))
        with pytest.raises(BackupError, match="could not be brought to that moment"):
            restore(data, data.parent / "future", second + timedelta(days=1))
        assert not list((data.parent / "future").iterdir())
        assert not log_fails(city)
        (data / "wal").chmod(0)  # as good as full
        until = time.monotonic() + 30
        while not log_fails(city) and time.monotonic() < until:
            with psycopg.connect(cluster.masters_url(), autocommit=True) as connection:
                connection.execute("select pg_switch_wal()")
            time.sleep(0.2)
        assert log_fails(city)
    finally:
        city.close()
        cluster.stop("immediate")


def _goes_on_under_another_name(restored: Cluster, data: Path) -> None:
    """Both cities hold the same key: what each signs from now on must not pass for the same log."""
    (key,), (before,) = (evidence_keys(folder, "city/log") for folder in (data.parent / "again", data))
    assert (before.name, formerly(key.public)) == ("city/log", [before.public])
    log = Log([key])
    with psycopg.connect(restored.url(TEMPLATE), autocommit=True) as connection:
        size = size_of(connection)
        assert log.lead(connection)
        log.take_pending(connection)
        assert checkpoint(connection).startswith(f"{key.name}\n{size + 1}\n")
        (body,) = connection.execute("select body from evidence.entry order by index desc limit 1").fetchone()
    assert f'"size":{size}' in bytes(body).decode()


def test_what_cannot_be_backed_up_is_said_and_leaves_nothing_behind(data: Path) -> None:
    data.mkdir()
    with pytest.raises(BackupError, match="no embedded database"):
        backup(data)
    assert not list(data.iterdir())
    for folder in ("postgresql", "backups"):
        (data / folder).mkdir()
    with turn_if_free(data / "backups"), pytest.raises(BackupError, match="another backup is under way"):
        backup(data)
