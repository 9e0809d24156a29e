"""A day leaves while late readings of it still come: its file is written beside them, and nobody waits meanwhile.

What came after the file's snapshot is found where the table has grown, and is put into a new partition in the same
transaction that lets the old one go: as if it had come a moment later.
"""

import time
from collections.abc import Callable
from datetime import date

import structlog
from msgspec import Struct
from psycopg import Connection
from psycopg import sql as composed
from psycopg.errors import LockNotAvailable

from citywide.hub.database import days
from citywide.hub.database.queries import sql

TRIES, PAUSE_S = 30, 1.0
SLACK_PAGES = 512
"""Whoever was writing when the snapshot was taken had the last pages of the table for it."""

Reading = tuple[int, object, float, int]
log = structlog.get_logger()


class Seen(Struct, frozen=True):
    """What a snapshot had of a day: how many readings were counted, and those in the last pages."""

    page: int
    counted: int
    newest: frozenset[Reading]


def last_pages(connection: Connection, day: date) -> int:
    """The page from which on the table may grow."""
    found = connection.execute(sql("pages_of"), {"table": f"hub.{days.name_of(day)}"}).fetchone()
    assert found is not None
    return max(0, found[0] - SLACK_PAGES)


def seen(connection: Connection, day: date, page: int) -> Seen:
    """What this connection's snapshot has of the day."""
    return Seen(page, _counted(connection, day), _newest(connection, day, page))


def let_go(connection: Connection, day: date, before: Seen, named: Callable[[int], None]) -> int:
    """Let the partition go; what came after the snapshot stays in a new one. Returns how many readings that are.

    `named` is told so while nobody reads or writes, in the same transaction.
    """
    for _ in range(TRIES):
        try:
            with connection.transaction():
                connection.execute("set local lock_timeout = '1500ms'")  # a circle is found before
                days.hold(connection)  # before the table: whoever makes a day holds it while waiting for that
                connection.execute("lock table hub.reading in access exclusive mode")
                return _swap(connection, day, before, named)
        except LockNotAvailable:  # all who come would wait behind us
            time.sleep(PAUSE_S)
    raise TimeoutError("the readings are never free to let a day go")


def _swap(connection: Connection, day: date, before: Seen, named: Callable[[int], None]) -> int:
    came = _counted(connection, day) - before.counted
    late = _newest(connection, day, before.page) - before.newest if came else frozenset[Reading]()
    if len(late) != came:
        raise TimeoutError(f"{came} late readings of {day}, {len(late)} of them found: it leaves another time")
    named(came)
    connection.execute(composed.SQL("drop table {}").format(_table(day)))
    if late:
        days.create(connection, [day])
        with connection.cursor() as cursor:
            cursor.executemany("insert into hub.reading (series, time, value, received) values (%s, %s, %s, %s)", late)
        log.info("late_while_leaving", day=str(day), readings=came)
    return came


def _counted(connection: Connection, day: date) -> int:
    found = connection.execute(sql("counted_of_day"), {"day": day}).fetchone()
    return found[0] if found else 0


def _newest(connection: Connection, day: date, page: int) -> frozenset[Reading]:
    asked = composed.SQL("select series, time, value, received from {} where ctid >= %s::tid").format(_table(day))
    return frozenset(connection.execute(asked, (f"({page},0)",)).fetchall())


def _table(day: date) -> composed.Identifier:
    return composed.Identifier("hub", days.name_of(day))
