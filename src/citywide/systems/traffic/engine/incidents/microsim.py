"""A seeded micro-simulation of lanes at signalised crossings: what radars would report, and what is true.

Every lane is a path: it enters at 0 m, meets its stop line, crosses the box and leaves at its end.
Vehicles follow the intelligent driver model; buses stop, left turners wait, drivers dream; all of that is normal.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

SLOTS = 56
TRACKS = 1 << 30
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

    count: IntArray
    position: FloatArray
    velocity: FloatArray
    kind: IntArray
    track: IntArray
    pause: FloatArray
    hidden: IntArray
    block_m: FloatArray
    next_track: IntArray
    passed: IntArray
    entered: IntArray


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
    columns = list(zip(*rows, strict=True))
    return Lanes(
        np.array(columns[0], np.int64),
        *(np.array(column, float) for column in columns[1:8]),
        np.array(columns[8], bool),
        np.array(columns[9], float),
    )


def no_traffic(lanes: Lanes) -> Traffic:
    """Empty roads."""
    shape = (len(lanes), SLOTS)
    return Traffic(
        np.zeros(len(lanes), np.int64),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape, np.int64),
        np.zeros(shape, np.int64),
        np.zeros(shape),
        np.zeros(shape, np.int64),
        np.full(len(lanes), np.inf),
        np.ones(1, np.int64),
        np.zeros(len(lanes), np.int64),
        np.zeros(len(lanes), np.int64),
    )


def seed_kernels(seed: int) -> None:
    """Seeds the random numbers of the compiled part."""
    _seed(seed)


def step(lanes: Lanes, traffic: Traffic, now_s: float, load: float) -> None:
    """One second of traffic, in two half steps; `load` is the share of the busiest hour's demand."""
    green, since = lanes.lights(now_s)
    _arrive(
        lanes.demand * load,
        lanes.speed,
        lanes.bus_stop_m,
        *_moving(traffic),
        traffic.next_track,
        traffic.entered,
    )
    _drive(
        lanes.stop_m,
        lanes.end_m,
        lanes.speed,
        lanes.permissive,
        lanes.bus_stop_m,
        green,
        since,
        traffic.block_m,
        traffic.passed,
        *_moving(traffic),
    )


def sight(lanes: Lanes, traffic: Traffic, noise_m: float = 1.0, dropout: float = 0.1) -> Sightings:
    """What the radar reports: noisy places, a tenth missing, a new number after some occlusions."""
    size = int(traffic.count.sum())
    lane, track, place = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    seen = _look(
        noise_m,
        dropout,
        traffic.count,
        traffic.position,
        traffic.track,
        traffic.hidden,
        traffic.next_track,
        lane,
        track,
        place,
    )
    return Sightings(lane[:seen], track[:seen], place[:seen])


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


def _moving(t: Traffic) -> tuple[IntArray, FloatArray, FloatArray, IntArray, IntArray, FloatArray, IntArray]:
    return t.count, t.position, t.velocity, t.kind, t.track, t.pause, t.hidden


@njit(cache=True)
def _seed(seed: int) -> None:  # pragma: no cover - compiled
    np.random.seed(seed)  # noqa: NPY002 - numba's own generator


@njit(cache=True)
def _arrive(
    demand, speed, bus_stop, count, position, velocity, kind, track, pause, hidden, next_track, entered
):
    for lane in range(len(count)):
        n = count[lane]
        room = n == 0 or position[lane, n - 1] > 12.0
        if n >= SLOTS - 2 or not room or np.random.random() >= demand[lane]:  # noqa: NPY002
            continue
        v = speed[lane] * (0.8 + 0.3 * np.random.random())  # noqa: NPY002
        if n > 0:
            v = min(v, velocity[lane, n - 1] + 0.25 * (position[lane, n - 1] - 8.0))
        position[lane, n] = 0.0
        velocity[lane, n] = max(v, 0.0)
        is_bus = not np.isnan(bus_stop[lane]) and np.random.random() < 0.03  # noqa: NPY002
        kind[lane, n] = BUS if is_bus else NORMAL
        pause[lane, n] = -1.0
        hidden[lane, n] = 0
        track[lane, n] = next_track[0]
        next_track[0] += 1
        count[lane] = n + 1
        entered[lane] += 1


