"""Where a city's database answers: one by URL, or our own, which is woken if it sleeps and sleeps again afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from psycopg import Connection
from psycopg.errors import ProtocolViolation

from citywide.hub.database.cluster import Cluster
from citywide.hub.settings import Settings
from citywide.kit.commands import NotPossibleError

OLDEST = 16
SHARED = "behind this address a pooler shares sessions; name the server itself, or a pooler of whole sessions"


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
        must_keep_sessions(settings.database_url)
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


def must_keep_sessions(url: str) -> None:
    """Refuse a pooler that lends a server's session for one transaction: the hub listens and locks by sessions."""
    with Connection.connect(url, autocommit=True) as mine, Connection.connect(url, autocommit=True) as other:
        must_be_new_enough(mine.info.server_version)
        if shares_sessions(mine, other):
            raise NotPossibleError(SHARED)


def must_be_new_enough(version: int) -> None:
    """Refuse a PostgreSQL older than the oldest that the hub is tried with; 160002 is 16.2."""
    if version // 10_000 < OLDEST:
        raise NotPossibleError(
            f"behind this address is PostgreSQL {version // 10_000}; {OLDEST} is the oldest that will do"
        )


def shares_sessions(mine: Connection, other: Connection) -> bool:
    """Whether what one connection has ended is lent to the other, so that the first goes on in another session."""
    before = _session(mine)
    try:
        with other.transaction():
            _session(other)
            return _session(mine) != before
    except ProtocolViolation:  # this pooler lends it for a statement
        return True


def _session(connection: Connection) -> int:
    return connection.execute("select pg_backend_pid()").fetchall()[0][0]


def _let_through(data: Path) -> None:
    """PostgreSQL does not run as root: its user must be able to reach the folder."""
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(data.stat().st_mode | 0o011)
