"""What an app sends again under its key is done once, and refused as this standard has it."""

from collections.abc import Callable
from datetime import datetime

from psycopg import Connection

from citywide.doors.open311.shapes import Fault, Item
from citywide.hub.database.pool import Database
from citywide.hub.web.once import Once, done_once
from citywide.hub.web.problems import Problem

Work = Callable[[Connection], list[Item]]


def done_for_app(database: Database, once: Once | None, at: datetime, work: Work) -> list[Item]:
    """Do the work in one transaction, or give the answer of before."""
    try:
        with database.transaction() as connection:
            return done_once(connection, once, at, lambda: work(connection))
    except Problem as problem:
        raise Fault(problem.status, f"Idempotency-Key: {problem}") from problem
