"""A seeded micro-simulation of lanes at signalised crossings: what radars would report, and what is true.

Every lane is a path: it enters at 0 m, meets its stop line, crosses the box and leaves at its end.
Vehicles follow the intelligent driver model; buses stop, left turners wait, drivers dream: all of it normal.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

SLOTS = 56
PLACE, SPEED, KIND, TRACK, PAUSE, HIDDEN = range(6)
STOP, END, LIMIT, PERMISSIVE, BUS_STOP, DEMAND, GREEN, SINCE, BLOCK = range(9)
UNSET, SERVED = -1.0, -3.0
STEP_S = 0.5
NORMAL, ASIDE, STALLED, CRAWLING, AGAINST, BUS = 0, 1, 2, 3, 4, 5
STANDING_MPS = 0.5

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass
class Lanes:
    """Lanes of many crossings in flat arrays: geometry, lights, demand."""

    crossing: IntArray
    stop_m: FloatArray
    end_m: FloatArray
    speed: FloatArray
    cycle_s: FloatArray
    green_from: FloatArray
    green_s: FloatArray
    demand: FloatArray  # vehicles per second at the busiest hour
    permissive: NDArray[np.bool_]
    bus_stop_m: FloatArray  # NaN where no bus stops

    def __len__(self) -> int:
        return len(self.crossing)

    def lights(self, now_s: float) -> tuple[NDArray[np.bool_], FloatArray]:
        """Whether each lane is green, and for how many seconds its light has had this state."""
        phase = np.mod(now_s - self.green_from, self.cycle_s)
        green = phase < self.green_s
        return green, np.where(green, phase, phase - self.green_s)


@dataclass
class Traffic:
    """The moving part: vehicles in slots per lane, front first, and obstacles set by an incident."""

    cars: FloatArray  # lane × slot × (place, speed, kind, number, pause, hidden)
    count: IntArray
    block_m: FloatArray
    next_track: IntArray
    passed: IntArray
    entered: IntArray

    @property
    def position(self) -> FloatArray:
        """Places, lane × slot."""
        return self.cars[:, :, PLACE]

    @property
    def velocity(self) -> FloatArray:
        """Speeds, lane × slot."""
        return self.cars[:, :, SPEED]

    @property
    def kind(self) -> FloatArray:
        """Kinds, lane × slot."""
        return self.cars[:, :, KIND]

    @property
    def track(self) -> FloatArray:
        """Numbers that the radar knows them by, lane × slot."""
        return self.cars[:, :, TRACK]

    def add(self, lane: int, place: float, speed: float, kind: int) -> int:
        """One more vehicle at the end of the lane's slots, and its number; 0 when the lane is full."""
        n, number = int(self.count[lane]), int(self.next_track[0])
        if n >= SLOTS - 1:
            return 0
        self.cars[lane, n] = place, speed, kind, number, UNSET, 0.0
        self.count[lane] = n + 1
        self.next_track[0] = number + 1
        return number


@dataclass(frozen=True)
class Sightings:
    """One second of radar tracks in lane coordinates."""

    lane: IntArray
    track: IntArray
    position_m: FloatArray


def some_crossings(count: int, seed: int, *, buses: bool = True) -> Lanes:
    """Crossings of three or four approaches with one to three lanes, each of its own size and timing."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[float, ...]] = []
    for crossing in range(count):
        cycle, arms = rng.uniform(60, 120), int(rng.integers(3, 5))
        share = rng.dirichlet(np.full(arms, 8.0))
        start = np.concatenate([[0.0], np.cumsum(share)]) * cycle
        for arm in range(arms):
            rows += _approach(rng, crossing, cycle, start[arm], share[arm] * cycle, buses)
    table = np.array(rows)
    numbers, permissive = table[:, 0].astype(np.int64), table[:, 8] > 0
    stop, end, speed, cycle, begins, green, demand = (table[:, k].copy() for k in range(1, 8))
    return Lanes(numbers, stop, end, speed, cycle, begins, green, demand, permissive, table[:, 9].copy())


def no_traffic(lanes: Lanes) -> Traffic:
    """Empty roads."""
    none = np.zeros(len(lanes), np.int64)
    cars = np.zeros((len(lanes), SLOTS, 6))
    return Traffic(cars, none, np.full(len(lanes), np.inf), np.ones(1, np.int64), none.copy(), none.copy())


def seed_kernels(seed: int) -> None:
    """Seeds the random numbers of the compiled part."""
    _seed(seed)


def step(lanes: Lanes, traffic: Traffic, now_s: float, load: float) -> None:
    """One second of traffic, in two half steps; `load` is the share of the busiest hour's demand."""
    green, since = lanes.lights(now_s)
    road = np.column_stack(
        [
            lanes.stop_m,
            lanes.end_m,
            lanes.speed,
            lanes.permissive.astype(float),
            lanes.bus_stop_m,
            lanes.demand * load,
            green.astype(float),
            since,
            traffic.block_m,
        ]
    )
    _arrive(road, traffic.cars, traffic.count, traffic.next_track, traffic.entered)
    _drive(road, traffic.cars, traffic.count, traffic.passed)


