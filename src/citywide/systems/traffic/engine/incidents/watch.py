"""The watch over many crossings: sightings in, incidents out; feedback makes it wiser."""

from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field

import numpy as np

from citywide.systems.traffic.engine.frames import DOUBT, FRAME, FROZEN, HELD, RUN
from citywide.systems.traffic.engine.incidents.columns import BEGAN, LEARNED, USUAL
from citywide.systems.traffic.engine.incidents.detectors import Detectors, newly_blind, newly_dark
from citywide.systems.traffic.engine.incidents.judging import judge
from citywide.systems.traffic.engine.incidents.model import (
    CELL_M,
    CELLS,
    DAY_S,
    BoolArray,
    FloatArray,
    Incident,
    IntArray,
    Kind,
    Memory,
    Road,
    Rules,
)
from citywide.systems.traffic.engine.tracks import follow, no_tracks

MOST_A_SECOND = 256
LATEST_S, SET_BACK_S, LEAP_S, FAR_M = 1e12, 5.0, 30.0, 600.0


@dataclass
class Watch:
    """Tracks, queues and learned patience of all lanes; `look` is called once a second."""

    road: Road
    rules: Rules = field(default_factory=Rules)
    memory: InitVar[Memory | None] = None
    learn_s: float = DAY_S

    def __post_init__(self, memory: Memory | None) -> None:
        lanes = len(self.road)
        self.learned = memory or Memory.fresh(lanes)
        self._tracks, self._used = no_tracks(lanes)
        self._queues = np.zeros((lanes, 2, 4))
        self._queues[:, :, USUAL] = self.learned.usual_queue
        self._queues[:, :, BEGAN] = -1.0
        self._lanes = np.zeros((lanes, 5))
        self._lanes[:, 0], self._lanes[:, 1] = self.road.stop_m, self.road.end_m
        self._lanes[:, 2] = self.road.waits_in_box
        self._rules = self.rules.as_array()
        self._frames = np.zeros((lanes, FRAME))
        self._now = 0.0
        self._out = np.zeros((MOST_A_SECOND, 5))

    def look(
        self, now_s: float, seen: tuple[IntArray, IntArray, FloatArray], lights: tuple[BoolArray, FloatArray]
    ) -> list[Incident]:
        """One second: (lane, track, place) of what is seen, (green, seconds since) of the lights."""
        now_s, (lane, track, place) = self._on_time(now_s), self._can_be(*seen)
        self._lanes[:, 3], self._lanes[:, 4] = lights
        follow(self._tracks, self._used, lane, track, place, now_s)
        self.learned.watched_s += 1.0
        self._queues[:, :, LEARNED] = (self.learned.watched_s > self.learn_s)[:, None]
        found = judge(
            self._tracks,
            self._used,
            self._lanes,
            self.learned.patience,
            self.learned.strictness,
            self._queues,
            self._rules,
            self._frames,
            self._out,
            now_s,
        )
        return [self._incident(line, now_s) for line in self._out[:found].tolist()] if found else []

    def _on_time(self, now_s: float) -> float:
        """A clock that is set back a little stands until it has caught up; after a leap nothing of before holds."""
        if not abs(now_s) <= LATEST_S:
            raise ValueError(f"the time is {now_s:g} s; accepted: a number within ±{LATEST_S:g}")
        if 0.0 < self._now - now_s <= SET_BACK_S:
            return self._now
        if not 0.0 <= now_s - self._now <= LEAP_S:
            self._used[:], self._queues[:, :, BEGAN] = 0, -1.0
            self._frames[:, [RUN, DOUBT, HELD, FROZEN]] = 0.0
        self._now = now_s
        return now_s

    def _can_be(self, lane: IntArray, track: IntArray, place: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
        """The sightings without unknown lanes and places that are none."""
        known = (lane >= 0) & (lane < len(self.road)) & (track >= 0)
        good = known & (np.abs(place - self.road.end_m[np.where(known, lane, 0)] / 2) < FAR_M)
        return (lane, track, place) if good.all() else (lane[good], track[good], place[good])

    @property
    def frozen(self) -> BoolArray:
        """Lanes whose radar only repeats itself."""
        return self._frames[:, FROZEN] > 0

    def keep(self) -> Memory:
        """What is worth keeping over a restart."""
        self.learned.usual_queue = self._queues[:, :, USUAL].copy()
        return self.learned

    def feedback(self, incident: Incident, *, was_real: bool, lasted_s: float | None = None) -> None:
        """An officer's word. False: more patience for this kind just there; real: back towards the normal."""
        lane, kind = incident.lane, incident.kind
        if kind in (Kind.STOPPED_VEHICLE, Kind.BLOCKED_LANE):
            self._teach_place(incident, was_real, lasted_s)
        elif kind is Kind.SUDDEN_QUEUE and not was_real:
            self._queues[lane, :, USUAL] *= 1.25
            self._queues[lane, :, USUAL] += 1.0
        elif kind is Kind.WRONG_WAY:
            factor = 0.9 if was_real else 1.5
            strict = self.learned.strictness
            strict[lane, kind] = np.clip(strict[lane, kind] * factor, 1.0, 4.0)

    def _teach_place(self, incident: Incident, was_real: bool, lasted_s: float | None) -> None:
        cell = min(max(int(incident.position_m / CELL_M), 0), CELLS - 1)
        near = self.learned.patience[incident.lane, max(cell - 1, 0) : cell + 2]
        if was_real:
            np.maximum(near * 0.9, 1.0, out=near)
            return
        waited = lasted_s if lasted_s is not None else incident.noticed_s - incident.since_s
        wanted = max(1.3 * waited / self.rules.patience_s, float(near.max()) * 1.6)
        np.clip(np.maximum(near, wanted), 1.0, 8.0, out=near)

    def _incident(self, line: list[float], now_s: float) -> Incident:
        kind, lane, place, track, since = line
        crossing = int(self.road.crossing[int(lane)])
        return Incident(Kind(int(kind)), crossing, int(lane), place, int(track), since, now_s)


def dark_incidents(
    detectors: Detectors,
    crossing: IntArray,
    reported: BoolArray,
    passes: tuple[IntArray, BoolArray],
    now_s: float,
) -> Iterable[Incident]:
    """Detectors newly silent or blind; `lane` of the incident is the detector's number."""
    silent = newly_dark(detectors, reported, now_s)
    blind = newly_blind(detectors, *passes)
    for number in np.concatenate([silent, blind]).tolist():
        since = float(detectors.heard_s[number])
        yield Incident(Kind.DARK_DETECTOR, int(crossing[number]), number, 0.0, 0, since, now_s)
