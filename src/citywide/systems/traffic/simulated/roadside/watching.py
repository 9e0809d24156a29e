"""The watch at the roadside: incidents begin, stand and end; an officer's word makes it wiser."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from citywide.hub import Entity, Reading
from citywide.systems.traffic.crossing.phases import LANES
from citywide.systems.traffic.engine.incidents import Detectors, Incident, Kind, Road, Watch, newly_dark
from citywide.systems.traffic.simulated.roadside.sensing import LENGTH_M, RADAR, VIDEO, Sensed

SILENT_S, FLOWS_S, WRONG_WAY_S = 60.0, 10, 60
NAMES = {kind: kind.name.lower() for kind in Kind}
KINDS = {name: kind for kind, name in NAMES.items()}
HELD_UP = (Kind.STOPPED_VEHICLE, Kind.BLOCKED_LANE, Kind.SUDDEN_QUEUE)
log = structlog.get_logger()


class Watcher:
    """Incidents of all lanes by kind, since when they stand, and what was last said of each."""

    def __init__(self, lanes: list[Entity]) -> None:
        self.lanes, count = lanes, len(lanes)
        where = np.arange(count) // LANES
        self.watch = Watch(Road.of(where, np.full(count, LENGTH_M), np.full(count, LENGTH_M + 10), np.zeros(count)))
        self.radars, self.cameras = Detectors.heard(count), Detectors.heard(count)
        self.standing: dict[tuple[int, Kind], datetime] = {}
        self.last: dict[tuple[int, Kind], Incident] = {}
        self.works: dict[int, tuple[float, float]] = {}  # lanes closed from a time to another, seconds since 1970
        self._green, self._since = np.zeros(count, np.bool_), np.zeros(count)

    def second(self, now: datetime, sensed: Sensed, light: NDArray[np.int8], flowing: set[int]) -> Iterator[Reading]:
        """What is noticed now, and what is over: the lane flows again, or the wrong-way driver has gone."""
        green = light == 2
        self._since = np.where(green != self._green, 0.0, self._since + 1.0)
        self._green = green
        seen = sensed.readings
        sight = seen.lane, seen.track, seen.position_m
        for found in self.watch.look(now.timestamp() % 1e7, sight, (green, self._since)):
            if not self._known(found.lane, found.kind) and not self._in_works(found, now):
                self.last[found.lane, found.kind] = found
                yield self._begin(found.lane, found.kind, now)
        yield from self._dark(now, seen.alive)
        yield from self._over(now, flowing)

    def minute(self, now: datetime) -> Iterator[Reading]:
        """What stands is said again with how long it has stood."""
        for (lane, kind), since in self.standing.items():
            if since != now:
                yield Reading(self.lanes[lane].id, NAMES[kind], now, (now - since).total_seconds(), "s")

    def feedback(self, lane: int, told: Mapping[str, Any], now: datetime) -> Iterator[Reading]:
        """An officer's word of an incident; a false one is over, and the rule is more patient there from now on."""
        kind = KINDS.get(str(told.get("kind")))
        incident = self.last.get((lane, kind)) if kind is not None else None
        if kind is None or incident is None:
            log.warning("feedback_passed_over", lane=lane, kind=told.get("kind"), accepted=", ".join(KINDS))
            return
        was_real, lasted = bool(told.get("was_real")), told.get("lasted_s")
        self.watch.feedback(incident, was_real=was_real, lasted_s=None if lasted is None else float(lasted))
        if not was_real and self.standing.pop((lane, kind), None):
            yield Reading(self.lanes[lane].id, NAMES[kind], now, 0.0, "s")

    def close(self, lane: int, told: Mapping[str, Any]) -> None:
        """Works in a lane: who stands there until they are over is no incident."""
        try:
            self.works[lane] = (float(told["begins_s"]), float(told["ends_s"]))
        except (KeyError, TypeError, ValueError) as error:
            log.warning("works_refused", lane=lane, why=f"{type(error).__name__}: {error}")

    def _in_works(self, found: Incident, now: datetime) -> bool:
        begins, ends = self.works.get(found.lane, (0.0, 0.0))
        return found.kind in HELD_UP and begins <= now.timestamp() < ends

    def _dark(self, now: datetime, alive: NDArray[np.bool_]) -> Iterator[Reading]:
        """A radar watches its lane, a camera both lanes of its arm."""
        camera = np.repeat(alive[::2, VIDEO] | alive[1::2, VIDEO], 2)
        at = now.timestamp()
        if not self.radars.heard_s.any():
            self.radars, self.cameras = Detectors.heard(len(camera), at), Detectors.heard(len(camera), at)
        silent = newly_dark(self.radars, alive[:, RADAR], at, SILENT_S).tolist()
        silent += [lane for lane in newly_dark(self.cameras, camera, at, SILENT_S).tolist() if not lane % 2]
        for lane in silent:
            if (lane, Kind.DARK_DETECTOR) not in self.standing:
                yield self._begin(lane, Kind.DARK_DETECTOR, now)

    def _over(self, now: datetime, flowing: set[int]) -> Iterator[Reading]:
        for (lane, kind), since in list(self.standing.items()):
            lasted = now - since
            moves = lane in flowing and lasted > timedelta(seconds=FLOWS_S)
            ended = {
                Kind.WRONG_WAY: lasted > timedelta(seconds=WRONG_WAY_S),
                Kind.FROZEN_DETECTOR: not self.watch.frozen[lane],
                Kind.DARK_DETECTOR: not (self.radars.dark[lane] or (lane % 2 == 0 and self.cameras.dark[lane])),
            }.get(kind, moves)
            if ended:
                del self.standing[lane, kind]
                yield Reading(self.lanes[lane].id, NAMES[kind], now, 0.0, "s")

    def _begin(self, lane: int, kind: Kind, now: datetime) -> Reading:
        self.standing[lane, kind] = now
        return Reading(self.lanes[lane].id, NAMES[kind], now, 1.0, "s")

    def _known(self, lane: int, kind: Kind) -> bool:
        """What holds a lane up is one incident, by the name under which it was noticed first."""
        return any((lane, one) in self.standing for one in (HELD_UP if kind in HELD_UP else (kind,)))
