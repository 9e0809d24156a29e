"""Work that waits in the database: due at a time, taken by one worker, tried again when it fails."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub.database.pool import Database, rows
from citywide.hub.database.queries import sql

Work = Callable[[Mapping[str, Any]], None]
MOST_ATTEMPTS = 8
log = structlog.get_logger()


def defer(connection: Connection, name: str, values: Mapping[str, object] | None = None, key: str | None = None,
          every: timedelta | None = None) -> None:  # fmt: skip
    """Put work down in the running transaction; with a key it is there once."""
    connection.execute(
        sql("defer_job"), {"name": name, "values": Jsonb(dict(values or {})), "key": key, "every": every}
    )


class Jobs:
    """The work that this worker knows how to do."""

    def __init__(self, database: Database, work: Mapping[str, Work]) -> None:
        self.database, self.work = database, work

    def run_due(self) -> int:
        """Do what is due; returns how many jobs were taken."""
        done = 0
        while self._run_one():
            done += 1
        return done

    def _run_one(self) -> bool:
        with self.database.transaction() as connection:
            found = rows(connection, sql("due_job"), {"names": list(self.work)})
            if found:
                self._do(connection, found[0])
            return bool(found)

    def _do(self, connection: Connection, job: dict[str, Any]) -> None:
        try:
            self.work[job["name"]](job["values"])
        except Exception as error:
            log.exception("job_failed", job=job["name"], attempts=job["attempts"] + 1)
            final = str(error) if job["attempts"] + 1 >= MOST_ATTEMPTS and job["every"] is None else None
            connection.execute(sql("job_failed"), {"id": job["id"], "failed": final})
        else:
            connection.execute(sql("job_done"), {"id": job["id"]})
