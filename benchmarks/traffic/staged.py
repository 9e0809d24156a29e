"""What is put on the road, and from which second it can be seen."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from citywide.systems.traffic.engine.incidents import (
    Incident,
    Kind,
    Road,
    Watch,
)
from citywide.systems.traffic.engine.incidents import microsim as sim

HOUR, DAY = 3600, 86_400


EVERY_S, LASTS_S, COUNTS_WITHIN_S = 600, 180, 60


NOISE_M, DROPOUT = 1.0, 0.1


BUS_STAYS_S = 42


GONE = 1e9


@dataclass
class Staged:
    """One incident put on the road, and what came of it."""

    kind: Kind
    lane: int
    began: float
    track: int = 0
    place: float = 0.0
    variant: str = ""
    onset: float | None = None
    noticed: float | None = None
    streak: int = 0
    stop: float = 0.0
    others: list[Kind] = field(default_factory=list)


@dataclass
class Scene:
    """Crossings with their traffic, the watch over them, and the clock."""

    lanes: sim.Lanes
    traffic: sim.Traffic
    watch: Watch
    now: float = 0.0

    @classmethod
    def of(cls, crossings: int, seed: int, *, stops_on_map: bool = True) -> "Scene":
        """Empty roads at midnight; bus stops are on the map or have to be learned."""
        lanes = sim.some_crossings(crossings, seed)
        sim.seed_kernels(seed)
        watch = Watch(Road.of(lanes.crossing, lanes.stop_m, lanes.end_m, lanes.permissive))
        for lane in np.flatnonzero(~np.isnan(lanes.bus_stop_m)) if stops_on_map else ():
            watch.learned.expect_stops(int(lane), float(lanes.bus_stop_m[lane]), BUS_STAYS_S, watch.rules)
        return cls(lanes, sim.no_traffic(lanes), watch)

    def second(self) -> list[Incident]:
        """One second of traffic, seen and judged."""
        sim.step(self.lanes, self.traffic, self.now, sim.day_load(self.now / HOUR % 24))
        seen = sim.sight(self.traffic, NOISE_M, DROPOUT)
        found = self.watch.look(self.now, (seen.lane, seen.track, seen.position_m), self.lanes.lights(self.now))
        self.now += 1.0
        return found

    def vehicles(self, lane: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Places, speeds, kinds and numbers of the vehicles of a lane, front first."""
        n = int(self.traffic.count[lane])
        t = self.traffic
        return t.position[lane, :n], t.velocity[lane, :n], t.kind[lane, :n], t.track[lane, :n]

    def standing_beyond(self, lane: int) -> int:
        """True standing vehicles between the stop line and the end of the view."""
        place, speed, _, _ = self.vehicles(lane)
        return int(((place > self.lanes.stop_m[lane] + 4) & (speed < sim.STANDING_MPS)).sum())


def _stop_somebody(scene: Scene, rng: np.random.Generator, one: Staged) -> bool:
    kind = {"": sim.ASIDE, "lorry": sim.STALLED, "crawling": sim.CRAWLING}.get(one.variant)
    place, speed, kinds, track = scene.vehicles(one.lane)
    stop, end = scene.lanes.stop_m[one.lane], scene.lanes.end_m[one.lane]
    room = ((place > 30) & (place < stop - 45)) | ((place > stop + 30) & (place < end - 45))
    fit = np.flatnonzero(room & (speed > 3) & (kinds == sim.NORMAL))
    if len(fit) == 0:
        return False
    chosen = int(rng.choice(fit))
    one.track, one.place = int(track[chosen]), float(place[chosen])
    if kind is None:
        scene.traffic.block_m[one.lane] = one.place + 12
    else:
        scene.traffic.kind[one.lane, chosen] = kind
    return True


def _drive_against(scene: Scene, _: np.random.Generator, one: Staged) -> bool:
    end = float(scene.lanes.end_m[one.lane])
    one.track = scene.traffic.add(one.lane, end - 1, -8.0, sim.AGAINST)
    return one.track > 0


def _close_exit(scene: Scene, _: np.random.Generator, one: Staged) -> bool:
    scene.traffic.block_m[one.lane] = scene.lanes.end_m[one.lane] - 2
    return True


STAGES: dict[Kind, Callable[[Scene, np.random.Generator, Staged], bool]] = {
    Kind.STOPPED_VEHICLE: _stop_somebody,
    Kind.WRONG_WAY: _drive_against,
    Kind.SUDDEN_QUEUE: _close_exit,
    Kind.BLOCKED_LANE: _stop_somebody,
}


def clear(scene: Scene) -> None:
    """The road is free again; vehicles that stood or crawled are towed away."""
    t = scene.traffic
    t.block_m[:] = np.inf
    inside = np.arange(sim.SLOTS) < t.count[:, None]
    t.position[inside & np.isin(t.kind, (sim.ASIDE, sim.STALLED, sim.CRAWLING))] = GONE
