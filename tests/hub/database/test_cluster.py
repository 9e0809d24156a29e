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

from citywide.hub.database.cluster import FORGETFUL, Cluster


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