def sight(lanes: Lanes, traffic: Traffic, noise_m: float = 1.0, dropout: float = 0.1) -> Sightings:
    """What the radar reports: noisy places, a tenth missing, a new number after some occlusions."""
    assert len(lanes) == len(traffic.count)
    seen = np.empty((int(traffic.count.sum()), 3))
    rows = _look(noise_m, dropout, traffic.cars, traffic.count, traffic.next_track, seen)
    lane, track = seen[:rows, 0].astype(np.int64), seen[:rows, 1].astype(np.int64)
    return Sightings(lane, track, seen[:rows, 2].copy())


def day_load(hour: float) -> float:
    """Share of the busiest hour's demand by hour of the day: two peaks, a quiet night."""
    morning, evening = np.exp(-(((hour - 8.2) / 1.4) ** 2)), np.exp(-(((hour - 17.8) / 1.8) ** 2))
    day = 0.5 / (1 + np.exp(-(hour - 6.2) * 1.5)) / (1 + np.exp((hour - 21.5) * 1.2))
    return float(0.04 + day + 0.46 * max(morning, evening))


def _approach(
    rng: np.random.Generator, crossing: int, cycle: float, start: float, length: float, buses: bool
) -> list[tuple[float, ...]]:
    lanes, speed = int(rng.integers(1, 4)), rng.uniform(40, 70) / 3.6
    stop = rng.uniform(130, 200)
    end = stop + rng.uniform(18, 30) + rng.uniform(80, 120)
    rows: list[tuple[float, ...]] = []
    for lane in range(lanes):
        green = max(length - 5, 7.0)
        capacity = max(green - 2, 2) / cycle / 1.9
        permissive = lane == 0 and rng.random() < 0.4
        demand = capacity * rng.uniform(0.35, 0.6 if permissive else 0.9)
        bus = buses and lane == lanes - 1 and rng.random() < 0.3
        bus_stop = rng.uniform(stop + 45, end - 30) if bus else np.nan
        rows.append((crossing, stop, end, speed, cycle, start, green, demand, permissive, bus_stop))
    return rows


@njit(cache=True)
def _seed(seed: int) -> None:
    np.random.seed(seed)  # noqa: NPY002 - numba knows only the old generator, here and below


@njit(cache=True)
def _arrive(road: FloatArray, cars: FloatArray, count: IntArray, next_track: IntArray, entered: IntArray) -> None:
    """A vehicle enters each lane with the chance that its demand gives, where there is room."""
    for lane in range(len(count)):
        n = count[lane]
        last = cars[lane, max(n - 1, 0)]
        room = n == 0 or last[PLACE] > 12.0
        if n >= SLOTS - 2 or not room or np.random.random() >= road[lane, DEMAND]:  # noqa: NPY002 - numba's dice
            continue
        speed = road[lane, LIMIT] * (0.8 + 0.3 * np.random.random())  # noqa: NPY002 - numba's dice
        if n > 0:
            speed = max(min(speed, last[SPEED] + 0.25 * (last[PLACE] - 8.0)), 0.0)
        is_bus = not np.isnan(road[lane, BUS_STOP]) and np.random.random() < 0.03  # noqa: NPY002 - numba's dice
        car = cars[lane, n]
        car[PLACE], car[SPEED], car[KIND] = 0.0, speed, BUS if is_bus else NORMAL
        car[TRACK], car[PAUSE], car[HIDDEN] = next_track[0], UNSET, 0.0
        next_track[0] += 1
        count[lane] = n + 1
        entered[lane] += 1


@njit(cache=True)
def _drive(road: FloatArray, cars: FloatArray, count: IntArray, passed: IntArray) -> None:
    """Two half seconds for every vehicle, the front one first; those that have left make room."""
    for lane in range(len(count)):
        own = road[lane]
        for _ in range(2):
            ahead, ahead_speed, kept = 1e9, 0.0, 0
            for i in range(count[lane]):
                car = cars[lane, i]
                before = car[PLACE]
                if car[KIND] == AGAINST:
                    car[PLACE] -= 8.0 * STEP_S
                elif car[KIND] == ASIDE or car[KIND] == STALLED:
                    car[SPEED] = 0.0
                else:
                    _advance(car, own, ahead - before - 5.0, ahead_speed)
                if before < own[STOP] <= car[PLACE] < own[END]:
                    passed[lane] += 1
                if car[KIND] != AGAINST and car[KIND] != ASIDE:
                    ahead, ahead_speed = car[PLACE], car[SPEED]
                if 0.0 <= car[PLACE] < own[END]:
                    cars[lane, kept] = car
                    kept += 1
            count[lane] = kept


