"""Work that waits in the database: due at a time, taken by one worker, tried again when it fails."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
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

    def knows(self, name: str, work: Work) -> None:
        """Teach this worker a kind of work."""
        self.work[name] = work

    def comes_round(self, name: str, every: timedelta, work: Work, after: timedelta = timedelta(0)) -> None:
        """Work that returns by itself, at one worker at a time; for the first time after a while."""
        self.knows(name, work)
        with self.database.transaction() as connection:
            defer(connection, Job(name, self.clock.now() + after, every=every, key=name))

    def run_due(self) -> int:
        """Do what is due; returns how many jobs were taken."""
        done = 0
        while done < MOST_A_ROUND and self._run_one():
            done += 1
        return done

    def _run_one(self) -> bool:
        with self.database.transaction() as connection:
            due = {"names": list(self.work), "now": self.clock.now()}
            found = rows(connection, sql("due_job"), due)
            if found:
                self._do(connection, found[0])
            return bool(found)

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
