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


def create(connection: Connection, days: Iterable[date]) -> None:
    """Make partitions; two workers may ask for the same at once."""
    for day in days:
        with connection.transaction():
            connection.execute("select pg_advisory_xact_lock(711)")
            connection.execute(_create(day))


def _create(day: date) -> sql.Composed:
    return sql.SQL("create table if not exists hub.{} partition of hub.reading for values from ({}) to ({})").format(
        sql.Identifier(name_of(day)), f"{day} 00:00+00", f"{day + timedelta(days=1)} 00:00+00"
    )


def name_of(day: date) -> str:
    """The partition's table name."""
    return f"reading_{day:%Y_%m_%d}"
