"""Writing down, a moment after commit, what would else be worked out again: latest values and memory."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from psycopg import Connection

from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import PARTS, Series
from citywide.hub.ingest.batch import Rows
from citywide.hub.ingest.binary import encode
from citywide.hub.ingest.committer import Committer

PARTS_A_ROUND, BYTES_A_ROUND = 8, 4_000_000
MANY = 20_000
POSITION = {"position_lon": 0, "position_lat": 1}
NOTHING = Rows(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


class Flusher:
    """Collects in the committer's thread, writes in another."""

    def __init__(self, committer: Committer) -> None:
        self.committer = committer
        self._latest = NOTHING
        self._known: Mapping[int, Series] = {}
        self._memory: list[tuple[int, int, bytes]] = []
        self._round = self._next_part = 0

    def collect(self) -> None:
        """Take what is new, and the memory of the next parts in turn (committer's thread)."""
        committer, self._round = self.committer, self._round + 1
        if self._round % 3 == 0 or np.count_nonzero(committer.state.changed) < MANY:
            committer.state.note_again(self._latest)  # what could not be written the last time
            self._latest = committer.state.take_changed()
        self._known = committer.state.known
        self._memory = list(self._next_memories())

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

    def write(self, connection: Connection) -> None:
        """Write down what was collected."""
        if len(self._latest):
            _write_latest(connection, self._latest)
            _move_units(connection, self._latest, self._known)
        for part, received, state in self._memory:
            connection.execute(sql("put_snapshot"), {"part": part, "received": received, "state": state})
        self._latest, self._memory = NOTHING, []

    def keep(self, connection: Connection, parts: Iterable[int]) -> None:
        """Write down the memory of these parts now (committer's thread)."""
        received = self.committer.state.received
        for part in parts:
            state = self.committer.state.dump(part)
            connection.execute(sql("put_snapshot"), {"part": part, "received": received, "state": state})


def _write_latest(connection: Connection, latest: Rows) -> None:
    connection.execute(sql("latest_draft"))
    with connection.cursor() as cursor, cursor.copy(sql("copy_latest")) as copy:
        copy.write(encode(latest, 0))
    connection.execute(sql("put_latest"))


def _move_units(connection: Connection, latest: Rows, known: Mapping[int, Series]) -> None:
    """Things that tell their position stand where they last said they were."""
    places: dict[int, list[float | None]] = {}
    for number, value in zip(latest.series.tolist(), latest.value.tolist(), strict=True):
        series = known.get(number)
        if series is not None and series.quantity in POSITION:
            places.setdefault(series.entity, [None, None])[POSITION[series.quantity]] = value
    if places:
        entities = sorted(places)
        connection.execute(sql("move_units"), {
            "entities": entities,
            "lons": [places[entity][0] for entity in entities],
            "lats": [places[entity][1] for entity in entities],
        })  # fmt: skip
