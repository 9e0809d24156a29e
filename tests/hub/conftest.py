"""For the hub's own tests, systems do no work of their own accord."""

from collections.abc import Iterator

import pytest
from msgspec import structs

from citywide.app import EVERYTHING
from citywide.hub.database.cluster import Cluster
from citywide.hub.settings import Settings
from citywide.hub.testing import TrialCity, fresh_database

QUIET = [structs.replace(system, schedules=()) for system in EVERYTHING]


@pytest.fixture
def city(settings: Settings) -> Iterator[TrialCity]:
    city = TrialCity(settings, QUIET)
    yield city
    city.close()


@pytest.fixture(scope="module")
def lasting_city(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialCity]:
    """One city for all tests of a file: whoever uses it looks only at what it has put there."""
    url = fresh_database(cluster, "lasting")
    city = TrialCity(Settings(data=tmp_path_factory.mktemp("lasting"), database_url=url), QUIET)
    yield city
    city.close()
