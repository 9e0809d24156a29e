"""The traffic of the lanes, second by second."""

from dataclasses import dataclass

import numpy as np

from citywide.systems.traffic.engine.incidents.microsim.arrivals import arrive
from citywide.systems.traffic.engine.incidents.microsim.columns import (
    KIND,
    PLACE,
    SLOTS,
    SPEED,
    TRACK,
    UNSET,
    FloatArray,
    IntArray,
)
from citywide.systems.traffic.engine.incidents.microsim.drivers import drive
from citywide.systems.traffic.engine.incidents.microsim.lanes import Lanes

STANDING_MPS = 0.5


@dataclass
class Traffic:
    """The moving part: vehicles in slots per lane, front first, and obstacles set by an incident."""

    cars: FloatArray  # lane × slot × (place, speed, kind, number, pause, hidden)
    count: IntArray
    block_m: FloatArray
    next_track: IntArray
    passed: IntArray

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


def no_traffic(lanes: Lanes) -> Traffic:
    """Empty roads."""
    none = np.zeros(len(lanes), np.int64)
    cars = np.zeros((len(lanes), SLOTS, 6))
    return Traffic(cars, none, np.full(len(lanes), np.inf), np.ones(1, np.int64), none.copy())


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
    arrive(road, traffic.cars, traffic.count, traffic.next_track)
    drive(road, traffic.cars, traffic.count, traffic.passed)


def day_load(hour: float) -> float:
    """Share of the busiest hour's demand by hour of the day: two peaks, a quiet night."""
    morning, evening = np.exp(-(((hour - 8.2) / 1.4) ** 2)), np.exp(-(((hour - 17.8) / 1.8) ** 2))
    day = 0.5 / (1 + np.exp(-(hour - 6.2) * 1.5)) / (1 + np.exp((hour - 21.5) * 1.2))
    return float(0.04 + day + 0.46 * max(morning, evening))
