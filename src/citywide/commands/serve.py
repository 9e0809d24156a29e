"""Serving: the embedded database if none is named, migrations, then the workers; all of it stops together."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network

import structlog
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from msgspec import structs

from citywide.app import migrate_all, systems_of
from citywide.commands.in_force import as_it_is_now
from citywide.hub.city_file import CityFileError
from citywide.hub.database.cluster import Cluster
from citywide.hub.database.opening import opened, own_cluster
from citywide.hub.settings import Settings, to_environment
from citywide.kit.commands import NotPossibleError

log = structlog.get_logger()
LINGERS_S = 3.0
LIVED_S = 10.0


def must_be_possible(settings: Settings) -> None:
    """Refuse what could not run before anything is begun: a port that is taken, a city's file that is wrong."""
    for file in filter(None, (settings.certificate, settings.certificate_key)):
        file.open("rb").close()
    for proxy in settings.behind:
        _must_be_address(proxy)
    city = settings.city_settings()
    try:
        city.calendar.must_be_known()
    except NotPossibleError as error:
        raise CityFileError(f"{settings.city_file}: {error}") from error
    systems_of(settings)
    _await_port(settings)


def _must_be_address(proxy: str) -> None:
    """A name, or a network written by one of its addresses, would be no proxy of ours, and nobody would notice."""
    try:
        _ = proxy == "*" or ip_network(proxy)
    except ValueError as error:
        raise NotPossibleError(f"--behind: {error}; accepted: an address or a network, such as 10.0.0.0/8") from error


def _await_port(settings: Settings) -> None:
    """Wait a moment for the port: of a server that was killed the workers may linger, and would share it with ours."""
    until = time.monotonic() + LINGERS_S
    while (trouble := _trouble_at(settings)) is not None:
        if time.monotonic() > until:
            raise NotPossibleError(f"{settings.host} port {settings.port} cannot be listened on: {trouble}")
        time.sleep(0.1)


def _trouble_at(settings: Settings) -> str | None:
    family, *_, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(address)
        except OSError as error:
            return error.strerror
    return None


@contextmanager
def ready_database(settings: Settings) -> Iterator[Settings]:
    """The settings with a database that is up to date; one that we started stops with us."""
    with opened(settings) as url:
        migrate_all(url)
        yield structs.replace(settings, database_url=url)


@contextmanager
def kept_alive(settings: Settings) -> Iterator[Settings]:
    """A ready database for a server: our own is started again when it dies, and stops with us."""
    with ready_database(settings) as ready:
        if settings.database_url:
            yield ready
            return
        cluster = own_cluster(settings.data.resolve())
        try:
            with _watched(cluster):
                yield ready
        finally:
            cluster.stop()


@contextmanager
def _watched(cluster: Cluster) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=_watch, args=(cluster, stop), name="database watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _watch(cluster: Cluster, stop: threading.Event) -> None:
    while not stop.wait(0.25):
        if not cluster.answers():
            log.warning("database_died", folder=str(cluster.folder))
            try:
                cluster.start()
            except (OSError, RuntimeError) as error:
                log.warning("database_not_revived", error=str(error))
                stop.wait(1)


def serve(settings: Settings) -> None:
    """Run the workers until told to stop; one that dies is replaced, and where one dies at once, all begin anew."""
    to_environment(as_it_is_now(settings))
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    while not _served_until_told(settings):
        log.warning("workers_begin_anew")


def _served_until_told(settings: Settings) -> bool:
    began = time.monotonic()
    try:
        Granian(
            "citywide.app:worker",
            address=settings.host,
            port=settings.port,
            ssl_cert=settings.certificate,
            ssl_key=settings.certificate_key,
            interface=Interfaces.ASGI,
            workers=settings.workers,
            factory=True,
            respawn_failed_workers=True,
            respawn_interval=0.5,
            workers_kill_timeout=20,
            log_level=LogLevels.warning,
        ).serve()
    except SystemExit:
        if time.monotonic() - began < LIVED_S:  # it has never served: whoever started it must hear so
            raise
        return False
    return True
