"""The evaluator: readings go in, what was raised and cleared comes out; its memory can be written down exactly."""

from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np
from msgspec import Struct, msgpack
from numpy.typing import NDArray

from citywide.hub.rule import Rule
from citywide.hub.rules.kernel import fold, tick
from citywide.hub.rules.layout import SILENCE, compile_rule
from citywide.hub.rules.watches import Ints, Watches, runs

Floats = NDArray[np.float64]


class Transition(Struct, frozen=True):
    """A watch that was raised or cleared: by which rule, on which series, when, at what signal."""

    rule: Rule
    series: int
    raised: bool
    time_us: int
    value: float


class Memory(Struct, frozen=True):
    """The dumped memory of some watches: their series, their rules by the fingerprint of its meaning, their cells."""

    fingerprints: list[bytes]
    sizes: list[int]
    series: bytes
    rules: bytes
    cells: bytes


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

    def add_series(self, series: Ints, entities: Ints, quantity: str, kind: str) -> None:
        """Begin to watch these series, all of one quantity and kind, by every rule that concerns them."""
        self.watches.meet(series, entities)
        rules = [at for at, one in enumerate(self.compiled) if _concerns(one.rule, quantity, kind)]
        if rules:
            watches = self.watches.add(np.array(rules), series)
            for column, rule in enumerate(rules):
                self._await_second(entities, self.compiled[rule].other, watches[:, column])
        if quantity in self._seconds:
            self._be_second(series, entities, quantity)

    def _await_second(self, entities: Ints, other: str | None, watches: Ints) -> None:
        """Hand rules over two quantities their second series, now or when it first speaks."""
        if other is None:
            return
        for entity, watch in zip(entities.tolist(), watches.tolist(), strict=True):
            if (entity, other) in self._second:
                self._link_second(self._second[entity, other], watch)
            else:
                self._waiting[entity, other].append(watch)

    def _be_second(self, series: Ints, entities: Ints, quantity: str) -> None:
        for number, entity in zip(series.tolist(), entities.tolist(), strict=True):
            self._second[entity, quantity] = number
            for watch in self._waiting.pop((entity, quantity), ()):
                self._link_second(number, watch)

    def _link_second(self, series: int, watch: int) -> None:
        self.watches.link(np.array([series]), np.array([[watch]]), role=1)

    def fold(self, series: Ints, times: Ints, values: Floats) -> list[Transition]:
        """Fold readings, sorted by time within an entity; returns what was raised and cleared, in order."""
        watches = self.watches
        (following, watch_of, role_of), (offset, rule_of, _) = watches.links, watches.table
        out = np.empty((max(16, series.size * watches.longest), 4))
        count = fold(
            series, times, values, watches.first, following, watch_of, role_of,
            offset, rule_of, watches.rules, watches.memory, out,
        )  # fmt: skip
        return self._transitions(out[:count])

    def tick(self, now_us: int) -> list[Transition]:
        """What the passing of time alone has raised."""
        watches, silent = self.watches, self._awaited()
        offset, rule_of, _ = watches.table
        out = np.empty((silent.size, 4))
        count = tick(float(now_us), silent, offset, rule_of, watches.rules, watches.memory, out)
        return self._transitions(out[:count])

    def _awaited(self) -> Ints:
        """The watches that miss who has fallen silent."""
        if self._silence_known != self.watches.count:
            self._silence, self._silence_known = self.watches.with_code(SILENCE), self.watches.count
        return self._silence

    def agree(self, series: Ints, standing: Collection[tuple[int, str]]) -> None:
        """Make the memory of these series agree with the alarms that stand, by entity and rule."""
        watches = self.watches.of(series)
        _, rule, of = self.watches.table[:, watches]
        known = [(entity, self._numbers[name]) for entity, name in standing if name in self._numbers]
        wanted = np.array([entity * len(self.compiled) + number for entity, number in known], np.int64)
        self.watches.set_raised(watches, np.isin(self.watches.entity[of] * len(self.compiled) + rule, wanted))

    def dump(self, series: Ints) -> bytes:
        """The memory of these series' watches."""
        watches = self.watches.of(series)
        _, rule, of = self.watches.table[:, watches]
        cells = self.watches.memory[self.watches.cells_of(watches)]
        fingerprints = [compiled.fingerprint for compiled in self.compiled]
        sizes = self.watches.cells.tolist()
        return msgpack.encode(Memory(fingerprints, sizes, of.tobytes(), rule.tobytes(), cells.tobytes()))

    def load(self, dumped: bytes) -> None:
        """Put dumped memory back; a rule that has changed its meaning begins anew."""
        memory = msgpack.decode(dumped, type=Memory)
        series, then = np.frombuffer(memory.series, np.int64), np.frombuffer(memory.rules, np.int64)
        numbers = {compiled.fingerprint: number for number, compiled in enumerate(self.compiled)}
        now = np.array([numbers.get(mark, -1) for mark in memory.fingerprints], np.int64)[then]
        size = np.array(memory.sizes, np.int64)[then]
        watches = self.watches.find(series, now)
        here = watches >= 0
        taken = runs((np.cumsum(size) - size)[here], size[here])
        self.watches.memory[self.watches.cells_of(watches[here])] = np.frombuffer(memory.cells)[taken]

    def _transitions(self, rows: Floats) -> list[Transition]:
        found: list[Transition] = []
        for watch, raised, time_us, value in rows.tolist():
            _, rule, series = self.watches.table[:, int(watch)].tolist()
            found.append(Transition(self.compiled[rule].rule, series, raised == 1, int(time_us), value))
        return found


def _concerns(rule: Rule, quantity: str, kind: str) -> bool:
    return rule.quantity == quantity and rule.kind in (None, kind)
