"""What roadside devices say to the hub: a minute's figures, lights as SPaT, signal events, places of vehicles."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.hub import Entity, Reading
from citywide.systems.traffic.crossing.phases import ADVANCE, LANES, PRESENCE, WALKS
from citywide.systems.traffic.engine.fusion import View
from citywide.systems.traffic.engine.measures.events import DETECTOR_OFF, DETECTOR_ON, GREEN, RED, YELLOW
from citywide.systems.traffic.events_feed import CODE
from citywide.systems.traffic.feeds import STANDS_MPS, read_lights
from citywide.systems.traffic.interfaces.spat import write_spat
from citywide.systems.traffic.packing import Spot, packed_track
from citywide.systems.traffic.signals import spat_of
from citywide.systems.traffic.simulated.roadside.sensing import LENGTH_M, Sensed, lanes_at

WATCHED_S, AGAIN_S = 60, 15
CONNECTED, CLOSELY = 6, 1  # crossings that send signal events and SPaT; crossings whose every vehicle is told
FREE_SPEED_KMH, FREELY_S = 50.0, 60.0  # as if somebody had driven freely for a minute
BEYOND_M = -20.0  # where a vehicle that has crossed was last seen
GREEN_LIGHT, YELLOW_LIGHT = 2, 3
LIGHT_CODES = {GREEN_LIGHT: GREEN, YELLOW_LIGHT: YELLOW, 0: RED}
GAP_OUT, FORCE_OFF, GREEN_ENDS, PHASE_CALL = 4, 6, 7, 43


class Shown(NamedTuple):
    """The lights of all lanes, of each crossing's walks, and for both the least seconds to their change."""

    light: NDArray[np.int8]
    walk: NDArray[np.int8]
    left_s: NDArray[np.int64]


