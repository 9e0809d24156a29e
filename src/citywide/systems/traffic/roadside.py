"""The simulated roadside units: they watch their lanes with the real engine and say what their devices would."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from citywide.hub import Entity, Reading
from citywide.systems.traffic.crossings import Second
from citywide.systems.traffic.engine.incidents import Detectors, Kind, Road, Watch, newly_dark
from citywide.systems.traffic.engine.measures.events import DETECTOR_OFF, DETECTOR_ON, GREEN, RED, YELLOW
from citywide.systems.traffic.feeds import occupied
from citywide.systems.traffic.phases import ADVANCE, LANES, PRESENCE

LENGTH_M, NOISE_M, ADVANCE_M = 250.0, 0.3, 100.0
WATCHED_S, CLOSE_S, CODE = 60, 5, 32768
CONNECTED, CLOSELY = 6, 1  # crossings that send signal events; crossings seen every few seconds
FREE_SPEED_KMH = 50.0
NAMES = {kind: kind.name.lower() for kind in Kind}
LIGHT_CODES = {2: GREEN, 3: YELLOW, 0: RED}
Standing = dict[tuple[int, Kind], datetime]


class Roadside:
    """Counts, watches and reports for every lane; `dark` lanes say nothing."""

    def __init__(self, lanes: list[Entity], crossings: list[Entity], rng: np.random.Generator) -> None:
        self.lanes, self.crossings, self._rng = lanes, crossings, rng
        count = len(lanes)
        where = np.arange(count) // LANES
        self.watch = Watch(Road.of(where, np.full(count, LENGTH_M), np.full(count, LENGTH_M + 10), np.zeros(count)))
        self.detectors = Detectors.heard(count)
        self.dark, self.wrong_way_s = np.zeros(count, np.bool_), np.full(count, -1.0)
        self.standing: Standing = {}
        self._light, self._since = np.zeros(count, np.int8), np.zeros(count)
        self._passed, self._first = np.zeros(count, np.int64), np.zeros(count, np.int64)
        self._present = np.zeros(count, np.bool_)
        self._sums = np.zeros((5, count))  # passed, speed, seen, present, green

    def second(self, now: datetime, one: Second) -> Iterator[Reading]:
        """One second of every lane; what is to be sent now."""
        seconds, lane = int(now.timestamp()), one.seen.sighting.astype(np.int64)
        np.add.at(self._passed, one.crossed, 1)
        index = _places_in_lane(lane)
        events = list(self._events(now, one, lane, index))
        self._count(one, lane)
        yield from events
        yield from self._incidents(now, lane, self._passed[lane] + index + 1, one)
        if seconds % CLOSE_S == 0:
            yield from self._closely(now, one, lane)
        if seconds % WATCHED_S == 0:
            yield from self._minute(now, one, lane)

    def _count(self, one: Second, lane: NDArray[np.int64]) -> None:
        turned = one.light != self._light
        self._since = np.where(turned, 0.0, self._since + 1.0)
        self._light = one.light.copy()
        np.add.at(self._sums[0], one.crossed, 1)
        np.add.at(self._sums[1], lane, one.seen.speed * 3.6)
        np.add.at(self._sums[2], lane, 1)
        self._sums[3] += self._present
        self._sums[4] += one.light == 2

    def _incidents(
        self, now: datetime, lane: NDArray[np.int64], track: NDArray[np.int64], one: Second
    ) -> Iterator[Reading]:
        """What the watch notices, and what is over: the lane flows again, or the wrong-way driver has gone."""
        place = LENGTH_M - one.seen.distance + self._rng.normal(0, NOISE_M, len(lane))
        lit = ~self.dark[lane]
        sight = self._with_ghosts(lane[lit], track[lit], place[lit])
        green = (self._light == 2, self._since)
        for found in self.watch.look(now.timestamp() % 1e7, sight, green):
            if not self._known(found.lane, found.kind):
                self.standing[found.lane, found.kind] = now
                yield self._lasts(found.lane, found.kind, now)
        for number in newly_dark(self.detectors, ~self.dark, now.timestamp(), silent_s=60.0).tolist():
            self.standing[number, Kind.DARK_DETECTOR] = now
            yield self._lasts(number, Kind.DARK_DETECTOR, now)
        yield from self._over(now, set(one.crossed.tolist()))

    def _known(self, lane: int, kind: Kind) -> bool:
        """What holds a lane up is one incident, by the name under which it was noticed first."""
        held_up = (Kind.STOPPED_VEHICLE, Kind.BLOCKED_LANE, Kind.SUDDEN_QUEUE)
        same = held_up if kind in held_up else (kind,)
        return any((lane, one) in self.standing for one in same)

    def _with_ghosts(
        self, lane: NDArray[np.int64], track: NDArray[np.int64], place: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Vehicles that come out of the crossing against the traffic."""
        ghosts = np.flatnonzero(self.wrong_way_s >= 0)
        gone = self.wrong_way_s[ghosts]
        self.wrong_way_s[ghosts] = np.where(gone >= 15, -1.0, gone + 1)
        back = LENGTH_M - 8.0 * gone
        return np.append(lane, ghosts), np.append(track, ghosts + 10**8), np.append(place, back)

    def _over(self, now: datetime, flowing: set[int]) -> Iterator[Reading]:
        for (lane, kind), since in list(self.standing.items()):
            lasted = now - since
            moves = lane in flowing and lasted > timedelta(seconds=10)
            ended = {
                Kind.WRONG_WAY: lasted > timedelta(seconds=60),
                Kind.DARK_DETECTOR: not self.dark[lane],
            }.get(kind, moves)
            if ended:
                del self.standing[lane, kind]
                yield Reading(self.lanes[lane].id, NAMES[kind], now, 0.0, "s")

    def _lasts(self, lane: int, kind: Kind, now: datetime) -> Reading:
        lasted = (now - self.standing[lane, kind]).total_seconds()
        return Reading(self.lanes[lane].id, NAMES[kind], now, max(1.0, lasted), "s")

    def _closely(self, now: datetime, one: Second, lane: NDArray[np.int64]) -> Iterator[Reading]:
        for number in range(min(CLOSELY * LANES, len(self.lanes))):
            if not self.dark[number]:
                device = self.lanes[number].id
                yield Reading(device, "cells", now, occupied(one.seen.distance[lane == number].tolist()))
                yield Reading(device, "light", now, int(one.light[number]))

    def _minute(self, now: datetime, one: Second, lane: NDArray[np.int64]) -> Iterator[Reading]:
        passed, speed, seen, present, green = self._sums
        queue = np.bincount(lane[one.seen.speed < 1], minlength=len(self.lanes))
        mean = speed / np.maximum(seen, 1)
        for number in np.flatnonzero(~self.dark).tolist():
            device = self.lanes[number].id
            yield Reading(device, "queue", now, int(queue[number]))
            yield Reading(device, "volume", now, 60.0 * passed[number])
            yield Reading(device, "occupancy", now, round(100 / WATCHED_S * min(present[number], WATCHED_S), 1))
            yield Reading(device, "green_share", now, round(100 / WATCHED_S * min(green[number], WATCHED_S), 1))
            if seen[number]:
                yield Reading(device, "traffic_speed", now, round(mean[number], 1))
        yield from self._indices(now, speed, seen)
        for lane_of, kind in list(self.standing):
            if self.standing[lane_of, kind] != now:
                yield self._lasts(lane_of, kind, now)
        self._sums[:] = 0.0

    def _indices(self, now: datetime, speed: NDArray[np.float64], seen: NDArray[np.float64]) -> Iterator[Reading]:
        """Free speed over the mean speed of all who were seen at a crossing."""
        for number, crossing in enumerate(self.crossings):
            rows = slice(number * LANES, (number + 1) * LANES)
            mean = speed[rows].sum() / max(seen[rows].sum(), 1)
            index = FREE_SPEED_KMH / max(mean, 1.0) if seen[rows].sum() else 1.0
            yield Reading(crossing.id, "congestion_index", now, round(float(max(index, 1.0)), 2))

    def _events(
        self, now: datetime, one: Second, lane: NDArray[np.int64], index: NDArray[np.int64]
    ) -> Iterator[Reading]:
        """Signal events of the connected controllers; those of one second are microseconds apart."""
        present = np.zeros(len(self.lanes), np.bool_)
        present[lane[one.seen.distance < 7]] = True
        over = np.zeros(len(self.lanes), np.int64)
        np.maximum.at(
            over, lane[one.seen.distance < ADVANCE_M], (self._passed[lane] + index + 1)[one.seen.distance < ADVANCE_M]
        )
        for crossing in range(min(CONNECTED, len(self.crossings))):
            found = [event for number in range(crossing * LANES, (crossing + 1) * LANES)
                     for event in self._of_lane(number, one, present, over)]  # fmt: skip
            for place, (code, parameter) in enumerate(found):
                at = now + timedelta(microseconds=place)
                yield Reading(self.crossings[crossing].id, "signal_event", at, code * CODE + parameter)
        self._present, self._first = present, np.maximum(over, self._first)

    def _of_lane(
        self, number: int, one: Second, present: NDArray[np.bool_], over: NDArray[np.int64]
    ) -> Iterator[tuple[int, int]]:
        phase = number % LANES + 1
        if one.light[number] != self._light[number]:
            yield LIGHT_CODES[int(one.light[number])], phase
        if present[number] != self._present[number]:
            yield DETECTOR_ON if present[number] else DETECTOR_OFF, PRESENCE + phase
        if over[number] > self._first[number]:
            yield DETECTOR_ON, ADVANCE + phase


def _places_in_lane(lane: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of the same lane stand before each row; rows of a lane are together, front first."""
    starts = np.flatnonzero(np.append(True, lane[1:] != lane[:-1])) if len(lane) else np.zeros(0, np.int64)
    return np.arange(len(lane)) - np.repeat(starts, np.diff(starts, append=len(lane)))
