"""Work that waits in the database: due at a time, taken by one worker, tried again when it fails.

Whoever does it holds no transaction meanwhile: work of an hour would keep an hour's rows from being tidied away.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import structlog
from msgspec import Struct, field
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub.database.pool import Database, rows
from citywide.hub.database.queries import sql
from citywide.kit.clock import Clock

Work = Callable[[Mapping[str, Any]], object]
MOST_ATTEMPTS = 8
MOST_A_ROUND = 50
log = structlog.get_logger()


class Pace(Enum):
    """How soon work comes round; what comes every second waits for nothing that takes an hour."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    LEISURE = "leisure"  # and what comes once

    @classmethod
    def of(cls, every: timedelta | None) -> "Pace":
        """The pace of work that comes round so often."""
        if every is None or every > timedelta(minutes=5):
            return cls.LEISURE
        return cls.SECONDS if every <= timedelta(seconds=10) else cls.MINUTES


class Job(Struct, frozen=True):
    """Work to be done at a time (the city's), once or again and again; with a key it is there once."""

    name: str
    due: datetime
    values: Mapping[str, object] = field(default_factory=dict[str, object])
    every: timedelta | None = None
    key: str | None = None


def defer(connection: Connection, job: Job) -> None:
    """Put work down in the running transaction."""
    values = {"name": job.name, "values": Jsonb(dict(job.values)), "key": job.key}
    connection.execute(sql("defer_job"), values | {"every": job.every, "due": job.due})


class Jobs:
    """The work that this worker knows how to do."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.work: dict[str, Work] = {}
        self._paces: dict[str, Pace] = {}

    def knows(self, name: str, work: Work, every: timedelta | None = None) -> None:
        """Teach this worker a kind of work."""
        self.work[name], self._paces[name] = work, Pace.of(every)

    def comes_round(self, name: str, every: timedelta, work: Work, after: timedelta = timedelta(0)) -> None:
        """Work that returns by itself, at one worker at a time; for the first time after a while."""
        self.knows(name, work, every)
        with self.database.transaction() as connection:
            defer(connection, Job(name, self.clock.now() + after, every=every, key=name))

    def run_due(self, paces: Collection[Pace] = tuple(Pace)) -> int:
        """Do what is due of these paces; returns how many jobs were taken."""
        done, names = 0, [name for name, pace in self._paces.items() if pace in paces]
        while done < MOST_A_ROUND and self._run_one(names):
            done += 1
        return done

    def _run_one(self, names: list[str]) -> bool:
        with self.database.session() as connection:
            due = {"names": names, "now": self.clock.now()}
            for row in rows(connection, sql("due_jobs"), due):
                with _alone(connection, row["id"]) as alone:
                    found = rows(connection, sql("due_job"), due | {"id": row["id"]}) if alone else []
                    if found:
                        self._do(connection, found[0])
                        return True
        return False

    def _do(self, connection: Connection, job: dict[str, Any]) -> None:
        now = {"id": job["id"], "now": self.clock.now()}
        try:
            self.work[job["name"]](job["values"])
        except Exception as error:
            log.exception("job_failed", job=job["name"], attempts=job["attempts"] + 1)
            final = str(error) if job["attempts"] + 1 >= MOST_ATTEMPTS and job["every"] is None else None
            connection.execute(sql("job_failed"), now | {"failed": final})
        else:
            connection.execute(sql("job_done"), now)


@contextmanager
def _alone(connection: Connection, job: int) -> Iterator[bool]:
    """Whether nobody else does this job; nobody begins it until we are done, unless our session ends before."""
    ((alone,),) = connection.execute(sql("begin_job"), {"id": job}).fetchall()
    try:
        yield alone
    finally:
        if alone and not connection.closed:
            connection.execute(sql("end_job"), {"id": job})
