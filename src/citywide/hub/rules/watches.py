"""Every watch (a rule on a series) of one worker, on flat arrays that grow by doubling."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citywide.hub.rules.chains import own_watches, watches_by_rule
from citywide.hub.rules.layout import LAST_TIME, RAISED, RULE_ROW, Compiled

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Watches:
    """Which rules watch which series, and the memory that each watch keeps."""

    def __init__(self, rules: Sequence[Compiled]) -> None:
        self.rules = np.array([rule.row for rule in rules], RULE_ROW).view(np.recarray)
        self.cells = np.array([rule.cells for rule in rules], np.int64)
        self.first = np.full(1024, -1, np.int64)  # by series: where its chain of links begins
        self.entity = np.full(1024, -1, np.int64)  # by series
        self.links = np.zeros((3, 1024), np.int64)  # following link, watch, role
        self.table = np.zeros((3, 1024), np.int64)  # offset of its cells, rule, series
        self.memory = np.zeros(1 << 16)
        self.count = self.longest = 0
        self._length = np.zeros(1024, np.int64)  # by series: of its chain
        self._link_count = self._used = 0

    def meet(self, series: Ints, entities: Ints) -> None:
        """Make room for these series."""
        most = int(series.max(initial=0))
        self.first, self.entity = grown(self.first, most, -1), grown(self.entity, most, -1)
        self._length = grown(self._length, most, 0)
        self.entity[series] = entities

    def add(self, rules: Ints, series: Ints) -> Ints:
        """Watch each of these series (rows) by each of these rules (columns): the watches' numbers."""
        watches = self.count + np.arange(series.size * rules.size)
        self.count += watches.size
        self.table = grown(self.table, self.count)
        self.table[0, watches] = self._blank(self.cells[rules], series.size)
        self.table[1, watches], self.table[2, watches] = np.tile(rules, series.size), np.repeat(series, rules.size)
        self.link(series, watches.reshape(series.size, rules.size), role=0)
        return watches.reshape(series.size, rules.size)

    def _blank(self, sizes: Ints, count: int) -> Ints:
        """Where the memory of new watches of these sizes begins, so many times one after the other."""
        sizes = np.tile(sizes, count)
        begin, self._used = self._used, self._used + int(sizes.sum())
        self.memory = grown(self.memory, self._used)
        self.memory[begin : self._used] = np.nan
        offset = begin + np.cumsum(sizes) - sizes
        self.memory[offset + RAISED], self.memory[offset + LAST_TIME] = 0.0, -np.inf
        return offset

    def link(self, series: Ints, watches: Ints, role: int) -> None:
        """What each of these series says concerns the watches in its row; no series may stand here twice."""
        places = self._link_count + np.arange(watches.size).reshape(watches.shape)
        self._link_count += watches.size
        self.links = grown(self.links, self._link_count)
        self.links[0, places] = np.column_stack([self.first[series], places[:, :-1]])
        self.links[1, places], self.links[2, places] = watches, role
        self.first[series] = places[:, -1]
        self._length[series] += watches.shape[1]
        self.longest = max(self.longest, int(self._length[series].max(initial=0)))

    def of(self, series: Ints) -> Ints:
        """The watches on these series."""
        following, watch_of, role_of = self.links
        return own_watches(series, self.first, following, watch_of, role_of)

    def find(self, series: Ints, rules: Ints) -> Ints:
        """The watch of each pair of a series and a rule; -1 where there is none."""
        following, watch_of, role_of = self.links
        return watches_by_rule(series, rules, self.first, following, watch_of, role_of, self.table[1])

    def with_code(self, code: int) -> Ints:
        """The watches whose rule looks at this kind of signal."""
        return np.flatnonzero(self.rules.code[self.table[1, : self.count]] == code)

    def cells_of(self, watches: Ints) -> Ints:
        """The places of these watches' memory, one after the other."""
        return runs(self.table[0, watches], self.cells[self.table[1, watches]])

    def set_raised(self, watches: Ints, raised: Mask) -> None:
        """Let their memory say that their alarms stand, or do not."""
        self.memory[self.table[0, watches] + RAISED] = raised


def runs(start: Ints, size: Ints) -> Ints:
    """The places of runs that begin at `start` and are `size` long, one run after the other."""
    return np.arange(size.sum()) + np.repeat(start - (np.cumsum(size) - size), size)


def grown(array: NDArray[Any], index: int, fill: float | None = None) -> NDArray[Any]:
    """The array, at least twice as long if need be, so that `index` fits; without `fill` the rest is to be written."""
    size = array.shape[-1]
    if index < size:
        return array
    longer = np.empty((*array.shape[:-1], max(2 * size, index + 1)), array.dtype)
    longer[..., :size] = array
    if fill is not None:
        longer[..., size:] = fill
    return longer
