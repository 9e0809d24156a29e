"""build(settings) → the running hub; the one file that sees everything."""

import sys
from importlib import import_module
from pathlib import Path

import psycopg
from litestar import Litestar
from psycopg import sql

from citywide.doors.http.server import http_door
from citywide.hub import wall
from citywide.hub.database.cluster import Cluster
from citywide.hub.database.migrate import Migration, hub_migrations, migrate, system_migrations
from citywide.hub.running import Hub
from citywide.hub.settings import Settings, from_environment
from citywide.hub.system import System
from citywide.kit.speech import speak
from citywide.systems import SYSTEMS

EVERYTHING: tuple[System, ...] = (wall.SYSTEM, *SYSTEMS)


def build(settings: Settings) -> Litestar:
    """A worker: a hub with all its systems behind its doors."""
    return http_door(Hub(settings, [*EVERYTHING, *map(load_system, settings.more_systems)]))


def load_system(name: str) -> System:
    """A system from outside this package, named `module:NAME`."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute or "SYSTEM")


def worker() -> Litestar:
    """A worker process, by the settings its parent handed over."""
    speak()
    sys.setswitchinterval(0.0005)  # a thread that has heard from the database must not wait for a long decoding
    return build(from_environment())


def own_cluster(data: Path) -> Cluster:
    """The embedded PostgreSQL of a data folder, running."""
    cluster = Cluster(data / "postgresql")
    _let_through(data)
    cluster.create()
    cluster.start()
    return cluster


def make_database(url: str, name: str = "citywide") -> None:
    """Create the database on our own cluster, if it is not there yet."""
    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("select from pg_database where datname = %s", (name,)).rowcount:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def migrate_all(url: str) -> list[Migration]:
    """Bring the hub's and every system's schema up to date; returns what was run."""
    steps = [step for system in EVERYTHING for step in system_migrations(system.name, system.folder)]
    with psycopg.connect(url) as connection:
        return migrate(connection, [*hub_migrations(), *steps])


def _let_through(data: Path) -> None:
    """PostgreSQL does not run as root: its user must be able to reach the folder."""
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(data.stat().st_mode | 0o011)
