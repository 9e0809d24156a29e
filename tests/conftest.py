"""Fixtures named as nouns: a cluster for the session, a database and a city for each test, a door for each file."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher
from litestar.testing import TestClient
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from citywide.app import EVERYTHING, build
from citywide.hub import Entity, Point
from citywide.hub.database.cluster import Cluster
from citywide.hub.entities.registry import register
from citywide.hub.people import staff
from citywide.hub.people.devices import new_token
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from citywide.hub.settings import Settings
from citywide.hub.testing import TrialCity, fresh_database, trial_cluster

PASSWORD = "correct horse battery"
STAFF = (
    Who("wen", ("officer",), ("drainage",)),
    Who("lin", ("officer", "crew"), ("parks",)),
    Who("mayor", ("officer", "manager"), (), everywhere=True),
)
DEAR = ("tests/acceptance/", "tests/systems/epidemic/test_outbreak_")  # a browser and a hub; a city's outbreak

hypothesis.settings.register_profile("city", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("city")


class WholeFiles(LoadFileScheduling):
    """Files go to the workers whole, and to the same one where they share what takes long to begin."""

    def _split_scope(self, nodeid: str) -> str:
        return next((begin for begin in DEAR if nodeid.startswith(begin)), super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeFiles:
    return WholeFiles(config, log)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[PasswordHasher]:
    """Hundreds of sign-ins are no trial of the machine: their hashes cost next to nothing; the hub's own is given."""
    with pytest.MonkeyPatch.context() as patch:
        own = staff.hasher
        patch.setattr(staff, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield own


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


@pytest.fixture(scope="module")
def door(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A hub behind its HTTP door, with staff of two departments and devices of one."""
    settings = Settings(data=tmp_path_factory.mktemp("doors"), database_url=fresh_database(cluster, "doors"))
    with TestClient(build(settings)) as client:
        hub = client.app.state.hub
        with hub.database.transaction() as connection:
            for who in STAFF:
                add_staff(connection, who, PASSWORD)
            register(connection, [
                Entity("gauge/elm", "gauge", "Elm Street", Point(106.5, 29.5), "drainage"),
                Entity("drainage_crew/north", "drainage_crew", "North crew", Point(106.51, 29.5), "drainage"),
            ])  # fmt: skip
            client.token = new_token(connection, "gateway", ("readings:write", "readings:read", "entities:write"))
        yield client


@pytest.fixture
def sign_in(door: TestClient) -> object:
    def as_(name: str) -> dict[str, str]:
        door.cookies.clear()
        answer = door.post("/v1/session", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return {"X-CSRF": answer.json()["csrf"]}

    return as_
