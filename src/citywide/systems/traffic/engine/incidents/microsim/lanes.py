"""Lanes of made crossings: each is a path that meets its stop line, crosses the box and ends."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.engine.incidents.microsim.columns import FloatArray, IntArray


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
