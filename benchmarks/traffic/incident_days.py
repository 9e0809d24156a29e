"""Days of learning, quiet days, and a day with an incident every ten minutes."""

from collections import Counter

import numpy as np

from benchmarks.traffic.onsets import note_onset
from benchmarks.traffic.staged import COUNTS_WITHIN_S, DAY, EVERY_S, HOUR, LASTS_S, STAGES, Scene, Staged, clear
from citywide.systems.traffic.engine.incidents import (
    Incident,
    Kind,
)
from citywide.systems.traffic.engine.incidents import microsim as sim

FORERUNNER = {(Kind.BLOCKED_LANE, Kind.STOPPED_VEHICLE), (Kind.BLOCKED_LANE, Kind.SUDDEN_QUEUE)}


def learned(crossings: int, seed: int) -> tuple[Scene, np.ndarray]:
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


def quiet_days(scene: Scene, days: int) -> Counter[Kind]:
    """What was raised on days without an incident: every one is false."""
    false: Counter[Kind] = Counter()
    until = scene.now + days * DAY
    while scene.now < until:
        false.update(incident.kind for incident in scene.second())
    return false


def day_of_incidents(scene: Scene, longest: np.ndarray, seed: int, hours: int) -> list[Staged]:
    """From six o'clock on, an incident every ten minutes at every crossing; those that could be seen."""
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
            clear(scene)
        for incident in scene.second():
            _credit(active.get(incident.crossing), incident)
        for one in active.values():
            note_onset(scene, one, longest)
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


def _credit(one: Staged | None, incident: Incident) -> None:
    if one is None or one.began < 0 or incident.lane != one.lane:
        return
    if incident.kind is one.kind:
        one.noticed = one.noticed if one.noticed is not None else incident.noticed_s
    elif (one.kind, incident.kind) not in FORERUNNER:
        one.others.append(incident.kind)
