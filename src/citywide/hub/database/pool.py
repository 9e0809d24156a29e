"""Connections: the hub's own, and a reader's, who sees the rows of its departments only."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

from psycopg import Connection, sql
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from citywide.hub.people.who import Who

Row = dict[str, Any]
# A server without power says nothing itself: unasked for so many seconds, and asked thrice in vain
GONE_AFTER: Mapping[str, Any] = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
IDLE_S = 30.0  # a connection at rest holds some 20 MB of the server's memory


class Database:
    """A PostgreSQL database by its URL, and the pool of connections to it; all of them bear their owner's name."""

    def __init__(self, url: str, most: int = 12, owner: str = "citywide") -> None:
        self.url = url
        self._manner: dict[str, Any] = {"application_name": owner, **GONE_AFTER}
        self.pool = ConnectionPool(
            url,
            kwargs=self._manner,
            min_size=1,
            max_size=most,
            open=True,
            timeout=20,
            max_idle=IDLE_S,
            check=ConnectionPool.check_connection,
            configure=_count_in_utc,
        )

    def close(self) -> None:
        """Give all connections back to the server."""
        self.pool.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction of the hub itself."""
        with self.pool.connection() as connection:
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection of the hub itself on which every statement stands alone: nothing is held between them."""
        with self.pool.connection() as connection:
            connection.autocommit = True
            try:
                yield connection
            finally:
                if not connection.closed:
                    connection.autocommit = False

    @contextmanager
    def reading_as(self, who: Who, seconds: int = 10) -> Iterator[Connection]:
        """A read-only transaction that shows what this reader may see, by row-level security."""
        with self.pool.connection() as connection:
            connection.execute("set transaction read only")
            become(connection, who)
            connection.execute(sql.SQL("set local statement_timeout = {}").format(f"{seconds}s"))
            yield connection

    def rows(self, query: LiteralString, values: Mapping[str, object] | Sequence[object] = ()) -> list[Row]:
        """The rows of one query of the hub itself."""
        with self.transaction() as connection:
            return rows(connection, query, values)

    def dedicated(self) -> Connection:
        """A connection of its own, outside the pool, for listening or for the committer."""
        connection = Connection.connect(self.url, autocommit=True, **self._manner)
        _count_in_utc(connection)
        return connection


def _count_in_utc(connection: Connection) -> None:
    """Moments come back in UTC whatever the server's zone: an hour's work must not vanish with summer time."""
    connection.execute("set time zone 'UTC'")
    if not connection.autocommit:
        connection.commit()


def become(connection: Connection, who: Who) -> None:
    """Take on the reader's role and departments until the transaction ends."""
    connection.execute(
        "select set_config('citywide.departments', %s, true), set_config('citywide.everywhere', %s, true), "
        "set_config('citywide.name', %s, true), set_config('citywide.offices', %s, true)",
        (",".join(who.departments), "on" if who.everywhere else "off", who.name, ",".join(who.offices)),
    )
    connection.execute("set local role citywide_staff")


def rows(
    connection: Connection, query: LiteralString, values: Mapping[str, object] | Sequence[object] = ()
) -> list[Row]:
    """The rows of a query, as dictionaries."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values).fetchall()