class Teller:
    """Sums up and speaks for every lane."""

    def __init__(self, lanes: list[Entity], crossings: list[Entity]) -> None:
        self.lanes, self.crossings, count = lanes, crossings, len(lanes)
        self._light, self._present = np.zeros(count, np.int8), np.zeros(count, np.bool_)
        self._walk = np.zeros((len(crossings), WALKS), np.int8)
        self._sums = np.zeros((5, count))  # passed, speed, seen, present, green
        self._heard = np.zeros((count, 3))  # seconds of this minute in which each device spoke
        self._told: dict[tuple[int, int], tuple[datetime, Spot]] = {}

    def second(self, now: datetime, sensed: Sensed, shown: Shown) -> Iterator[Reading]:
        """What changed in this second."""
        yield from self._events(now, sensed, shown.light)
        yield from self._lights(now, shown)
        yield from self._vehicles(now, sensed)
        self._sum_up(sensed, shown.light)
        self._light, self._walk, self._present = shown.light.copy(), shown.walk.copy(), sensed.present

    def minute(self, now: datetime, view: View) -> Iterator[Reading]:
        """Every lane's last minute, as far as its devices spoke, and each crossing's index."""
        for number, lane in enumerate(self.lanes):
            if self._heard[number].any():
                yield Reading(lane.id, "queue", now, round(float(view.queue[number]), 1))
                yield Reading(lane.id, "confidence", now, round(100 * float(view.confidence[number])))
            for quantity, value in self._measured(number):
                yield Reading(lane.id, quantity, now, round(float(value), 1))
        yield from self._indices(now)
        self._sums[:], self._heard[:] = 0.0, 0.0

    def _measured(self, number: int) -> Iterator[tuple[str, float]]:
        """A device that never spoke in this minute measured nothing; one that missed seconds, the others."""
        passed, speed, seen, present, green = self._sums[:, number]
        _, video, loop = self._heard[number]
        yield "green_share", 100 * green / WATCHED_S
        if max(video, loop):
            yield "volume", 3600 * passed / max(video, loop)
        if loop:
            yield "occupancy", 100 * present / loop
        if seen:
            yield "traffic_speed", speed / seen

    def _sum_up(self, sensed: Sensed, light: NDArray[np.int8]) -> None:
        """Who passed by camera where one works, else by loop; the speeds as radar sees them."""
        readings = sensed.readings
        self._heard += readings.alive
        self._sums[0] += np.where(readings.alive[:, 1], readings.counted.sum(1), readings.pulses)
        np.add.at(self._sums[1], readings.lane, np.abs(sensed.speed_mps) * 3.6)
        np.add.at(self._sums[2], readings.lane, 1)
        self._sums[3] += sensed.present & readings.alive[:, 2]
        self._sums[4] += light == 2

    def _indices(self, now: datetime) -> Iterator[Reading]:
        """Free speed over the mean speed of all whom its radars saw; one who waits at night is no congestion."""
        _, speed, seen, *_ = self._sums
        for number, crossing in enumerate(self.crossings):
            rows = lanes_at(number)
            if self._heard[rows, 0].any():
                mean = (speed[rows].sum() + FREE_SPEED_KMH * FREELY_S) / (seen[rows].sum() + FREELY_S)
                index = FREE_SPEED_KMH / max(mean, 1.0)
                yield Reading(crossing.id, "congestion_index", now, round(float(max(index, 1.0)), 2))

    def _lights(self, now: datetime, shown: Shown) -> Iterator[Reading]:
        """Connected controllers send SPaT when a light changes, and now and then; the feed reads it."""
        again = int(now.timestamp()) % AGAIN_S == 0
        for number in range(min(CONNECTED, len(self.crossings))):
            lights = [*shown.light[lanes_at(number)].tolist(), *shown.walk[number].tolist()]
            if again or lights != [*self._light[lanes_at(number)].tolist(), *self._walk[number].tolist()]:
                crossing = self.crossings[number].id.split("/")[1]
                spat = spat_of(number + 1, now.astimezone(UTC), lights, shown.left_s[number].tolist())
                yield from read_lights(f"crossing/{crossing}/spat", write_spat((spat,)).encode(), now)

    def _vehicles(self, now: datetime, sensed: Sensed) -> Iterator[Reading]:
        """Each vehicle of a closely watched crossing when it comes, stops, goes on or leaves, and now and then."""
        present, sight = set[tuple[int, int]](), sensed.readings
        for row in np.flatnonzero(sight.lane < CLOSELY * LANES).tolist():
            key, stands = (int(sight.lane[row]), int(sight.track[row])), bool(abs(sensed.speed_mps[row]) < STANDS_MPS)
            present.add(key)
            away = max(LENGTH_M - float(sight.position_m[row]), 0.0)
            yield from self._vehicle(key, now, Spot(key[1], away, stands))
        for key in [key for key in self._told if sight.alive[key[0], 0] and key not in present]:
            yield from self._stood_until(key, now)
            del self._told[key]
            yield self._place(key, now, Spot(key[1], BEYOND_M))

    def _vehicle(self, key: tuple[int, int], now: datetime, spot: Spot) -> Iterator[Reading]:
        told = self._told.get(key)
        if told is None or told[1].stands != spot.stands or (now - told[0]).total_seconds() >= AGAIN_S:
            if told is not None and not spot.stands:
                yield from self._stood_until(key, now)
            self._told[key] = (now, spot)
            yield self._place(key, now, spot)

    def _stood_until(self, key: tuple[int, int], now: datetime) -> Iterator[Reading]:
        """Whoever goes now has stood where it stood until a second ago."""
        then, spot = self._told[key]
        if spot.stands and (now - then).total_seconds() > 1:
            yield self._place(key, now - timedelta(seconds=1), spot)

    def _place(self, key: tuple[int, int], now: datetime, spot: Spot) -> Reading:
        at = now + timedelta(microseconds=key[1] % 100_000)  # a series holds one value a moment
        return Reading(self.lanes[key[0]].id, "track", at, packed_track(spot))

    def _events(self, now: datetime, sensed: Sensed, light: NDArray[np.int8]) -> Iterator[Reading]:
        """Signal events of the connected controllers; those of one second are microseconds apart."""
        for crossing in range(min(CONNECTED, len(self.crossings))):
            rows = range(*lanes_at(crossing).indices(len(self.lanes)))
            found = [event for number in rows for event in self._of_lane(number, sensed, light)]
            for place, (code, parameter) in enumerate(found):
                at = now + timedelta(microseconds=place)
                yield Reading(self.crossings[crossing].id, "signal_event", at, code * CODE + parameter)

    def _of_lane(self, number: int, sensed: Sensed, light: NDArray[np.int8]) -> Iterator[tuple[int, int]]:
        phase, present = number % LANES + 1, bool(sensed.present[number])
        if light[number] != self._light[number]:
            yield LIGHT_CODES[int(light[number])], phase
            if light[number] == YELLOW_LIGHT:
                yield GREEN_ENDS, phase
                yield FORCE_OFF if present else GAP_OUT, phase  # the search ends a green that is still used
        if present != self._present[number]:
            yield DETECTOR_ON if present else DETECTOR_OFF, PRESENCE + phase
            if present and light[number] != GREEN_LIGHT:
                yield PHASE_CALL, phase
        if sensed.over_loop[number]:
            yield DETECTOR_ON, ADVANCE + phase
