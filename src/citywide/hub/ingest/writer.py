"""A writer: one connection, one transaction at a time: readings, what they raised, and the count of the day."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.errors import CheckViolation

from citywide.hub.alarms.record import record
from citywide.hub.database import days
from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.hub.ingest.batch import DUPLICATE, LATE, Rows
from citywide.hub.ingest.binary import HEADER, TRAILER
from citywide.hub.ingest.draft import Draft
from citywide.hub.ingest.state import State
from citywide.hub.readings.archive import archived_already
from citywide.hub.rules.evaluator import Transition
from citywide.kit.clock import moment

LONGEST_WAIT = "10s"


class FencedError(RuntimeError):
    """Another worker has taken over: nothing of this transaction may stand."""


def stand_ground(connection: Connection, worker: str) -> None:
    """A worker that was given up for dead must not write: its parts have another keeper."""
    if not connection.execute(sql("fence"), {"worker": worker}).rowcount:
        raise FencedError(f"worker {worker} was given up and its parts were taken over")


class Writer:
    """Writes for one worker, as long as the others do not hold it for dead."""

    def __init__(self, database: Database, worker: str, archive: Path) -> None:
        self.database, self.worker, self.archive = database, worker, archive
        self.connection = self._connected()
        self._days: set[date] = set()

    @property
    def cut_off(self) -> bool:
        """Whether the connection is lost."""
        return self.connection.broken or self.connection.closed

    def _connected(self) -> Connection:
        """A connection on which nobody waits for ever: the one who holds a table may be waiting for us."""
        connection = self.database.dedicated()
        connection.execute("select set_config('lock_timeout', %s, false)", (LONGEST_WAIT,))
        return connection

    def renew(self) -> None:
        """A connection that works, and no memory of days: one may have left for the archive."""
        self._days.clear()
        if self.cut_off:
            self.connection = self._connected()

    def close(self) -> None:
        """Give the connection back to the server."""
        self.connection.close()

    def write(self, drafts: Sequence[Draft], state: State, turn: Callable[[], None]) -> bool:
        """One transaction for all of these; tried again when a day left for the archive a moment ago."""
        try:
            return self._write(drafts, state, turn)
        except CheckViolation:
            self._days.clear()
            return self._write(drafts, state, turn)

    def _write(self, drafts: Sequence[Draft], state: State, turn: Callable[[], None]) -> bool:
        """Copy at once; when what came before is committed, write down what the rules raised and cleared."""
        filled = [draft for draft in drafts if len(draft.kept)]
        for draft in filled:
            self._need_days(draft.kept.time)
        with self.connection.transaction():
            self._copy(filled)
            turn()
            self._count(filled)
            self._stand_ground()
            transitions = [found for draft in drafts for found in draft.folding.result()]
            if transitions:
                record(self.connection, transitions, state.entity)
        return bool(transitions)

    def write_transitions(self, transitions: Sequence[Transition], state: State) -> None:
        """Write down what the passing of time has raised."""
        with self.connection.transaction():
            self._stand_ground()
            record(self.connection, transitions, state.entity)

    def mark_known(self, rows: Rows, outcome: NDArray[np.int8], doubtful: NDArray[np.int64]) -> None:
        """Mark those of the doubtful rows that are in the table, or in an archived day, already."""
        values = {
            "series": rows.series[doubtful].tolist(),
            "times": [moment(us) for us in rows.time[doubtful].tolist()],
            "places": doubtful.tolist(),
        }
        for (place,) in self.connection.execute(sql("known_readings"), values):
            outcome[place] = DUPLICATE
        late = doubtful[outcome[doubtful] == LATE]
        if late.size:
            outcome[late[archived_already(self.connection, self.archive, rows.pick(late))]] = DUPLICATE

    def _stand_ground(self) -> None:
        stand_ground(self.connection, self.worker)

    def _copy(self, drafts: Sequence[Draft]) -> None:
        if not drafts:
            return
        copying = "copy hub.reading (series, time, value, received) from stdin (format binary)"
        with self.connection.cursor() as cursor, cursor.copy(copying) as copy:
            copy.write(b"".join((HEADER, *(draft.encoded for draft in drafts), TRAILER)))

    def _count(self, drafts: Sequence[Draft]) -> None:
        if not drafts:
            return
        times = np.concatenate([draft.kept.time for draft in drafts])
        numbers, counts = np.unique(times // days.DAY_US, return_counts=True)
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
            day = moment(number * days.DAY_US).date()
            self.connection.execute(sql("add_to_day"), {"day": day, "worker": self.worker, "rows": count})

    def _need_days(self, times: NDArray[np.int64]) -> None:
        needed = {moment(int(n) * days.DAY_US).date() for n in np.unique(times // days.DAY_US)}
        if not needed <= self._days:
            self._days |= days.existing(self.connection)
            days.create(self.connection, sorted(needed - self._days))
            self._days |= needed
