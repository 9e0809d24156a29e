"""Side roads that give way right before a signal's line: which they are, to whom they yield, and where they join."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from benchmarks.traffic.sumo.roads import Connection, Reached, Roads, Ways
from citywide.systems.traffic.engine.control.yields import Yield

NEAR_M, VEHICLE_M = 50.0, 7.5
Rows = dict[str, list[Connection]]  # a signal's lanes with their ways over the line
Gone = dict[str, dict[int, int]]  # by lane behind a crossing: which lanes' movements (bits) lead there


@dataclass(frozen=True)
class Sides:
    """The side roads of a network, found from the lines of its signals."""

    roads: Roads
    rows: Mapping[str, Rows]
    out: Ways
    reached: Mapping[str, Reached]

    @cached_property
    def found(self) -> dict[str, tuple[str, tuple[Yield, ...]]]:
        """By side road's lane: its signal, and whom each of its ways gives way to."""
        owner = [name for name, rows in self.rows.items() for _ in rows]
        exits = {c.end for rows in self.rows.values() for ways in rows.values() for c in ways}
        found = {}
        for lane in self.reached.keys() - exits - {lane for rows in self.rows.values() for lane in rows}:
            line, (_, far) = min(self.reached[lane].items(), key=lambda item: item[1][1])
            if far <= NEAR_M and any(c.state == "m" for c in self.out[lane]):
                found[lane] = owner[line], tuple(dict.fromkeys(self._yields(lane, owner[line])))
        return {lane: side for lane, side in sorted(found.items()) if side[1]}

    def rows_of(self, signal: str) -> Rows:
        """The side roads of a signal with their ways."""
        return {lane: self.out[lane] for lane, (name, _) in self.found.items() if name == signal}

    def _yields(self, lane: str, signal: str) -> Iterator[Yield]:
        line = {name: at for at, name in enumerate(self.rows[signal])}
        gone = self._gone(self.rows[signal])
        for at, way in enumerate(self.out[lane]):
            if way.end in line:
                yield Yield(at, line[way.end], room=self._room(way.end), joins=True)
            for foe in self._foes(way):
                if foe.end in line:
                    seconds = self.roads.length[foe.end] / self.roads.speed[foe.end]
                    yield Yield(at, line[foe.end], room=self._room(foe.end), seconds=seconds)
                for from_line, moves in gone.get(foe.start, {}).items():
                    yield Yield(at, from_line, moves)

    def _room(self, lane: str) -> float:
        return self.roads.length[lane] / VEHICLE_M

    def _foes(self, way: Connection) -> Iterator[Connection]:
        """The ways of the same junction that have right of way over one."""
        junction, link = _link(way)
        response = self.roads.yields[junction][link]
        for other in self.roads.connections:
            if other.via and not other.start.startswith(":") and not other.tl:
                place, foe = _link(other)
                if place == junction and response[foe] == "1":
                    yield other

    def _gone(self, rows: Rows) -> Gone:
        """The lanes right behind a crossing, by the movements that lead there."""
        gone: Gone = defaultdict(lambda: defaultdict(int))
        for at, ways in enumerate(rows.values()):
            edge = [(way.end, bit, 0.0) for bit, way in enumerate(ways)]
            while edge:
                here, bit, far = edge.pop()
                if (far := far + self.roads.length[here]) <= NEAR_M:
                    gone[here][at] |= 1 << bit
                    edge += [(c.end, bit, far) for c in self.out[here]]
        return gone


def _link(way: Connection) -> tuple[str, int]:
    """A way's junction, and its number there."""
    junction, first, offset = way.via[1:].rsplit("_", 2)
    return junction, int(first) + int(offset)
