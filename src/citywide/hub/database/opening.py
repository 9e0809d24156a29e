"""Where a city's database answers: one by URL, or our own, which is woken if it sleeps and sleeps again afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from citywide.hub.database.cluster import Cluster
from citywide.hub.settings import Settings


def own_cluster(data: Path, settings: Mapping[str, str] | None = None) -> Cluster:
    """The embedded PostgreSQL of a data folder, made with these settings if it is not there yet."""
    cluster = Cluster(data / "postgresql")
    _let_through(data)
    cluster.create(settings)
    return cluster


@contextmanager
def opened(settings: Settings) -> Iterator[str]:
    """The URL at which the database answers; its schema is left as it is."""
    if settings.database_url:
        yield settings.database_url
        return
    cluster = own_cluster(settings.data.resolve())
    began = cluster.start()
    try:
        cluster.make_database()
        yield cluster.url()
    finally:
        if began:
            cluster.stop()


def _let_through(data: Path) -> None:
    """PostgreSQL does not run as root: its user must be able to reach the folder."""
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(data.stat().st_mode | 0o011)
