"""What a worker remembers of its parts of the city: the newest of each series, and the rules' memory."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise, starmap
from typing import NamedTuple

import numpy as np
import structlog
from msgspec import Struct, ValidationError, msgpack
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.sql import SQL, Literal

from citywide.hub.database.great import at_once
from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import PARTS
from citywide.hub.ingest.batch import ACCEPTED, Rows
from citywide.hub.ingest.binary import decode
from citywide.hub.ingest.order import advance
from citywide.hub.rules.evaluator import Evaluator
from citywide.hub.rules.watches import grown
from citywide.hub.vocabulary.rule import Rule

log = structlog.get_logger()
NEVER = np.iinfo(np.int64).min
AXES = {"position_lon": 0, "position_lat": 1}


class Met(NamedTuple):
    """Series of one quantity and kind as the database tells them: number and entity of each, packed."""

    quantity: str
    kind: str
    pairs: bytes


class Moved(NamedTuple):
    """What told its position: which entities, along which axis, where to."""

    entity: NDArray[np.int64]
    axis: NDArray[np.int8]
    value: NDArray[np.float64]


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
        self.entity = np.full(1024, -1, np.int64)
        self.part_of = np.full(1024, PARTS, np.int8)
        self.axis = np.full(1024, -1, np.int8)  # of those that tell a position
        self.received = 0

    def add(self, met: Iterable[Met]) -> None:
        """Begin to keep these series; those that are kept already go on as they are."""
        groups = list(met)
        self.evaluator.expect((quantity, kind, len(pairs) // 8) for quantity, kind, pairs in groups)
        for quantity, kind, pairs in groups:
            numbers, entities = np.frombuffer(pairs, ">i4").astype(np.int64).reshape(-1, 2).T
            self._make_room(int(numbers.max(initial=0)))
            new = self.part_of[numbers] == PARTS
            numbers, entities = numbers[new], entities[new]
            self.entity[numbers], self.part_of[numbers] = entities, entities % PARTS
            self.axis[numbers] = AXES.get(quantity, -1)
            self.evaluator.add_series(numbers, entities, quantity, kind)

    def _make_room(self, number: int) -> None:
        self.newest, self.value = grown(self.newest, number, NEVER), grown(self.value, number, 0)
        self.changed, self.part_of = grown(self.changed, number, False), grown(self.part_of, number, PARTS)
        self.entity, self.axis = grown(self.entity, number, -1), grown(self.axis, number, -1)

    def of_parts(self, parts: Sequence[int]) -> NDArray[np.int64]:
        """The series of these parts."""
        return np.flatnonzero(np.isin(self.part_of, parts))

    def part_with(self, parts: Sequence[int]) -> None:
        """Keep these parts no more; the others go on as they are."""
        series = self.of_parts(parts)
        self.evaluator.part_with(series, self.entity[series])
        self.newest[series], self.value[series], self.changed[series] = NEVER, 0, False
        self.entity[series], self.part_of[series], self.axis[series] = -1, PARTS, -1

    def stand_down(self, entities: Collection[int]) -> None:
        """No alarm stands of what these entities said."""
        self.evaluator.agree(np.flatnonzero(np.isin(self.entity, list(entities))), ())

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

    def moved(self, rows: Rows) -> Moved:
        """What these rows tell of where things are."""
        told = rows.pick(self.axis[rows.series] >= 0)
        return Moved(self.entity[told.series], self.axis[told.series], told.value)

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
        series = self.of_parts([part])
        rules = self.evaluator.dump(series)
        newest, value = self.newest[series].tobytes(), self.value[series].tobytes()
        return msgpack.encode(PartMemory(series.tobytes(), newest, value, rules))

    def load(self, dumped: bytes) -> None:
        """Remember what was written down; whether the latest values were, too, nobody knows: they are again."""
        memory = msgpack.decode(dumped, type=PartMemory)
        series = np.frombuffer(memory.series, np.int64)
        here = ~np.isin(series, self.unknown(series))
        self.newest[series[here]] = np.frombuffer(memory.newest, np.int64)[here]
        self.value[series[here]] = np.frombuffer(memory.value)[here]
        self.changed[series[here]] = self.newest[series[here]] > NEVER
        self.evaluator.load(memory.rules)

    def remember(self, latest: Rows) -> None:
        """Take up from the latest values alone; the rules begin anew."""
        self.newest[latest.series], self.value[latest.series] = latest.time, latest.value

    def replay(self, rows: Rows) -> None:
        """Fold readings that were committed after the memory was written down."""
        outcome = np.empty(len(rows), np.int8)
        advance(rows.series, rows.time, self.newest, outcome)
        fresh = rows.pick(outcome == ACCEPTED)
        self.evaluator.fold(fresh.series, fresh.time, fresh.value)
        self.note_latest(fresh)


def recover(connection: Connection, state: State, parts: Sequence[int]) -> None:
    """Bring the memory of these parts to where their last commit left it."""
    state.add(starmap(Met, connection.execute(sql("series_of_parts"), {"parts": list(parts)}, binary=True)))
    since, foreign = np.full(PARTS, NEVER, np.int64), list[int]()
    for part, received, dumped in _snapshots(connection, parts):
        since[part] = received
        try:
            state.load(dumped)
        except ValidationError:  # another version wrote it
            foreign.append(part)
    if foreign:
        log.warning("memory_of_another_version", parts=len(foreign))
        state.remember(_latest(connection, foreign))
    _replay(connection, state, parts, since)
    _agree_with_alarms(connection, state, parts)


def _snapshots(connection: Connection, parts: Sequence[int]) -> Iterator[tuple[int, int, bytes]]:
    """What was written down, a part at a time: that of all would fill the memory a second time."""
    for part in parts:
        for received, dumped in at_once(connection, sql("snapshot"), [part]):
            yield part, int.from_bytes(received), dumped


def _latest(connection: Connection, parts: Sequence[int]) -> Rows:
    found = connection.execute(sql("latest_of_parts"), {"parts": list(parts)}).fetchall()
    series, time, value = zip(*found, strict=True) if found else ((), (), ())
    return Rows(np.array(series, np.int64), np.array(time, np.int64), np.array(value, float))


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
    standing = connection.execute(sql("standing_alarms"), {"parts": list(parts)}).fetchall()
    state.evaluator.agree(state.of_parts(parts), standing)
