"""The first second in which a staged incident can be seen for what it is."""

import numpy as np

from benchmarks.traffic.staged import COUNTS_WITHIN_S, EVERY_S, LASTS_S, Scene, Staged
from citywide.systems.traffic.engine.incidents import (
    Kind,
)
from citywide.systems.traffic.engine.incidents import microsim as sim

CRAWL_SHOWS_S = 9


def note_onset(scene: Scene, one: Staged, longest: np.ndarray) -> None:
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
