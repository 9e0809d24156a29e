"""Every watch (a rule on a series) of one worker, on flat arrays that grow by doubling.

What a reading touches lies together: a series' links side by side, and the cells of its watches, too.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citywide.hub.rules.chains import links_by_rule, own_links
from citywide.hub.rules.layout import LAST_TIME, LINK, RAISED, RULE_ROW, Compiled

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
OWN, SECOND, NOBODYS = range(3)  # the role of a series in a rule; at last that of what was parted with


class Watches:
    """Which rules watch which series, and the memory that each watch keeps; a watch is known by its own link."""

    def __init__(self, rules: Sequence[Compiled]) -> None:
        self.rules = np.array([rule.row for rule in rules], RULE_ROW)
        self._cells = np.array([rule.cells for rule in rules], np.int64)
        self._slots = np.array([rule.slots for rule in rules], np.int64)
        self.first = np.full(1024, -1, np.int64)  # by series: where its chain of links begins
        self.entity = np.full(1024, -1, np.int64)  # by series
        self._length = np.zeros(1024, np.int64)  # by series: of its chain
        self.paired = np.zeros(1024, bool)  # by series: whether some watch looks at another one beside it
        self.links = np.empty(1024, LINK)
        self.series = np.empty(1024, np.int64)  # by link: whom the watch is about
        self.cells, self.slots = np.empty(1 << 14), np.empty(1 << 16)
        self.count = self.longest = self.parted = self._used_cells = self._used_slots = 0

    def meet(self, series: Ints, entities: Ints) -> None:
        """Make room for these series."""
        most = int(series.max(initial=0))
        self.first, self.entity = grown(self.first, most, -1), grown(self.entity, most, -1)
        self._length, self.paired = grown(self._length, most, 0), grown(self.paired, most, False)
        self.entity[series] = entities

    def reserve(self, met: Iterable[tuple[Ints, int]]) -> None:
        """Make room at once for so many series by each of these rules: to grow bit by bit copies all each time."""
        watches = cells = slots = 0
        for rules, count in met:
            watches += rules.size * count
            cells += int(self._cells[rules].sum()) * count
            slots += int(self._slots[rules].sum()) * count
        self.links, self.series = (reserved(array, self.count + watches) for array in (self.links, self.series))
        self.cells = reserved(self.cells, self._used_cells + cells)
        self.slots = reserved(self.slots, self._used_slots + slots)

    def add(self, rules: Ints, series: Ints) -> Ints:
        """Watch each of these series (rows) by each of these rules (columns)."""
        rule = np.tile(rules, series.size)
        added = np.empty(rule.size, LINK)
        added["rule"], added["role"] = rule, OWN
        added["cells"], added["slots"] = self._blank_cells(self._cells[rule]), self._blank_slots(self._slots[rule])
        return self._hang(series, added.reshape(series.size, rules.size), np.repeat(series, rules.size))

    def add_second(self, series: int, watch: int) -> None:
        """What this series says concerns another one's watch, too."""
        added = self.links[watch : watch + 1].copy()
        added["role"] = SECOND
        self.paired[[series, self.series[watch]]] = True
        self._hang(np.array([series]), added.reshape(1, 1), self.series[watch])

    def part_with(self, series: Ints) -> None:
        """Watch these series no more; their memory lies idle from now on."""
        own = self.of(series)
        self.links["role"][own] = NOBODYS
        self.first[series], self._length[series], self.paired[series] = -1, 0, False
        self.parted += own.size

    def _hang(self, series: Ints, added: NDArray[np.void], about: Any) -> Ints:
        """Hang each row of links before the chain of its series, in the order of the row."""
        places = self.count + np.arange(added.size).reshape(added.shape)
        self.count += added.size
        self.links, self.series = grown(self.links, self.count), grown(self.series, self.count)
        added["following"] = np.column_stack([places[:, 1:], self.first[series]])
        self.links[places], self.series[places.ravel()] = added, about
        self.first[series] = places[:, 0]
        self._length[series] += added.shape[1]
        self.longest = max(self.longest, int(self._length[series].max(initial=0)))
        return places

    def _blank_cells(self, sizes: Ints) -> Ints:
        self.cells, at = _blank(self.cells, self._used_cells, sizes)
        self._used_cells += int(sizes.sum())
        self.cells[at + RAISED], self.cells[at + LAST_TIME] = 0.0, -np.inf
        return at

    def _blank_slots(self, sizes: Ints) -> Ints:
        self.slots, at = _blank(self.slots, self._used_slots, sizes)
        self._used_slots += int(sizes.sum())
        return at

    def of(self, series: Ints) -> Ints:
        """The watches on these series."""
        return own_links(series, self.first, self.links)

    def find(self, series: Ints, rules: Ints) -> Ints:
        """The watch of each pair of a series and a rule; -1 where there is none."""
        return links_by_rule(series, rules, self.first, self.links)

    def with_code(self, code: int) -> Ints:
        """The watches whose rule looks at this kind of signal."""
        links = self.links[: self.count]
        return np.flatnonzero((self.rules["code"][links["rule"]] == code) & (links["role"] == OWN))

    def places(self, watches: Ints) -> tuple[Ints, Ints]:
        """Where the cells and where the slots of these watches lie, one watch after the other."""
        links = self.links[watches]
        return runs(links["cells"], self._cells[links["rule"]]), runs(links["slots"], self._slots[links["rule"]])

    def set_raised(self, watches: Ints, raised: Mask) -> None:
        """Let their memory say that their alarms stand, or do not."""
        self.cells[self.links["cells"][watches] + RAISED] = raised


def _blank(memory: Floats, used: int, sizes: Ints) -> tuple[Floats, Ints]:
    """The memory, longer if need be, with blank pieces of these sizes behind what is used, and where each begins."""
    end = used + int(sizes.sum())
    memory = grown(memory, end)
    memory[used:end] = np.nan
    return memory, used + np.cumsum(sizes) - sizes


def runs(start: Ints, size: Ints) -> Ints:
    """The places of runs that begin at `start` and are `size` long, one run after the other."""
    return np.arange(size.sum()) + np.repeat(start - (np.cumsum(size) - size), size)


def reserved(array: NDArray[Any], size: int) -> NDArray[Any]:
    """The array, longer if need be by just so much that `grown` leaves it alone; the rest is to be written."""
    if size < array.size:
        return array
    longer = np.empty(size + 1, array.dtype)
    longer[: array.size] = array
    return longer


def grown(array: NDArray[Any], index: int, fill: float | None = None) -> NDArray[Any]:
    """The array, at least twice as long if need be, so that `index` fits; without `fill` the rest is to be written."""
    if index < array.size:
        return array
    longer = np.empty(max(2 * array.size, index + 1), array.dtype)
    longer[: array.size] = array
    if fill is not None:
        longer[array.size :] = fill
    return longer
