"""The demo city's crossings: point-queue streets, sensed by imperfect devices, under real boxes at the roadside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.engine.control.controller import Seen
from citywide.systems.traffic.engine.control.layout import Layout, Link, lay_out
from citywide.systems.traffic.engine.pointqueue.streets import Streets, Traffic
from citywide.systems.traffic.engine.safety import GREEN
from citywide.systems.traffic.phases import LANES, LEFTS, VEHICLES, WALKS, crossing, guard
from citywide.systems.traffic.simulated.roadside import Box, Sensed, Sensors

THROUGH_PER_S, LEFT_PER_S, BESIDE_PER_S, WALKS_PER_S = 0.06, 0.017, 0.015, 0.02
EASTWARD, WESTWARD = (4, 3), (10, 7)  # the through movement and its lane
LINK_S, ROW = 18.0, 6
LORRY_M, BEHIND_M, SIGHT_M = 60.0, 8.0, 200.0


@dataclass(frozen=True)
class Second:
    """What one second brought: what truly is on the street, what devices say of it, and each lane's light."""

    seen: Seen
    sensed: Sensed
    light: NDArray[np.int8]


def corridors(count: int, length: int = ROW) -> Layout:
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
        self.sensors, self.box = Sensors(self.layout, rng), Box(self.layout, [guard() for _ in range(count)])
        self.blocked = np.zeros(self.layout.lanes, np.bool_)
        nothing = (np.zeros(0, kind) for kind in (np.int32, float, float, np.int32))
        self._sensed = self.sensors.sense(Seen(*nothing))  # type: ignore[arg-type]

    def _demand(self) -> NDArray[np.float64]:
        lefts = np.isin(np.arange(self.layout.lanes) % LANES, LEFTS)
        demand = np.where(lefts, LEFT_PER_S, THROUGH_PER_S) * self._rng.uniform(0.6, 1.3, self.layout.lanes)
        demand[[link.lane for link in self.layout.links]] = BESIDE_PER_S
        return demand

    def bustle(self, factor: float) -> None:
        """How busy the streets are against their mean."""
        self.streets.traffic = Traffic(self.demand * factor, self._turns)

    def second(self, now: datetime) -> Second:
        """The box shows lights by what was sensed, the streets move, the devices sense again."""
        walkers = self._rng.random((self.count, WALKS)) < WALKS_PER_S
        light = self.box.second(now, self._sensed, walkers)[:, :VEHICLES]
        driving = (light == GREEN).reshape(-1) & ~self.blocked[self.layout.move_lane]
        seen = self._with_lorries(self.streets.step(driving))
        self._sensed = self.sensors.sense(seen)
        return Second(seen, self._sensed, self.box.light)

    def lanes_crossed(self, one: Second) -> set[int]:
        """Lanes over whose line somebody drove."""
        return set(self.layout.move_lane[one.seen.crossed].tolist())

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
