"""A point-queue simulator of crossings: vehicles travel, stand in line, and go when light and exit let them.

It is for tests and for the demo city. A lane is a travel time and a first-in-first-out queue at the stop
line; it holds as many vehicles as fit, and a full lane lets nobody in (spill-back).
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.engine.control.controller import Seen
from citywide.systems.traffic.engine.control.layout import Floats, Layout

VEHICLE_M, SIGHT_M = 7.5, 200.0


@dataclass
class Vehicle:
    """One vehicle on a lane: when it entered, which of the lane's movements it wants, when it was born."""

    entered: int
    movement: int
    born: int
    name: str = ""


@dataclass(frozen=True)
class Traffic:
    """Who comes: arrivals per second at each lane from outside, and each movement's share of its lane."""

    arrivals: Floats
    turns: Floats


@dataclass
class Streets:
    """The streets of a layout under traffic; `step(green)` moves them one second and tells what is seen."""

    layout: Layout
    traffic: Traffic
    seed: int = 0
    length_m: float = 250.0
    headway_s: float = 2.0
    start_up_s: float = 2.0
    now: int = 0
    delay_s: float = 0.0
    born: int = 0
    gone: int = 0
    named: dict[str, int] = field(default_factory=dict[str, int])  # the lane of each named vehicle
    lanes: list[deque[Vehicle]] = field(init=False)
    outside: list[deque[Vehicle]] = field(init=False)

    def __post_init__(self) -> None:
        count = self.layout.lanes
        self._dice = np.random.default_rng(self.seed)
        self.lanes, self.outside = [deque() for _ in range(count)], [deque() for _ in range(count)]
        self._ready = np.zeros(count)
        self._travel = np.ceil(self.length_m / self.layout.speed).astype(int)
        self._room = int(self.length_m / VEHICLE_M)
        self._next = _next_lanes(self.layout)

    def step(self, green: NDArray[np.bool_]) -> Seen:
        """One second under these lights (one flag per movement)."""
        self._arrive()
        crossed = [move for lane in range(self.layout.lanes) if (move := self._release(lane, green)) >= 0]
        self.now += 1
        self.delay_s += self.waiting()
        return self._seen(crossed)

    def send(self, name: str, lane: int) -> None:
        """A named vehicle comes from outside; it goes on along its street as far as that leads."""
        self.outside[lane].appendleft(Vehicle(self.now, self._straight_on(lane), self.now, name))
        self.named[name] = lane
        self.born += 1

    def waiting(self) -> int:
        """Vehicles that would be further on if no light and no queue held them."""
        lines = zip(self.lanes, self._travel, strict=True)
        stopped = sum(sum(v.entered + travel < self.now for v in line) for line, travel in lines)
        return stopped + sum(map(len, self.outside))

    def _arrive(self) -> None:
        for lane, count in enumerate(self._dice.poisson(self.traffic.arrivals)):
            for _ in range(count):
                self.outside[lane].append(Vehicle(self.now, self._turn(lane), self.now))
                self.born += 1
            if self.outside[lane] and len(self.lanes[lane]) < self._room:
                vehicle = self.outside[lane].popleft()
                vehicle.entered = self.now
                self.lanes[lane].append(vehicle)

    def _turn(self, lane: int) -> int:
        first, last = self.layout.move_from[lane : lane + 2]
        shares = self.traffic.turns[first:last]
        return int(first + self._dice.choice(int(last - first), p=shares / shares.sum()))

    def _release(self, lane: int, green: NDArray[np.bool_]) -> int:
        line = self.lanes[lane]
        first, last = self.layout.move_from[lane : lane + 2]
        if not green[first:last].any():
            self._ready[lane] = self.now + 1 + self.start_up_s
            return -1
        if not line or line[0].entered + self._travel[lane] > self.now or self._ready[lane] > self.now:
            return -1
        move = line[0].movement
        if not green[move] or not self._pass_on(move):
            return -1
        self._ready[lane] = max(self._ready[lane], self.now) + self.headway_s
        return move

    def _pass_on(self, move: int) -> bool:
        lane = int(self.layout.move_lane[move])
        after = self._next[move]
        if after and min(len(self.lanes[way]) for way in after) >= self._room:
            return False
        vehicle = self.lanes[lane].popleft()
        if not after:
            self.gone += 1
            self.named.pop(vehicle.name, None)
            return True
        way = min(after, key=lambda lane: len(self.lanes[lane]))
        turn = self._straight_on(way) if vehicle.name else self._turn(way)
        self.lanes[way].append(Vehicle(self.now, turn, vehicle.born, vehicle.name))
        if vehicle.name:
            self.named[vehicle.name] = way
        return True

    def _straight_on(self, lane: int) -> int:
        """The movement of a lane that leads on, else its first."""
        moves = range(*self.layout.move_from[lane : lane + 2].tolist())
        return next((move for move in moves if self._next[move]), moves[0])

    def _seen(self, crossed: Sequence[int]) -> Seen:
        rows = [row for lane in range(self.layout.lanes) for row in self._rows(lane)]
        table = np.array(rows, np.float64).reshape(-1, 3)
        return Seen(
            table[:, 0].astype(np.int32),
            table[:, 1].copy(),
            table[:, 2].copy(),
            np.array(crossed, np.int32),
        )

    def _rows(self, lane: int) -> list[tuple[int, float, float]]:
        speed = float(self.layout.speed[lane])
        rows: list[tuple[int, float, float]] = []
        for place, vehicle in enumerate(self.lanes[lane]):
            left = (vehicle.entered + self._travel[lane] - self.now) * speed
            away = max(left, place * VEHICLE_M)
            if away <= SIGHT_M:
                rows.append((lane, away, speed if left > place * VEHICLE_M else 0.0))
        return rows


def _next_lanes(layout: Layout) -> list[list[int]]:
    after: list[list[int]] = [[] for _ in range(layout.movements)]
    for link in layout.links:
        after[link.movement].append(link.lane)
    return after