@njit(cache=True)
def _drive(  # noqa: ANN202, C901, PLR0912, PLR0913, PLR0915, PLR0917
    stop_m,  # noqa: ANN001
    end_m,  # noqa: ANN001
    speed,  # noqa: ANN001
    permissive,  # noqa: ANN001
    bus_stop,  # noqa: ANN001
    green,  # noqa: ANN001
    since,  # noqa: ANN001
    block_m,  # noqa: ANN001
    passed,  # noqa: ANN001
    count,  # noqa: ANN001
    position,  # noqa: ANN001
    velocity,  # noqa: ANN001
    kind,  # noqa: ANN001
    track,  # noqa: ANN001
    pause,  # noqa: ANN001
    hidden,  # noqa: ANN001
):
    dt = 0.5
    for lane in range(len(count)):
        stop, end = stop_m[lane], end_m[lane]
        for _ in range(2):
            ahead = 1e9
            ahead_v = 0.0
            kept = 0
            for i in range(count[lane]):
                x, v, k, hold = position[lane, i], velocity[lane, i], kind[lane, i], pause[lane, i]
                want = speed[lane]
                gap, lead_v = ahead - x - 5.0, ahead_v
                if k == AGAINST:
                    x -= 8.0 * dt
                    v = -8.0
                elif k in (ASIDE, STALLED):
                    v = 0.0
                else:
                    if k == CRAWLING:
                        want = 1.7
                    if x < block_m[lane] and block_m[lane] - x - 3.0 < gap:
                        gap, lead_v = block_m[lane] - x - 3.0, 0.0
                    brake = v * v / (2 * max(stop - x, 0.1))
                    closed = not green[lane] and (since[lane] > 3.0 or brake < 3.0)
                    if x <= stop and closed and stop - x < gap:
                        gap, lead_v = stop - x + 1.0, 0.0
                    if x <= stop and green[lane] and since[lane] < 0.5 and v < 1.0 and hold < 0:
                        if np.random.random() < 0.01 and stop - x < 12.0:  # noqa: NPY002
                            hold = 3.0 + 2.5 * np.random.random()  # noqa: NPY002
                    if hold > 0 and x <= stop:
                        gap, lead_v = min(gap, 1.0), 0.0
                        hold -= dt
                        if hold <= 0:
                            hold = -1.0
                    if permissive[lane] and green[lane] and x > stop and x < stop + 9.0:
                        if hold == -1.0:
                            hold = min(-4.0 * np.log(np.random.random() + 1e-9), 25.0)  # noqa: NPY002
                        if hold > 0:
                            room = stop + 8.0 - x
                            if room < gap:
                                gap, lead_v = room, 0.0
                            hold = max(hold - dt, 0.0)
                    if k == BUS and hold != -3.0 and x < bus_stop[lane] + 1.0:
                        if bus_stop[lane] - x < gap:
                            gap, lead_v = bus_stop[lane] - x + 1.0, 0.0
                        if bus_stop[lane] - x < 2.5 and v < 0.5:
                            if hold <= 0:
                                hold = 8.0 + 30.0 * np.random.random()  # noqa: NPY002
                            hold -= dt
                            if hold <= 0:
                                hold = -3.0
                    desired = 2.0 + max(0.0, v * 1.2 + v * (v - lead_v) / 3.5)
                    pull = 1.6 * (1.0 - (v / want) ** 4 - (desired / max(gap, 0.3)) ** 2)
                    v = max(0.0, v + max(pull, -8.0) * dt)
                    step = v * dt
                    x_new = x + (step if gap > 0.3 or lead_v > 0 else 0.0)
                    if x < stop <= x_new:
                        passed[lane] += 1
                    x = x_new
                    ahead, ahead_v = x, v
                if k == STALLED:
                    ahead, ahead_v = x, 0.0
                if 0.0 <= x < end:
                    position[lane, kept], velocity[lane, kept] = x, v
                    kind[lane, kept], track[lane, kept] = k, track[lane, i]
                    pause[lane, kept], hidden[lane, kept] = hold, hidden[lane, i]
                    kept += 1
            count[lane] = kept


@njit(cache=True)
def _look(noise, dropout, count, position, track, hidden, next_track, lane_of, track_of, place):  # noqa: ANN001, ANN202, PLR0913, PLR0917
    seen = 0
    for lane in range(len(count)):
        for i in range(count[lane]):
            if hidden[lane, i] > 0:
                hidden[lane, i] -= 1
                if hidden[lane, i] == 0 and np.random.random() < 0.3:  # noqa: NPY002
                    track[lane, i] = next_track[0]
                    next_track[0] += 1
                continue
            if np.random.random() < dropout * 0.1:  # noqa: NPY002
                hidden[lane, i] = 1 + int(-3.0 * np.log(np.random.random() + 1e-9))  # noqa: NPY002
                continue
            if np.random.random() < dropout * 0.6:  # noqa: NPY002
                continue
            lane_of[seen], track_of[seen] = lane, track[lane, i]
            place[seen] = position[lane, i] + noise * np.random.randn()  # noqa: NPY002
            seen += 1
    return seen
