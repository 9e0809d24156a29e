"""What a worker remembers of its parts of the city: the newest of each series, and the rules' memory."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct, msgpack
from numpy.typing import NDArray

from citywide.hub.entities.registry import PARTS
from citywide.hub.ingest.batch import ACCEPTED, Rows
from citywide.hub.ingest.order import advance
from citywide.hub.rules.evaluator import Evaluator
from citywide.hub.rules.watches import grown
from citywide.hub.vocabulary.rule import Rule

NEVER = np.iinfo(np.int64).min
AXES = {"position_lon": 0, "position_lat": 1}


class Met(NamedTuple):
    """Series of one quantity and kind as the database tells them: number and entity of each, packed."""

    quantity: str
    kind: str
    pairs: bytes

    @property
    def numbers(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The series, and the entity of each."""
        series, entities = np.frombuffer(self.pairs, ">i4").astype(np.int64).reshape(-1, 2).T
        return series, entities

    def of(self, parts: Collection[int]) -> "Met":
        """Those of some parts."""
        pairs = np.frombuffer(self.pairs, ">i4").reshape(-1, 2)
        return self._replace(pairs=pairs[np.isin(pairs[:, 1] % PARTS, list(parts))].tobytes())


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
        for met_here in groups:
            quantity, kind, _ = met_here
            numbers, entities = met_here.numbers
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
