"""Writing down, a moment after commit, what would else be worked out again: latest values and memory."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from psycopg import Connection

from citywide.hub.database.great import at_once
from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import PARTS
from citywide.hub.ingest.batch import Rows
from citywide.hub.ingest.binary import encode
from citywide.hub.ingest.committer import Committer
from citywide.hub.ingest.state import Moved
from citywide.hub.ingest.writer import stand_ground

PARTS_A_ROUND, BYTES_A_ROUND = 8, 4_000_000
MANY = 20_000
NOTHING = Rows(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


class Collected(NamedTuple):
    """What is to be written down: the newest values, what has moved, the memory of some parts, and whose it is."""

    worker: str
    latest: Rows
    moved: Moved
    memory: Sequence[tuple[int, int, bytes]]


class Flusher:
    """Collects in the committer's thread, a round at a time, and writes beside it."""

    def __init__(self, committer: Committer, database: Database) -> None:
        self.committer, self.database = committer, database
        self._round = self._next_part = 0

    def flush(self) -> None:
        """Let time pass for the rules and write down what is new; what could not be written stays new."""
        collected = self.committer.between_commits(self._tick_and_collect).result()
        try:
            self._write(collected)
        except Exception:
            self.committer.between_commits(lambda: self.committer.state.note_again(collected.latest))
            raise

    def keep(self, parts: Sequence[int]) -> None:
        """Write down what is new, and the memory of these parts (committer's thread)."""
        self.committer.be_sound()
        state = self.committer.state
        memory = [(part, state.received, state.dump(part)) for part in parts]
        latest = state.take_changed()
        self._write(Collected(self.committer.writer.worker, latest, state.moved(latest), memory))

    def _write(self, collected: Collected) -> None:
        """As long as nobody else keeps these parts: a worker that slept knows less than its heirs."""
        with self.database.transaction() as connection:
            stand_ground(connection, collected.worker)
            write(connection, collected)

    def _tick_and_collect(self) -> Collected:
        """What is new, and the memory of the next parts in turn."""
        self.committer.tick()
        state, self._round = self.committer.state, self._round + 1
        few = np.count_nonzero(state.changed) < MANY
        latest = state.take_changed() if few or self._round % 3 == 0 else NOTHING
        return Collected(self.committer.writer.worker, latest, state.moved(latest), list(self._next_memories()))

    def _next_memories(self) -> Iterator[tuple[int, int, bytes]]:
        """As many parts in turn as a round can bear."""
        state, size = self.committer.state, 0
        for _ in range(PARTS_A_ROUND):
            if size > BYTES_A_ROUND:
                return
            part, self._next_part = self._next_part, (self._next_part + 1) % PARTS
            if part in self.committer.parts:
                yield part, state.received, (dumped := state.dump(part))
                size += len(dumped)


def write(connection: Connection, collected: Collected) -> None:
    """Write down what was collected."""
    if len(collected.latest):
        _write_latest(connection, collected.latest)
        _move_units(connection, collected.moved)
    for part, received, state in collected.memory:
        at_once(connection, sql("put_snapshot"), [part, received, state])


def _write_latest(connection: Connection, latest: Rows) -> None:
    connection.execute(sql("writing_latest"))
    connection.execute(sql("latest_draft"))
    with connection.cursor() as cursor, cursor.copy(sql("copy_latest")) as copy:
        copy.write(encode(latest, 0))
    connection.execute(sql("put_latest"))


def _move_units(connection: Connection, moved: Moved) -> None:
    """Things that tell their position stand where they last said they were."""
    places: dict[int, list[float | None]] = {}
    for entity, axis, value in zip(*(column.tolist() for column in moved), strict=True):
        places.setdefault(entity, [None, None])[axis] = value
    if places:
        entities = sorted(places)
        connection.execute(sql("move_units"), {
            "entities": entities,
            "lons": [places[entity][0] for entity in entities],
            "lats": [places[entity][1] for entity in entities],
        })  # fmt: skip
