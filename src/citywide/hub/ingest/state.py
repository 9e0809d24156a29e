"""What a worker remembers of its parts of the city: the newest of each series, and the rules' memory."""

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np
from msgspec import Struct, msgpack
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.sql import SQL, Literal

from citywide.hub.database.pool import rows as fetch
from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import PARTS, Series
from citywide.hub.ingest.batch import ACCEPTED, Rows
from citywide.hub.ingest.binary import decode
from citywide.hub.ingest.order import advance
from citywide.hub.rule import Rule
from citywide.hub.rules.evaluator import Evaluator

NEVER = np.iinfo(np.int64).min


class PartMemory(Struct, frozen=True):
    """A part's memory as it is kept in the database."""

    series: bytes
    newest: bytes
    value: bytes
    rules: bytes


class State:
    """The memory of the parts a worker keeps; it can be written down and found again exactly."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.evaluator = Evaluator(rules)
        self.newest = np.full(1024, NEVER, np.int64)
        self.value = np.zeros(1024)
        self.changed = np.zeros(1024, bool)
        self.known: dict[int, Series] = {}
        self.by_part: dict[int, list[int]] = {}
        self.part_of = np.full(1024, PARTS, np.int64)
        self.received = 0

    def add(self, series: Series) -> None:
        """Begin to keep a series."""
        if series.number in self.known:
            return
        self.known[series.number] = series
        self.by_part.setdefault(series.entity % PARTS, []).append(series.number)
        if series.number >= self.newest.size:
            more = max(self.newest.size, series.number + 1 - self.newest.size)
            self.newest = np.concatenate([self.newest, np.full(more, NEVER, np.int64)])
            self.value = np.concatenate([self.value, np.zeros(more)])
            self.changed = np.concatenate([self.changed, np.zeros(more, bool)])
            self.part_of = np.concatenate([self.part_of, np.full(more, PARTS, np.int64)])
        self.part_of[series.number] = series.entity % PARTS
        self.evaluator.reserve(series.number)
        self.evaluator.add_series(series.number, series.entity, series.quantity, series.kind)

    def note_latest(self, fresh: Rows) -> None:
        """Remember the newest values (the rows stand in time), to be written down with the next flush."""
        self.value[fresh.series] = fresh.value
        self.changed[fresh.series] = True

    def note_again(self, rows: Rows) -> None:
        """Remember values that could not be written down, where nothing newer has come in."""
        known = rows.pick(rows.series < self.newest.size)
        self.note_latest(known.pick(self.newest[known.series] == known.time))

    def take_changed(self) -> Rows:
        """The newest values since this was last asked."""
        series = np.flatnonzero(self.changed)
        self.changed[series] = False
        return Rows(series, self.newest[series], self.value[series])

    def unknown(self, series: NDArray[np.int64]) -> list[int]:
        """Those of these series that we have not met."""
        here = series < self.part_of.size
        new = ~here
        new[here] = self.part_of[series[here]] == PARTS
        return np.unique(series[new]).tolist() if new.any() else []

    def keeps(self, series: NDArray[np.int64], parts: Collection[int]) -> bool:
        """Whether all these series belong to these parts."""
        kept = np.zeros(PARTS + 1, bool)
        kept[list(parts)] = True
        return bool(kept[self.part_of[series]].all())

    def dump(self, part: int) -> bytes:
        """Write a part's memory down."""
        series = np.array(self.by_part.get(part, []), np.int64)
        rules = self.evaluator.dump(series.tolist())
        newest, value = self.newest[series].tobytes(), self.value[series].tobytes()
        return msgpack.encode(PartMemory(series.tobytes(), newest, value, rules))

    def load(self, dumped: bytes) -> None:
        """Remember what was written down; whether the latest values were, too, nobody knows: they are again."""
        memory = msgpack.decode(dumped, type=PartMemory)
        series = np.frombuffer(memory.series, np.int64)
        here = np.array([number in self.known for number in series.tolist()], bool)
        self.newest[series[here]] = np.frombuffer(memory.newest, np.int64)[here]
        self.value[series[here]] = np.frombuffer(memory.value)[here]
        self.changed[series[here]] = self.newest[series[here]] > NEVER
        self.evaluator.load(memory.rules)

    def replay(self, rows: Rows) -> None:
        """Fold readings that were committed after the memory was written down."""
        outcome = np.empty(len(rows), np.int8)
        advance(rows.series, rows.time, self.newest, outcome)
        fresh = rows.pick(outcome == ACCEPTED)
        self.evaluator.fold(fresh.series, fresh.time, fresh.value)
        self.note_latest(fresh)


def recover(connection: Connection, state: State, parts: Sequence[int]) -> None:
    """Bring the memory of these parts to where their last commit left it."""
    for row in connection.execute(sql("series_of_parts"), {"parts": list(parts)}):
        state.add(Series(*row))
    written = {row["part"]: row for row in fetch(connection, sql("snapshots"), {"parts": list(parts)})}
    since = np.full(PARTS, NEVER, np.int64)
    for part, row in written.items():
        state.load(row["state"])
        since[part] = row["received"]
    _replay(connection, state, parts, since)
    _agree_with_alarms(connection, state, parts)


def _replay(connection: Connection, state: State, parts: Sequence[int], since: NDArray[np.int64]) -> None:
    """Fold what each part has received since it was written down."""
    if not parts:
        return
    oldest = int(max(since[list(parts)].min(), 0))
    query = SQL(sql("copy_since")).format(received=oldest, parts=Literal(list(parts)))  # type: ignore[arg-type]
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        rows, received = decode(b"".join(copy))
    later = received > since[state.part_of[rows.series]]
    rows, received = rows.pick(later), received[later]
    bounds = [0, *(np.flatnonzero(np.diff(received)) + 1).tolist(), len(rows)]
    for begin, end in pairwise(bounds):  # one fold for each commit, as it was the first time
        state.replay(rows.pick(np.arange(begin, end)))
    known = [state.received, *since[list(parts)].tolist(), *received[-1:].tolist()]
    state.received = max(known)


def _agree_with_alarms(connection: Connection, state: State, parts: Sequence[int]) -> None:
    """Whether an alarm stands is what the database says: silence is raised without any reading."""
    standing: dict[int, set[str]] = {}
    for entity, rule in connection.execute(sql("standing_alarms"), {"parts": list(parts)}):
        standing.setdefault(entity, set()).add(rule)
    for part in parts:
        for number in state.by_part.get(part, []):
            entity = state.known[number].entity
            state.evaluator.set_raised(number, standing.get(entity, set()))
