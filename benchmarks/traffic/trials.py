"""Detectors that fall dark, hang or go blind, and bus stops that no map knows."""

import numpy as np

from benchmarks.traffic.staged import DAY, DROPOUT, NOISE_M, Scene, Staged
from citywide.systems.traffic.engine.incidents import (
    Detectors,
    Kind,
    dark_incidents,
)
from citywide.systems.traffic.engine.incidents import microsim as sim


def dark_detectors(seed: int, count: int) -> list[Staged]:
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


def blind_detectors(seed: int, count: int) -> dict[str, float]:
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


def frozen_radars(seed: int, crossings: int, hangs_s: int = 120) -> list[Staged]:
    """Radars that hang in the morning: each lane that shows somebody says that frame for two minutes."""
    scene = Scene.of(crossings, seed * 1000 + 555)
    scene.now = 8 * 3600.0
    for _ in range(900):
        scene.second()
    began, last = scene.now, sim.sight(scene.traffic, NOISE_M, DROPOUT)
    staged = {lane: Staged(Kind.FROZEN_DETECTOR, lane, began, onset=began) for lane in np.unique(last.lane).tolist()}
    for _ in range(hangs_s):
        lights = scene.lanes.lights(scene.now)
        for incident in scene.watch.look(scene.now, (last.lane, last.track, last.position_m), lights):
            one = staged[incident.lane]
            if incident.kind is one.kind:
                one.noticed = incident.noticed_s
            else:
                one.others.append(incident.kind)
        scene.now += 1.0
    return list(staged.values())


def feedback_trial(seed: int, crossings: int) -> dict[str, float]:
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
