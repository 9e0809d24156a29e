"""The simulated sensors: radar, cameras and loops with their own clocks, noise, misses and failures."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.crossing.phases import LANES, WAYS
from citywide.systems.traffic.engine.control.controller import Seen
from citywide.systems.traffic.engine.control.layout import Layout
from citywide.systems.traffic.engine.fusion import Readings

RADAR, VIDEO, LOOP = range(3)
LENGTH_M, ADVANCE_M, PRESENCE_M = 250.0, 100.0, 7.0
NOISE_M, MISSES, LATEST_S = 0.7, (0.03, 0.05, 0.03), 3  # of one second of radar, video, loop
SEES = 0.96  # of the vehicles that pass a camera or a loop
MOST_A_SECOND = 4
SPEED_NOISE_MPS = 0.15
AGAINST = 10_000_000  # the radar's numbers of vehicles that drive against the traffic

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


class Said(NamedTuple):
    """What the radars say of vehicles, row by row."""

    lane: Numbers
    track: Numbers
    place_m: NDArray[np.float64]
    speed_mps: NDArray[np.float64]

    def at(self, rows: Flags) -> "Said":
        """Some of the rows."""
        return Said(self.lane[rows], self.track[rows], self.place_m[rows], self.speed_mps[rows])

    def and_then(self, more: "Said") -> "Said":
        """Rows after rows."""
        lane, track = np.append(self.lane, more.lane), np.append(self.track, more.track)
        return Said(lane, track, np.append(self.place_m, more.place_m), np.append(self.speed_mps, more.speed_mps))


@dataclass(frozen=True)
class Sensed:
    """One second of all sensors; where a device said nothing, nothing is known."""

    readings: Readings
    speed_mps: NDArray[np.float64]  # of each radar track
    crossed: NDArray[np.int32]  # the ways that somebody counted
    over_loop: Flags  # somebody drove over the lane's advance loop
    present: Flags  # somebody stands at its line; a loop that is silent is believed to stand as it did


class Sensors:
    """Three sensors a lane; `lost[lane, sensor]` says nothing until it is mended; a `hung` radar repeats."""

    def __init__(self, layout: Layout, rng: np.random.Generator) -> None:
        self.layout, self._rng, count = layout, rng, layout.lanes
        self.lost, self.hung = np.zeros((count, 3), np.bool_), np.zeros(count, np.bool_)
        self._last = Said(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
        self.passed = np.zeros(count, np.int64)
        self._over, self._present = np.zeros(count, np.int64), np.zeros(count, np.bool_)
        crossing = layout.crossing_of_lane
        self.late_s = np.stack([rng.integers(0, LATEST_S + 1, layout.crossings) for _ in (VIDEO, LOOP)])[:, crossing]
        self._videos = np.zeros((LATEST_S + 1, count, 3))
        self._loops = np.zeros((LATEST_S + 1, count))
        self._ways = np.resize(WAYS, layout.movements)

    def sense(self, seen: Seen) -> Sensed:
        """What the devices say of what truly is on the street."""
        np.add.at(self.passed, self.layout.move_lane[seen.crossed], 1)
        lane = seen.sighting.astype(np.int64)
        track = self._numbered(lane, seen.speed >= 0)
        alive = (self._rng.random(self.lost.shape) >= MISSES) & ~self.lost
        saw = self._rng.random(len(seen.crossed)) < SEES
        fresh = self._loop(seen, lane, track)
        counted, pulses = self._late(self._video(seen.crossed[saw]), fresh)
        radar = alive[lane, RADAR]
        place = LENGTH_M - seen.distance[radar] + self._rng.normal(0, NOISE_M, int(radar.sum()))
        speed = seen.speed[radar] + self._rng.normal(0, SPEED_NOISE_MPS, len(place))
        said = self._repeated(Said(lane[radar], track[radar], place, speed), alive)
        readings = Readings(
            said.lane, said.track, said.place_m, counted * alive[:, [VIDEO]], pulses * alive[:, LOOP], alive
        )
        crossed = self._crossed(seen.crossed, saw, alive)
        return Sensed(readings, said.speed_mps, crossed, (fresh > 0) & alive[:, LOOP], self._at_line(seen, lane, alive))

    def _repeated(self, said: Said, alive: Flags) -> Said:
        """A radar that hangs says again what it said when it last saw somebody."""
        kept = self._last.at(self.hung[self._last.lane])
        self._last = kept.and_then(said.at(~self.hung[said.lane] | ~np.isin(said.lane, kept.lane)))
        return self._last.at(alive[self._last.lane, RADAR])

    def _numbered(self, lane: Numbers, along: Flags) -> Numbers:
        """Vehicles in the order in which they will cross; who drives against the traffic is not of them."""
        track = AGAINST + lane
        track[along] = self.passed[lane[along]] + places_in_lane(lane[along]) + 1
        return track

    def _at_line(self, seen: Seen, lane: Numbers, alive: Flags) -> Flags:
        now = np.zeros(len(self.passed), np.bool_)
        now[lane[seen.distance < PRESENCE_M]] = True
        self._present = np.where(alive[:, LOOP], now, self._present)
        return self._present

    def _loop(self, seen: Seen, lane: Numbers, track: Numbers) -> NDArray[np.float64]:
        """This second's pulses of the advance loops, which feel only who drives towards the line."""
        over = self._over.copy()
        near = (seen.distance < ADVANCE_M) & (track < AGAINST)
        np.maximum.at(over, lane[near], track[near])
        fresh = np.minimum(over - self._over, MOST_A_SECOND)
        self._over = over
        return self._rng.binomial(fresh, SEES).astype(float)

    def _video(self, crossed: NDArray[np.int32]) -> NDArray[np.float64]:
        counted = np.zeros((len(self.passed), 3))
        np.add.at(counted, (self.layout.move_lane[crossed], self._ways[crossed]), 1.0)
        return counted

    def _late(self, video: NDArray[np.float64], loop: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Each device stamps by its own clock: what it says now happened a little while ago."""
        self._videos = np.concatenate([video[None], self._videos[:-1]])
        self._loops = np.concatenate([loop[None], self._loops[:-1]])
        rows = np.arange(len(loop))
        return self._videos[self.late_s[0], rows], self._loops[self.late_s[1], rows]

    def _crossed(self, crossed: NDArray[np.int32], saw: Flags, alive: Flags) -> NDArray[np.int32]:
        """The ways that somebody counted: a camera, else the radar, which knows no right turn from straight on."""
        lane = self.layout.move_lane[crossed]
        camera = alive[lane, VIDEO] & saw
        ways = np.where(camera, crossed, self.layout.move_from[lane]).astype(np.int32)
        return ways[camera | (alive[lane, RADAR] & ~self.hung[lane])]


def places_in_lane(lane: Numbers) -> Numbers:
    """How many of the same lane stand before each row; rows of a lane are together, front first."""
    starts = np.flatnonzero(np.append(True, lane[1:] != lane[:-1])) if len(lane) else np.zeros(0, np.int64)
    return np.arange(len(lane)) - np.repeat(starts, np.diff(starts, append=len(lane)))


def lanes_at(crossing: int) -> slice:
    """The rows of a crossing's lanes."""
    return slice(crossing * LANES, (crossing + 1) * LANES)