@njit(cache=True)
def _advance(car: FloatArray, own: FloatArray, gap: float, lead: float) -> None:
    """The intelligent driver model towards whatever is nearest: a car, an obstacle, a light, a stop."""
    to_block = own[BLOCK] - car[PLACE] - 3.0
    if car[PLACE] < own[BLOCK] and to_block < gap:
        gap, lead = to_block, 0.0
    to_halt = min(_to_red(car, own), _to_pause(car, own))
    if to_halt < gap:
        gap, lead = to_halt, 0.0
    want = 1.7 if car[KIND] == CRAWLING else own[LIMIT]
    speed = car[SPEED]
    desired = 2.0 + max(0.0, speed * 1.2 + speed * (speed - lead) / 3.5)
    pull = 1.6 * (1.0 - (speed / want) ** 4 - (desired / max(gap, 0.3)) ** 2)
    car[SPEED] = max(0.0, speed + max(pull, -8.0) * STEP_S)
    if gap > 0.3 or lead > 0:
        car[PLACE] += car[SPEED] * STEP_S


@njit(cache=True)
def _to_red(car: FloatArray, own: FloatArray) -> float:
    """Metres to a line that must not be crossed; yellow is passed by who cannot brake any more."""
    left = own[STOP] - car[PLACE]
    if left < 0 or own[GREEN] > 0.5:
        return 1e9
    hard = car[SPEED] ** 2 / (2 * max(left, 0.1)) >= 3.0
    return 1e9 if own[SINCE] <= 3.0 and hard else left + 1.0


@njit(cache=True)
def _to_pause(car: FloatArray, own: FloatArray) -> float:
    """Metres to where this vehicle pauses: dreaming at green, in the box for a gap, a bus at its stop."""
    left = own[STOP] - car[PLACE]
    if left >= 0:
        fresh = own[GREEN] > 0.5 and own[SINCE] < 0.5 and car[SPEED] < 1.0 and left < 12.0
        if fresh and car[PAUSE] < 0 and np.random.random() < 0.01:  # noqa: NPY002 - numba's dice
            car[PAUSE] = 3.0 + 2.5 * np.random.random()  # noqa: NPY002 - numba's dice
        if car[PAUSE] > 0:
            car[PAUSE] = car[PAUSE] - STEP_S if car[PAUSE] > STEP_S else UNSET
            return 1.0
        return 1e9
    if own[PERMISSIVE] > 0.5 and own[GREEN] > 0.5 and left > -9.0:
        if car[PAUSE] == UNSET:
            car[PAUSE] = min(-4.0 * np.log(np.random.random() + 1e-9), 25.0)  # noqa: NPY002 - numba's dice
        if car[PAUSE] > 0:
            car[PAUSE] = max(car[PAUSE] - STEP_S, 0.0)
            return left + 8.0
    return _to_bus_stop(car, own)


@njit(cache=True)
def _to_bus_stop(car: FloatArray, own: FloatArray) -> float:
    left = own[BUS_STOP] - car[PLACE]
    if car[KIND] != BUS or car[PAUSE] == SERVED or not -1.0 < left < 200.0:
        return 1e9
    if left < 2.5 and car[SPEED] < 0.5:
        if car[PAUSE] <= 0:
            car[PAUSE] = 8.0 + 30.0 * np.random.random()  # noqa: NPY002 - numba's dice
        car[PAUSE] -= STEP_S
        if car[PAUSE] <= 0:
            car[PAUSE] = SERVED
    return left + 1.0


@njit(cache=True)
def _look(
    noise: float, dropout: float, cars: FloatArray, count: IntArray, next_track: IntArray, seen: FloatArray
) -> int:
    """Rows of lane, number, place; a tenth is lost, part of it in occlusions that last."""
    rows = 0
    for lane in range(len(count)):
        for i in range(count[lane]):
            car = cars[lane, i]
            if car[HIDDEN] > 0:
                car[HIDDEN] -= 1
                if car[HIDDEN] == 0 and np.random.random() < 0.3:  # noqa: NPY002 - numba's dice
                    car[TRACK] = next_track[0]
                    next_track[0] += 1
            elif np.random.random() < dropout * 0.1:  # noqa: NPY002 - numba's dice
                car[HIDDEN] = 1 + int(-3.0 * np.log(np.random.random() + 1e-9))  # noqa: NPY002 - numba's dice
            elif np.random.random() >= dropout * 0.6:  # noqa: NPY002 - numba's dice
                seen[rows, 0], seen[rows, 1] = lane, car[TRACK]
                seen[rows, 2] = car[PLACE] + noise * np.random.randn()  # noqa: NPY002 - numba's dice
                rows += 1
    return rows
