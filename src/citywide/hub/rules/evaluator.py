"""The evaluator: every watch (a rule on a series) of one worker, in memory that grows by doubling."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
from msgspec import Struct, msgpack
from numpy.typing import NDArray

from citywide.hub.rule import Rule
from citywide.hub.rules.kernel import fold, tick
from citywide.hub.rules.layout import LAST_TIME, RAISED, RULE_ROW, SILENCE, compile_rule

Ints = NDArray[np.int64]
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
        self._rows = np.array([rule.row for rule in self.compiled], RULE_ROW).view(np.recarray)
        self._by_quantity: dict[str, list[int]] = defaultdict(list)
        for number, rule in enumerate(self.compiled):
            self._by_quantity[rule.rule.quantity].append(number)
        self._first = np.full(1024, -1, np.int64)
        self._links = np.zeros((3, 1024), np.int64)  # following link, watch, role
        self._watches = np.zeros((3, 1024), np.int64)  # offset of its cells, rule, series
        self._mem = np.full(1 << 16, np.nan)
        self._link_count = self._watch_count = self._used = 0
        self._silence = np.zeros(0, np.int64)
        self._known: dict[tuple[int, int], int] = {}
        self._waiting: dict[tuple[int, str], list[int]] = defaultdict(list)
        self._others: dict[tuple[int, str], int] = {}
        self._chain: dict[int, int] = defaultdict(int)
        self._longest = 1
        self._quantity_of: dict[int, str] = {}
        self._watches_of: dict[int, list[int]] = defaultdict(list)

    def add_series(self, series: int, entity: int, quantity: str, kind: str) -> None:
        """Begin to watch a series by all rules that concern it."""
        self._others[entity, quantity] = series
        self._quantity_of[series] = quantity
        for number in self._by_quantity.get(quantity, ()):
            rule = self.compiled[number]
            if rule.rule.kind in (None, kind) and (series, number) not in self._known:
                watch = self._new_watch(series, number)
                self._link(series, watch, role=0)
                self._await_other(entity, rule.other, watch)
        for watch in self._waiting.pop((entity, quantity), ()):
            self._link(series, watch, role=1)

    def _await_other(self, entity: int, other: str | None, watch: int) -> None:
        """Hand a rule over two quantities its second series, now or when it first speaks."""
        if other is None:
            return
        if (entity, other) in self._others:
            self._link(self._others[entity, other], watch, role=1)
        else:
            self._waiting[entity, other].append(watch)

    def fold(self, series: Ints, times: Ints, values: Floats) -> list[Transition]:
        """Fold readings, sorted by time within an entity; returns what was raised and cleared, in order."""
        following, watch_of, role_of = self._links
        out = np.empty((max(16, series.size * self._longest), 4))
        count = fold(
            series, times, values, self._first, following, watch_of, role_of,
            self._watches[0], self._watches[1], self._rows, self._mem, out,
        )  # fmt: skip
        return self._transitions(out[:count])

    def tick(self, now_us: int) -> list[Transition]:
        """What the passing of time alone has raised."""
        out = np.empty((self._silence.size, 4))
        count = tick(float(now_us), self._silence, self._watches[0], self._watches[1], self._rows, self._mem, out)
        return self._transitions(out[:count])

    def set_raised(self, series: int, standing: Collection[str]) -> None:
        """Make the memory agree with the alarms that stand in the database for this series' entity."""
        for number in self._by_quantity.get(self._quantity_of.get(series, ""), ()):
            watch = self._known.get((series, number))
            if watch is not None:
                raised = self.compiled[number].rule.name in standing
                self._mem[self._watches[0][watch] + RAISED] = float(raised)

    def dump(self, series: Iterable[int]) -> bytes:
        """The memory of these series' watches."""
        chosen = np.array([watch for number in series for watch in self._watches_of.get(number, ())], np.int64)
        offset, rule, of = self._watches[:, chosen]
        sizes = [compiled.cells for compiled in self.compiled]
        cells = self._mem[_runs(offset, np.array(sizes, np.int64)[rule])]
        fingerprints = [compiled.fingerprint for compiled in self.compiled]
        return msgpack.encode(Memory(fingerprints, sizes, of.tobytes(), rule.tobytes(), cells.tobytes()))

    def load(self, dumped: bytes) -> None:
        """Put dumped memory back; a rule that has changed its meaning begins anew."""
        memory = msgpack.decode(dumped, type=Memory)
        series, then = np.frombuffer(memory.series, np.int64), np.frombuffer(memory.rules, np.int64)
        numbers = {compiled.fingerprint: number for number, compiled in enumerate(self.compiled)}
        now = np.array([numbers.get(mark, -1) for mark in memory.fingerprints], np.int64)[then]
        size = np.array(memory.sizes, np.int64)[then]
        found = map(self._known.get, zip(series.tolist(), now.tolist(), strict=True), repeat(-1))
        watch = np.fromiter(found, np.int64, len(series))
        here = watch >= 0
        places = _runs(self._watches[0][watch[here]], size[here])
        self._mem[places] = np.frombuffer(memory.cells)[_runs((np.cumsum(size) - size)[here], size[here])]

    def _transitions(self, rows: Floats) -> list[Transition]:
        found: list[Transition] = []
        for watch, raised, time_us, value in rows.tolist():
            _, rule, series = self._watches[:, int(watch)].tolist()
            found.append(Transition(self.compiled[rule].rule, series, raised == 1, int(time_us), value))
        return found

    def _new_watch(self, series: int, rule: int) -> int:
        watch, cells = self._watch_count, self.compiled[rule].cells
        self._watches = _grown(self._watches, watch)
        self._mem = _grown(self._mem, self._used + cells)
        self._watches[:, watch] = self._used, rule, series
        self._mem[self._used + RAISED] = 0.0
        self._mem[self._used + LAST_TIME] = -np.inf
        self._known[series, rule] = watch
        self._watches_of[series].append(watch)
        self._watch_count, self._used = watch + 1, self._used + cells
        if self.compiled[rule].row[0] == SILENCE:
            self._silence = np.append(self._silence, watch)
        return watch

    def _link(self, series: int, watch: int, role: int) -> None:
        self._first = _grown(self._first, series)
        self._links = _grown(self._links, self._link_count)
        self._links[:, self._link_count] = self._first[series], watch, role
        self._first[series] = self._link_count
        self._link_count += 1
        self._chain[series] += 1
        self._longest = max(self._longest, self._chain[series])

    def reserve(self, series: int) -> None:
        """Make room for series numbers up to this one."""
        self._first = _grown(self._first, series)


def _runs(start: Ints, size: Ints) -> Ints:
    """The places of runs that begin at `start` and are `size` long, one run after the other."""
    return np.arange(size.sum()) + np.repeat(start - (np.cumsum(size) - size), size)


def _grown(array: NDArray[Any], index: int) -> NDArray[Any]:
    """The array, longer if need be, so that `index` fits."""
    size = array.shape[-1]
    if index < size:
        return array
    fill = np.nan if array.dtype == np.float64 else -1
    more = np.full((*array.shape[:-1], max(size, index + 1 - size)), fill, array.dtype)
    return np.concatenate([array, more], axis=-1)
