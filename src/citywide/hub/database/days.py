"""Daily partitions of the readings: made ahead, and behind when late readings ask for it."""

from collections.abc import Iterable
from datetime import date, timedelta

from psycopg import Connection, sql

from citywide.hub.database.queries import sql as named

DAY_US = 86_400_000_000


def existing(connection: Connection) -> set[date]:
    """The days that have a partition."""
    names = [name for (name,) in connection.execute(named("partitions"))]
    return {date.fromisoformat(name.removeprefix("reading_").replace("_", "-")) for name in names}


def hold(connection: Connection) -> None:
    """Nobody else makes a day until this transaction ends."""
    connection.execute("select pg_advisory_xact_lock(711)")


def create(connection: Connection, days: Iterable[date]) -> None:
    """Make partitions; two workers may ask for the same at once, and nobody who writes is waited for."""
    for day in days:
        with connection.transaction():
            hold(connection)
            if day not in existing(connection):
                _create(connection, day)


def _create(connection: Connection, day: date) -> None:
    """Attached, not made as a partition: that would lock out whoever writes, who may be waiting for us."""
    name, end = sql.Identifier(name_of(day)), day + timedelta(days=1)
    connection.execute(sql.SQL("create table hub.{} (like hub.reading)").format(name))
    attach = sql.SQL("alter table hub.reading attach partition hub.{} for values from ({}) to ({})")
    connection.execute(attach.format(name, f"{day} 00:00+00", f"{end} 00:00+00"))


def name_of(day: date) -> str:
    """The partition's table name."""
    return f"reading_{day:%Y_%m_%d}"
