"""Incidents at simulated crossings: a tenth of the sightings missing, 1 m of noise, whole quiet days.

Each batch has its own crossings. One day is for learning, then come quiet days, in which every alarm is
false, then a day with an incident every ten minutes at every crossing, one at a time. A delay counts from
the second in which the incident can be seen: a stopped vehicle has a free road ahead, a blocked lane
holds somebody up while the road beyond is free (for a crawling lorry nine seconds, away from the line),
a queue in the exit is at least four and a third longer than that lane's longest of the day before.
"""

from argparse import Namespace
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from benchmarks.form import Benchmark, Clock, Goal
from citywide.systems.traffic.engine.incidents import (
    Detectors,
    Incident,
    Kind,
    Road,
    Watch,
    dark_incidents,
)
from citywide.systems.traffic.engine.incidents import microsim as sim

HOUR, DAY = 3600, 86_400
EVERY_S, LASTS_S, COUNTS_WITHIN_S = 600, 180, 60
NOISE_M, DROPOUT = 1.0, 0.1
BUS_STAYS_S = 42
CRAWL_SHOWS_S = 9
GONE = 1e9
FORERUNNER = {(Kind.BLOCKED_LANE, Kind.STOPPED_VEHICLE), (Kind.BLOCKED_LANE, Kind.SUDDEN_QUEUE)}


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


def measure(options: Namespace) -> dict[str, float]:
    """Batches with their own seeds, then the feedback trial and the detectors."""
    batches, crossings, quiet = (1, 12, 1) if options.quick else (3, 20, 3)
    staged: list[Staged] = []
    false: Counter[Kind] = Counter()
    with Clock() as clock:
        for batch in range(batches):
            scene, longest = _learned(crossings, options.seed * 1000 + batch)
            false += _quiet_days(scene, quiet)
            staged += _day_of_incidents(scene, longest, options.seed * 1000 + batch, hours=3 if options.quick else 16)
    staged += _dark_detectors(options.seed, 200 if options.quick else 2000)
    days = batches * crossings * quiet
    blind = _blind_detectors(options.seed, 100 if options.quick else 1000)
    return {
        **_summary(staged, sum(false.values()) / days),
        "quiet_crossing_days": days,
        **{f"false_{kind.name.lower()}": false[kind] for kind in Kind},
        **blind,
        **_feedback_trial(options.seed, 4 if options.quick else 12),
        "simulated_and_watched_cpu_s": clock.cpu,
    }


def _learned(crossings: int, seed: int) -> tuple[Scene, np.ndarray]:
    """A scene after its day of learning, and each lane's longest true queue beyond the line."""
    scene = Scene.of(crossings, seed)
    longest = np.zeros(len(scene.lanes))
    while scene.now < DAY:
        scene.second()
        if scene.now % 5 == 0:
            inside = np.arange(sim.SLOTS) < scene.traffic.count[:, None]
            beyond = scene.traffic.position > scene.lanes.stop_m[:, None] + 4
            still = scene.traffic.velocity < sim.STANDING_MPS
            np.maximum(longest, (inside & beyond & still).sum(1), out=longest)
    return scene, longest


def _quiet_days(scene: Scene, days: int) -> Counter[Kind]:
    false: Counter[Kind] = Counter()
    until = scene.now + days * DAY
    while scene.now < until:
        false.update(incident.kind for incident in scene.second())
    return false


def _day_of_incidents(scene: Scene, longest: np.ndarray, seed: int, hours: int) -> list[Staged]:
    rng = np.random.default_rng(seed)
    while scene.now % DAY < 6 * HOUR:
        scene.second()
    done: list[Staged] = []
    active: dict[int, Staged] = {}
    until = scene.now + hours * HOUR
    while scene.now < until:
        if scene.now % EVERY_S == 0:
            active = {}
            for crossing in range(int(scene.lanes.crossing.max()) + 1):
                _plan(scene, rng, crossing, active)
        if scene.now % EVERY_S < LASTS_S:
            _stage(scene, rng, active, done)
        if scene.now % EVERY_S == LASTS_S + COUNTS_WITHIN_S:
            _clear(scene)
        for incident in scene.second():
            _credit(active.get(incident.crossing), incident)
        for one in active.values():
            _note_onset(scene, one, longest)
    return [one for one in done if one.onset is not None]


