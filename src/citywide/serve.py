"""Serving: the embedded database if none is named, migrations, then the workers; all of it stops together."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from msgspec import structs

from citywide.app import make_database, migrate_all, own_cluster
from citywide.hub.settings import Settings, to_environment


@contextmanager
def ready_database(settings: Settings) -> Iterator[Settings]:
    """The settings with a database that is up to date; our own cluster stops when we do."""
    cluster = None
    if not settings.database_url:
        cluster = own_cluster(settings.data.resolve())
        make_database(cluster.url("postgres"))
        settings = structs.replace(settings, database_url=cluster.url())
    try:
        migrate_all(settings.database_url)
        yield settings
    finally:
        if cluster is not None:
            cluster.stop()


def serve(settings: Settings) -> None:
    """Run the workers until told to stop; one that dies is replaced."""
    to_environment(settings)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    Granian(
        "citywide.app:worker",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        factory=True,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=20,
        log_level=LogLevels.warning,
    ).serve()
