"""The system's own tables: the named queries that read and write them."""

from collections.abc import Iterable
from pathlib import Path

from psycopg import Connection

from citywide.hub.database.queries import read_queries

SQL = read_queries(Path(__file__).with_name("own_tables.sql").read_text(encoding="utf-8"))


def kinds_of(connection: Connection, places: Iterable[str]) -> dict[str, str]:
    """What the places are of which the hub knows."""
    askable = [one for one in set(places) if "\0" not in one]
    return dict(connection.execute(SQL["kinds_of_places"], {"ids": askable}).fetchall())
