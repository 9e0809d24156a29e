"""The embedded database comes back after a crash, whatever has happened to its process number."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from citywide.hub.database.cluster import FORGETFUL, Cluster, OtherVersionError
from citywide.hub.database.migrate import hub_migrations, migrate, system_migrations
from citywide.systems import SYSTEMS


@pytest.fixture
def crashed() -> Iterator[Cluster]:
    """A cluster that was killed and left its papers behind."""
    with tempfile.TemporaryDirectory(prefix="citywide-crash-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder) / "postgresql")
        cluster.create(FORGETFUL)
        cluster.start()
        os.kill(cluster.postmaster(), signal.SIGKILL)
        while cluster.running():
            time.sleep(0.01)
        yield cluster
        cluster.stop("immediate")


def test_a_database_of_the_days_when_the_hub_was_its_master_becomes_the_hubs_own(crashed: Cluster) -> None:
    crashed.start()
    with psycopg.connect(crashed.masters_url(), autocommit=True) as connection:
        connection.execute("create database citywide")
    with psycopg.connect(crashed.url(user="postgres")) as connection:
        steps = [step for system in SYSTEMS for step in system_migrations(system.name, system.folder)]
        migrate(connection, [*hub_migrations(), *steps[:-1]])
    for _ in range(2):
        crashed.make_database()
    with psycopg.connect(crashed.url()) as connection:
        assert migrate(connection, [*hub_migrations(), *steps]) == steps[-1:]
        connection.execute("create table hub.reading_2026_03_02 partition of hub.reading "
                           "for values from ('2026-03-02 00:00+00') to ('2026-03-03 00:00+00')")  # fmt: skip
        others = (
            "select relname from pg_class where relowner <> 'citywide'::regrole and relnamespace = 'hub'::regnamespace"
        )
        assert connection.execute(others).fetchall() == []
        connection.execute("set role citywide_staff")


def test_a_folder_of_another_version_is_named_with_both_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("9\n")
    with pytest.raises(OtherVersionError, match=r"PostgreSQL 9, and .* of \d\d: .* CITYWIDE_POSTGRES"):
        Cluster(tmp_path).start()
    assert [file.name for file in tmp_path.iterdir()] == ["PG_VERSION"]


def test_a_killed_server_comes_back(crashed: Cluster) -> None:
    crashed.start()
    with psycopg.connect(crashed.masters_url()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_process_number_that_was_given_to_another_program_does_not_keep_it_down(crashed: Cluster) -> None:
    paper = crashed.folder / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"], cwd="/") as stranger:
        lines = paper.read_text().splitlines()
        paper.write_text("\n".join([str(stranger.pid), *lines[1:], ""]))
        assert not crashed.running()
        crashed.start()
        assert crashed.running()
        assert crashed.postmaster() != stranger.pid
        assert stranger.poll() is None
        stranger.kill()
