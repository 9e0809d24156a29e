"""The clock that all workers share stands in the database; one that is led waits there for its leader."""

import msgspec
from msgspec import json
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.kit.clock import Clock, LedClock, ManualClock


def keep_clock(connection: Connection, clock: Clock) -> None:
    """Let every worker read this clock."""
    connection.execute(sql("keep_clock"), {"clock": Jsonb(msgspec.to_builtins(clock))})


def read_clock(database: Database) -> Clock:
    """The city's clock; one of speed 0 stands until it is moved, one with an end runs as far as it is led."""
    clock = _kept(database)
    if clock.speed == 0:
        return ManualClock(hands=[clock.start])
    return clock if clock.until is None else LedClock(speed=clock.speed, led=[clock])


def follow(clock: Clock, database: Database) -> None:
    """Hear what the leader has said to another worker."""
    if isinstance(clock, LedClock):
        clock.set(_kept(database))


def _kept(database: Database) -> Clock:
    found = database.rows(sql("kept_clock"))
    return json.decode(json.encode(found[0]["value"]), type=Clock) if found else Clock()
