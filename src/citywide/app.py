"""build(settings) → the running hub; the one file that sees everything."""

import sys
from importlib import import_module

import psycopg
from granian.utils.proxies import wrap_asgi_with_proxy_headers
from litestar import Litestar
from litestar.types import ASGIApp

from citywide.doors.http.server import http_door
from citywide.hub.database.migrate import Migration, hub_migrations, migrate, system_migrations
from citywide.hub.running import Hub
from citywide.hub.screens import wall
from citywide.hub.settings import Settings, from_environment
from citywide.hub.vocabulary.own import settled
from citywide.hub.vocabulary.system import System
from citywide.kit.child import end_with_parent
from citywide.kit.commands import NotPossibleError
from citywide.kit.speech import speak
from citywide.systems import SYSTEMS

WORKERS_SWITCH_S = 0.0005  # a thread that has heard from the database must not wait for a long decoding
EVERYTHING: tuple[System, ...] = (wall.SYSTEM, *SYSTEMS)


def build(settings: Settings) -> Litestar:
    """A worker: a hub with all its systems behind its doors."""
    return http_door(Hub(settings, systems_of(settings)))


def systems_of(settings: Settings) -> list[System]:
    """All systems, each as the city of these settings would have it."""
    found, city = [*EVERYTHING, *map(load_system, settings.more_systems)], settings.city
    known = [system.for_city(city) if city and system.for_city else system for system in found]
    return settled(known, settings.city_settings())


def load_system(name: str) -> System:
    """A system from outside this package, named `module:NAME`."""
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute or "SYSTEM")
    except (ImportError, AttributeError) as error:
        raise NotPossibleError(f"there is no system {name}: {error}") from error


def worker() -> ASGIApp:
    """A worker process, by the settings its parent handed over; it believes the proxies it stands behind."""
    speak()
    end_with_parent()
    sys.setswitchinterval(WORKERS_SWITCH_S)
    settings = from_environment()
    return wrap_asgi_with_proxy_headers(build(settings), list(settings.behind))


def migrate_all(url: str) -> list[Migration]:
    """Bring the hub's and every system's schema up to date; returns what was run."""
    steps = [step for system in EVERYTHING for step in system_migrations(system.name, system.folder)]
    with psycopg.connect(url) as connection:
        return migrate(connection, [*hub_migrations(), *steps])
