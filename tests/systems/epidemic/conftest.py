"""One outbreak's hub for all the stories that are told of it."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import psycopg
import pytest
from litestar.testing import TestClient
from psycopg.types.json import Jsonb

from citywide.app import build
from citywide.hub.database.cluster import Cluster
from citywide.hub.settings import Settings
from citywide.hub.testing import fresh_database
from citywide.kit.clock import Clock
from citywide.systems.epidemic.analysis import forecasting, process
from citywide.systems.epidemic.engine.forecast.boosted import Trees
from citywide.systems.epidemic.engine.forecast.made import Setting
from tests.systems.epidemic.clinic import WAKES, Clinic


@pytest.fixture(scope="package")
def clinic(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    settings = Settings(data=tmp_path_factory.mktemp("clinic"), database_url=fresh_database(cluster, "clinic"))
    patch = pytest.MonkeyPatch()
    patch.setattr(forecasting, "CATCH_UP", 5)
    patch.setattr(forecasting, "Setting", _small)
    patch.setattr(process, "something_new", lambda _hub: False)  # it is done here, in this process
    with psycopg.connect(settings.database_url) as connection:
        held = Jsonb(msgspec.to_builtins(Clock(WAKES, 0.0, speed=0.0)))
        connection.execute("insert into hub.setting (name, value) values ('clock', %s)", (held,))
    with TestClient(build(settings)) as client:
        clinic = Clinic(client)
        clinic.live(WAKES + timedelta(hours=5))
        process.analyse(clinic.hub.database, clinic.clock.now(), clinic.hub.city.zone)
        yield clinic
    patch.undo()


def _small(**values) -> Setting:
    """Fewer and smaller trees: what is tested is the way, not the skill."""
    return Setting(trees=Trees(folds=2, rounds=15, leaves=6, miss_rounds=5), lessons_at_most=3000, **values)
