"""The evaluator: readings go in, what was raised and cleared comes out; its memory can be written down exactly."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from msgspec import Struct, msgpack

from citywide.hub.rules.kernel import fold, tick
from citywide.hub.rules.layout import SILENCE, compile_rule
from citywide.hub.rules.watches import Floats, Ints, Mask, Watches, runs
from citywide.hub.vocabulary.rule import Rule
from citywide.hub.vocabulary.things import GONE


class Transition(Struct, frozen=True):
    """A watch that was raised or cleared: by which rule, on which series, when, at what signal."""

    rule: Rule
    series: int
    raised: bool
    time_us: int
    value: float


class Memory(Struct, frozen=True):
    """The dumped memory of some watches: their series, their rules by fingerprint of the meaning, what they keep."""

    fingerprints: list[bytes]
    sizes: list[tuple[int, int]]
    series: bytes
    rules: bytes
    cells: bytes
    slots: bytes


class Evaluator:
    """Folds readings into alarms that are raised and cleared."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.compiled = [compile_rule(rule) for rule in rules]
        self.watches = Watches(self.compiled)
        self._numbers = {rule.name: number for number, rule in enumerate(rules)}
        self._seconds = {rule.other for rule in self.compiled if rule.other}
        self._second: dict[tuple[int, str], int] = {}  # the series of an entity that some rule over two looks at
        self._waiting: dict[tuple[int, str], list[int]] = defaultdict(list)
        self._silence = np.zeros(0, np.int64)
        self._silence_known = 0

    def expect(self, groups: Iterable[tuple[str, str, int]]) -> None:
        """Make room at once for so many series of each of these quantities and kinds."""
        self.watches.reserve((np.array(self._concerned(quantity, kind), np.int64), n) for quantity, kind, n in groups)

    def add_series(self, series: Ints, entities: Ints, quantity: str, kind: str) -> None:
        """Begin to watch these series, all of one quantity and kind, by every rule that concerns them."""
        self.watches.meet(series, entities)
        rules = self._concerned(quantity, kind)
        if rules:
            watches = self.watches.add(np.array(rules), series)
            for column, rule in enumerate(rules):
                self._await_second(entities, self.compiled[rule].other, watches[:, column])
        if quantity in self._seconds:
            self._be_second(series, entities, quantity)

    def _concerned(self, quantity: str, kind: str) -> list[int]:
        return [at for at, one in enumerate(self.compiled) if _concerns(one.rule, quantity, kind)]

    def _await_second(self, entities: Ints, other: str | None, watches: Ints) -> None:
        """Hand rules over two quantities their second series, now or when it first speaks."""
        if other is None:
            return
        for entity, watch in zip(entities.tolist(), watches.tolist(), strict=True):
            if (entity, other) in self._second:
                self.watches.add_second(self._second[entity, other], watch)
            elif other != GONE.name:  # hardly anybody ever says so: looked up when it is said
                self._waiting[entity, other].append(watch)

    def _be_second(self, series: Ints, entities: Ints, quantity: str) -> None:
        for number, entity in zip(series.tolist(), entities.tolist(), strict=True):
            self._second[entity, quantity] = number
            waiting = self._waiting.pop((entity, quantity), ())
            for watch in self._missing(entity) if quantity == GONE.name else waiting:
                self.watches.add_second(number, watch)

    def _missing(self, entity: int) -> list[int]:
        """The watches that miss an entity when it falls silent."""
        awaited = self._awaited()
        return awaited[self.watches.entity[self.watches.series[awaited]] == entity].tolist()

    def part_with(self, series: Ints, entities: Ints) -> None:
        """Watch these series no more, which are all that their entities have."""
        self.watches.part_with(series)
        gone = set(entities.tolist())
        self._second = {pair: number for pair, number in self._second.items() if pair[0] not in gone}
        for pair in [pair for pair in self._waiting if pair[0] in gone]:
            del self._waiting[pair]
        self._silence_known = -1

    @property
    def is_half_idle(self) -> bool:
        """Whether more lies idle than is watched."""
        return self.watches.parted > self.watches.count / 2

    def fold(self, series: Ints, times: Ints, values: Floats) -> list[Transition]:
        """Fold readings, sorted by time within an entity; returns what was raised and cleared, in order."""
        watches = self.watches
        out = np.empty((max(16, series.size * watches.longest), 4))
        count = fold(
            series, times, values, watches.first, watches.links, watches.rules, watches.cells, watches.slots, out
        )
        return self._transitions(out[:count])

    def tick(self, now_us: int, most: int | None = None) -> list[Transition]:
        """What the passing of time alone has raised; at most so much of it, the rest at the next tick."""
        watches, silent = self.watches, self._awaited()
        out = np.empty((silent.size if most is None else min(most, silent.size), 4))
        count = tick(float(now_us), silent, watches.links, watches.rules, watches.cells, out)
        return self._transitions(out[:count])

    def _awaited(self) -> Ints:
        """The watches that miss who has fallen silent."""
        if self._silence_known != self.watches.count:
            self._silence, self._silence_known = self.watches.with_code(SILENCE), self.watches.count
        return self._silence

    def agree(self, series: Ints, standing: Collection[tuple[int, str]]) -> None:
        """Make the memory of these series agree with the alarms that stand, by entity and rule."""
        watches = self.watches.of(series)
        rule, entity_of = self.watches.links["rule"][watches], self.watches.entity[self.watches.series[watches]]
        known = [(entity, self._numbers[name]) for entity, name in standing if name in self._numbers]
        wanted = np.array([entity * len(self.compiled) + number for entity, number in known], np.int64)
        self.watches.set_raised(watches, np.isin(entity_of * len(self.compiled) + rule, wanted))

    def dump(self, series: Ints) -> bytes:
        """The memory of these series' watches."""
        kept = self.watches
        watches = kept.of(series)
        cells, slots = kept.places(watches)
        columns = (
            kept.series[watches],
            kept.links["rule"][watches].astype(np.int64),
            kept.cells[cells],
            kept.slots[slots],
        )
        fingerprints = [compiled.fingerprint for compiled in self.compiled]
        sizes = [(compiled.cells, compiled.slots) for compiled in self.compiled]
        return msgpack.encode(Memory(fingerprints, sizes, *(column.tobytes() for column in columns)))

    def load(self, dumped: bytes) -> None:
        """Put dumped memory back; a rule that has changed its meaning begins anew."""
        memory = msgpack.decode(dumped, type=Memory)
        series, then = np.frombuffer(memory.series, np.int64), np.frombuffer(memory.rules, np.int64)
        numbers = {compiled.fingerprint: number for number, compiled in enumerate(self.compiled)}
        now = np.array([numbers.get(mark, -1) for mark in memory.fingerprints], np.int64)[then]
        watches = self.watches.find(series, now)
        here = watches >= 0
        cells, slots = self.watches.places(watches[here])
        sizes = np.array(memory.sizes, np.int64).reshape(-1, 2)[then]
        self.watches.cells[cells] = _of_those(here, memory.cells, sizes[:, 0])
        self.watches.slots[slots] = _of_those(here, memory.slots, sizes[:, 1])

    def _transitions(self, rows: Floats) -> list[Transition]:
        found: list[Transition] = []
        for watch, raised, time_us, value in rows.tolist():
            rule = self.compiled[self.watches.links["rule"][int(watch)]].rule
            found.append(Transition(rule, int(self.watches.series[int(watch)]), raised == 1, int(time_us), value))
        return found


def _of_those(which: Mask, dumped: bytes, sizes: Ints) -> Floats:
    """What was dumped of some of the watches, each of which has its size there."""
    begin = np.cumsum(sizes) - sizes
    return np.frombuffer(dumped)[runs(begin[which], sizes[which])]


def _concerns(rule: Rule, quantity: str, kind: str) -> bool:
    return rule.quantity == quantity and rule.kind in (None, kind)