def _plan(scene: Scene, rng: np.random.Generator, crossing: int, active: dict[int, Staged]) -> None:
    lane = int(rng.choice(np.flatnonzero(scene.lanes.crossing == crossing)))
    kind = Kind(int(rng.choice([1, 2, 3, 4])))
    variant = str(rng.choice(["lorry", "unseen", "crawling"])) if kind is Kind.BLOCKED_LANE else ""
    stop = float(scene.lanes.stop_m[lane])
    active[crossing] = Staged(kind, lane, -1.0, variant=variant, stop=stop)


def _stage(scene: Scene, rng: np.random.Generator, active: dict[int, Staged], done: list[Staged]) -> None:
    """Each planned incident begins at the first moment at which the road allows it."""
    for one in active.values():
        if one.began < 0 and STAGES[one.kind](scene, rng, one):
            one.began = scene.now
            done.append(one)


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


def _clear(scene: Scene) -> None:
    """The road is free again; vehicles that stood or crawled are towed away."""
    t = scene.traffic
    t.block_m[:] = np.inf
    inside = np.arange(sim.SLOTS) < t.count[:, None]
    t.position[inside & np.isin(t.kind, (sim.ASIDE, sim.STALLED, sim.CRAWLING))] = GONE


def _note_onset(scene: Scene, one: Staged, longest: np.ndarray) -> None:
    """The first second in which the incident can be seen for what it is."""
    lasts = scene.now % EVERY_S < LASTS_S + COUNTS_WITHIN_S / 2
    if one.began < 0 or one.onset is not None or not lasts:
        return
    if one.kind is Kind.WRONG_WAY:
        one.onset = one.began
    elif one.kind is Kind.SUDDEN_QUEUE:
        usual = longest[one.lane]
        bound = max(4.0, 1.3 * usual + (2.0 if usual > 0 else 0.0))
        one.onset = scene.now if scene.standing_beyond(one.lane) >= bound else None
    elif one.kind is Kind.STOPPED_VEHICLE:
        one.onset = scene.now if _stands_free(scene, one) else None
    else:
        one.onset = scene.now - one.streak if _holds_up(scene, one) else None


def _stands_free(scene: Scene, one: Staged) -> bool:
    place, speed, kinds, track = scene.vehicles(one.lane)
    me = np.flatnonzero(track == one.track)
    if len(me) == 0:
        me = np.flatnonzero(kinds == sim.ASIDE)
    if len(me) == 0:
        return False
    ahead = place[(place > place[me[0]]) & (speed < 3)] - place[me[0]]
    return bool(speed[me[0]] < sim.STANDING_MPS and (len(ahead) == 0 or ahead.min() > 17))


def _holds_up(scene: Scene, one: Staged) -> bool:
    """Whether somebody is held up behind the obstacle while the road beyond it is free."""
    place, speed, kinds, _ = scene.vehicles(one.lane)
    if one.variant == "crawling":
        return _crawls_ahead(place, speed, kinds, one)
    near = (place <= one.place + 14) & (place > one.place - 30)
    beyond = place - one.place
    free = not ((beyond > 14) & (beyond < 32) & (speed < 3)).any()
    return free and int((near & (speed < sim.STANDING_MPS)).sum()) >= 2


def _crawls_ahead(place: np.ndarray, speed: np.ndarray, kinds: np.ndarray, one: Staged) -> bool:
    """Whether a slow lorry has had a free road ahead and somebody behind for long enough to be seen."""
    away = (place < one.stop - 45) | (place > one.stop + 25)
    me = np.flatnonzero((kinds == sim.CRAWLING) & (speed < 2.0) & away)
    seen = False
    if len(me):
        ahead = place[place > place[me[0]]] - place[me[0]]
        behind = place[me[0]] - place[(place < place[me[0]]) & (speed < 2.6)]
        seen = bool((behind < 14).any() and (len(ahead) == 0 or ahead.min() > 31))
    one.streak = one.streak + 1 if seen else 0
    return one.streak >= CRAWL_SHOWS_S


