"""The demo city's crossings: point-queue streets under the real controller and the real safety layer."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.engine.control.controller import Controller, Seen, Shown
from citywide.systems.traffic.engine.control.layout import Layout, Link, lay_out
from citywide.systems.traffic.engine.pointqueue.streets import Streets, Traffic
from citywide.systems.traffic.engine.safety import GREEN, Safety, rules_of
from citywide.systems.traffic.phases import LANE_OF, LANES, LEFTS, VEHICLES, WALKS, crossing, guard

THROUGH_PER_S, LEFT_PER_S, BESIDE_PER_S, WALKS_PER_S = 0.06, 0.017, 0.015, 0.02
EASTWARD, WESTWARD = (4, 3), (10, 7)  # the through movement and its lane
LINK_S = 18.0
LORRY_M, BEHIND_M, SIGHT_M = 60.0, 8.0, 200.0


@dataclass(frozen=True)
class Second:
    """What one second brought: what is seen, each lane's light (0 red, 2 green, 3 yellow), who crossed."""

    seen: Seen
    light: NDArray[np.int8]
    crossed: NDArray[np.int64]


def corridors(count: int, length: int = 6) -> Layout:
    """Crossings in rows: what goes on in a row's direction comes to the next crossing."""
    pairs = [(one, one + 1) for one in range(count - 1) if (one + 1) % length]
    links = [link for one, two in pairs for link in _links(one, two)]
    return lay_out([crossing() for _ in range(count)], links=links)


def _links(one: int, two: int) -> Iterator[Link]:
    move, lane = EASTWARD
    yield Link(one * VEHICLES + move, two * LANES + lane, 1.0, LINK_S)
    move, lane = WESTWARD
    yield Link(two * VEHICLES + move, one * LANES + lane, 1.0, LINK_S)


class Crossings:
    """All crossings of the demo city; `second` moves them on by one."""

    def __init__(self, count: int, rng: np.random.Generator) -> None:
        self.count, self.layout, self._rng = count, corridors(count), rng
        self.demand = self._demand()
        turns = np.tile([1.0, *[0.8, 0.2, 1.0] * 3, 0.8, 0.2], count)
        self._turns = turns
        self.streets = Streets(self.layout, Traffic(self.demand, turns), seed=int(rng.integers(2**31)))
        self.controller, self.safety = Controller(self.layout), Safety(rules_of([guard() for _ in range(count)]))
        self.blocked = np.zeros(self.layout.lanes, np.bool_)
        self._trusted = np.ones(count, np.bool_)
        self._seen = Seen(*(np.zeros(0, kind) for kind in (np.int32, float, float, np.int32)))  # type: ignore[arg-type]

    def _demand(self) -> NDArray[np.float64]:
        lefts = np.isin(np.arange(self.layout.lanes) % LANES, LEFTS)
        demand = np.where(lefts, LEFT_PER_S, THROUGH_PER_S) * self._rng.uniform(0.6, 1.3, self.layout.lanes)
        demand[[link.lane for link in self.layout.links]] = BESIDE_PER_S
        return demand

    def bustle(self, factor: float) -> None:
        """How busy the streets are against their mean."""
        self.streets.traffic = Traffic(self.demand * factor, self._turns)

    def second(self) -> Second:
        """The controller wishes, the safety layer shows, the streets move."""
        light = self._lights()
        driving = (light == GREEN).reshape(-1) & ~self.blocked[self.layout.move_lane]
        self._seen = self._with_lorries(self.streets.step(driving))
        crossed = self.layout.move_lane[self._seen.crossed].astype(np.int64)
        first = [LANE_OF.index(lane) for lane in range(LANES)]
        shown = np.array([0, 2, 3], np.int8)[light[:, first]].reshape(-1)
        return Second(self._seen, shown, crossed)

    def _lights(self) -> NDArray[np.int8]:
        lamps = self.safety.lamps
        wish = self.controller.decide(self._seen, Shown(lamps.target, lamps.settled, lamps.green_s.astype(float)))
        calls = np.ones((self.count, VEHICLES + WALKS), np.bool_)
        calls[:, VEHICLES:] = self._rng.random((self.count, WALKS)) < WALKS_PER_S
        light = self.safety.step(wish, self._trusted, calls.reshape(-1))
        return light.reshape(self.count, -1)[:, :VEHICLES]

    def _with_lorries(self, seen: Seen) -> Seen:
        """A blocked lane has a lorry well before its line, and everybody stands behind it."""
        lorries = np.flatnonzero(self.blocked).astype(np.int32)
        if not len(lorries):
            return seen
        away = seen.distance + np.where(self.blocked[seen.sighting], LORRY_M + BEHIND_M, 0.0)
        kept, none = away <= SIGHT_M, np.zeros(len(lorries))
        lane = np.append(seen.sighting[kept], lorries)
        distance = np.append(away[kept], none + LORRY_M)
        order = np.lexsort((distance, lane))
        speed = np.append(seen.speed[kept], none)
        return Seen(lane[order], distance[order], speed[order], seen.crossed)
