"""The demo city's crossings: point-queue streets, sensed by imperfect devices, under real boxes at the roadside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.crossing.phases import LANES, LEFTS, VEHICLES, WALKS, crossing, guard
from citywide.systems.traffic.engine.control.controller import Seen
from citywide.systems.traffic.engine.control.layout import Layout, Link, lay_out
from citywide.systems.traffic.engine.pointqueue.streets import Streets, Traffic
from citywide.systems.traffic.engine.safety import GREEN
from citywide.systems.traffic.simulated.roadside import Box, Sensed, Sensors

THROUGH_PER_S, LEFT_PER_S, BESIDE_PER_S, WALKS_PER_S = 0.045, 0.013, 0.012, 0.02  # peaks have twice this
EASTWARD, WESTWARD = (4, 3), (10, 7)  # the through movement and its lane
LINK_S, ROW = 18.0, 6
LORRY_M, BEHIND_M, SIGHT_M = 60.0, 8.0, 200.0
GHOST_S, GHOST_MPS = 15, 8.0


@dataclass(frozen=True)
class Second:
    """What one second brought: what truly is on the street (for judges only), what devices say, the lanes' lights."""

    seen: Seen
    sensed: Sensed
    light: NDArray[np.int8]
    pushed: NDArray[np.bool_]  # crossing × walk
    walk: NDArray[np.int8]  # its light


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
        self.wrong_way_s = np.full(self.layout.lanes, -1.0)
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
        green = self.box.second(now, self._sensed, walkers) == GREEN
        driving = green[:, :VEHICLES].reshape(-1) & ~self.blocked[self.layout.move_lane]
        seen = self._with_ghosts(self._with_lorries(self.streets.step(driving)))
        self._sensed = self.sensors.sense(seen)
        return Second(seen, self._sensed, self.box.light, walkers, self.box.walk)

    def lanes_crossed(self, one: Second) -> set[int]:
        """Lanes over whose line a device saw somebody drive."""
        return set(self.layout.move_lane[one.sensed.crossed].tolist())

    def _with_lorries(self, seen: Seen) -> Seen:
        """A blocked lane has a lorry well before its line, and everybody stands behind it."""
        lorries = np.flatnonzero(self.blocked).astype(np.int32)
        if not len(lorries):
            return seen
        away = seen.distance + np.where(self.blocked[seen.sighting], LORRY_M + BEHIND_M, 0.0)
        kept, none = away <= SIGHT_M, np.zeros(len(lorries))
        lane, speed = np.append(seen.sighting[kept], lorries), np.append(seen.speed[kept], none)
        return _in_order(lane, np.append(away[kept], none + LORRY_M), speed, seen.crossed)

    def _with_ghosts(self, seen: Seen) -> Seen:
        """Vehicles that come out of the crossing against the traffic."""
        ghosts = np.flatnonzero(self.wrong_way_s >= 0).astype(np.int32)
        if not len(ghosts):
            return seen
        gone = self.wrong_way_s[ghosts]
        self.wrong_way_s[ghosts] = np.where(gone >= GHOST_S, -1.0, gone + 1)
        lane, speed = np.append(seen.sighting, ghosts), np.append(seen.speed, np.full(len(ghosts), -GHOST_MPS))
        return _in_order(lane, np.append(seen.distance, GHOST_MPS * gone), speed, seen.crossed)


def _in_order(
    lane: NDArray[np.int32], distance: NDArray[np.float64], speed: NDArray[np.float64], crossed: NDArray[np.int32]
) -> Seen:
    order = np.lexsort((distance, lane))
    return Seen(lane[order], distance[order], speed[order], crossed)
