"""Fixtures named as nouns: a cluster for the session, a database and a city for each test."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from citywide.app import EVERYTHING
from citywide.hub.database.cluster import Cluster
from citywide.hub.settings import Settings
from citywide.hub.testing import TrialCity, fresh_database, trial_cluster

hypothesis.settings.register_profile("city", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("city")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="citywide-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        cluster = trial_cluster(Path(folder) / "pg", EVERYTHING)
        yield cluster
        cluster.stop("immediate")


@pytest.fixture
def database_url(cluster: Cluster) -> str:
    return fresh_database(cluster, "trial")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, database_url=database_url)


@pytest.fixture
def city(settings: Settings) -> Iterator[TrialCity]:
    city = TrialCity(settings, EVERYTHING)
    yield city
    city.close()