def _credit(one: Staged | None, incident: Incident) -> None:
    if one is None or one.began < 0 or incident.lane != one.lane:
        return
    if incident.kind is one.kind:
        one.noticed = one.noticed if one.noticed is not None else incident.noticed_s
    elif (one.kind, incident.kind) not in FORERUNNER:
        one.others.append(incident.kind)


def _dark_detectors(seed: int, count: int) -> list[Staged]:
    """Silent detectors: each reports nine seconds of ten, then not at all."""
    rng = np.random.default_rng(seed)
    state, crossing = Detectors.heard(count), np.zeros(count, np.int64)
    silent_from = rng.uniform(30, 600, count)
    none = np.zeros(0, np.int64), np.zeros(0, bool)
    staged = [Staged(Kind.DARK_DETECTOR, k, t, onset=t) for k, t in enumerate(silent_from.tolist())]
    for now in range(660):
        reported = (rng.random(count) > DROPOUT) & (now < silent_from)
        for incident in dark_incidents(state, crossing, reported, none, float(now)):
            one = staged[incident.lane]
            if incident.noticed_s >= one.began:
                one.noticed = incident.noticed_s
            else:
                one.others.append(Kind.DARK_DETECTOR)
    return staged


def _blind_detectors(seed: int, count: int) -> dict[str, float]:
    """Detectors that report but see nothing: passes until noticed, and false alarms per million passes."""
    rng = np.random.default_rng(seed)
    rows, everything = np.arange(count), np.ones(count, bool)
    state, crossing = Detectors.heard(count), np.zeros(count, np.int64)
    false, sound = 0, 5000
    for now in range(sound):
        hits = rng.random(count) > DROPOUT
        false += len(list(dark_incidents(state, crossing, everything, (rows, hits), float(now))))
    state, noticed = Detectors.heard(count), np.full(count, np.nan)
    for now in range(60):
        missed = dark_incidents(state, crossing, everything, (rows, rng.random(count) < 0.02), float(now))
        for incident in missed:
            noticed[incident.lane] = now + 1
    return {
        "blind_detected": float(np.isfinite(noticed).mean()),
        "blind_passes": float(np.nanmean(noticed)),
        "blind_false_per_million_passes": false / (sound * count) * 1e6,
    }


def _feedback_trial(seed: int, crossings: int) -> dict[str, float]:
    """Bus stops that no map knows: false alarms of a day before and of a day after officers said so."""
    scene = Scene.of(crossings, seed * 1000 + 777, stops_on_map=False)
    scene.watch.learn_s = DAY
    counts = []
    for day in range(3):
        count = 0
        while scene.now < (day + 1) * DAY:
            for incident in scene.second():
                count += 1
                scene.watch.feedback(incident, was_real=False, lasted_s=30.0)
        counts.append(count / crossings)
    return {"false_before_feedback": counts[0], "false_after_feedback": counts[2]}


def _summary(staged: list[Staged], false_rate: float) -> dict[str, float]:
    caught = [one for one in staged if one.noticed is not None and one.noticed <= one.onset + COUNTS_WITHIN_S]
    delays = np.array([max(one.noticed - one.onset, 0.0) for one in caught])
    result = {
        "detected": len(caught) / len(staged),
        "delay_s": float(delays.mean()),
        "false_per_crossing_day": false_rate,
        "delay_p95_s": float(np.quantile(delays, 0.95)),
        "told_apart": float(np.mean([not one.others for one in caught])),
        "incidents": len(staged),
    }
    for kind in Kind:
        of_kind = [one for one in staged if one.kind is kind]
        own = [one for one in caught if one.kind is kind]
        result[f"detected_{kind.name.lower()}"] = len(own) / max(len(of_kind), 1)
        result[f"delay_{kind.name.lower()}_s"] = float(np.mean([max(o.noticed - o.onset, 0.0) for o in own] or [0]))
    return result


BENCHMARK = Benchmark(
    name="incidents",
    about=(__doc__ or "").splitlines()[0],
    measure=measure,
    goals={
        "detected": Goal(at_least=0.99),
        "delay_s": Goal(at_most=20),
        "false_per_crossing_day": Goal(at_most=0.1),
    },
    packages=("numpy", "numba"),
)
