"""The compiled part of fusion: one second of every lane, source by source."""

import numpy as np
from numpy.typing import NDArray

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.frames import FROZEN, note_frame
from citywide.systems.traffic.engine.fusion.arrivals import expect
from citywide.systems.traffic.engine.fusion.columns import (
    ALIVE_S,
    END,
    EXIT,
    GREEN_FOR,
    JAM,
    LOOP_SHARE,
    RADAR,
    RING,
    SLOW_MPS,
    SPEED,
    SPREAD,
    STOP,
    VIDEO_SHARE,
    FloatArray,
    IntArray,
)
from citywide.systems.traffic.engine.fusion.filter import predict, update
from citywide.systems.traffic.engine.tracks import FIELDS, HITS, ORIGIN, SEEN, STANDS, SURE, YOUNG_S, V, place_at

FORGET = 0.5 ** (1 / 900.0)
HANG_DOUBT = 8.0  # too little is known for a controller
PASSED = 1  # of a sight
Sight = tuple[float, float, float, float, float]  # standing, passed, beyond, the speeds of those who move, how many


@compiled
def fuse(  # noqa: PLR0913, PLR0917 - the compiled part takes its arrays one by one
    lanes: FloatArray,
    state: FloatArray,
    tracks: FloatArray,
    used: IntArray,
    green: NDArray[np.bool_],
    counted: FloatArray,
    pulses: FloatArray,
    alive: NDArray[np.bool_],
    rings: FloatArray,
    turns: FloatArray,
    arrivals: FloatArray,
    frames: FloatArray,
    now: float,
) -> None:
    """One second for every lane: health, tracks, filter, arrivals, turning shares, exits."""
    for row in range(len(lanes)):
        lane, own, ring = lanes[row], state[row], rings[row]
        over_line = counted[row].sum()
        if alive[row, 0]:
            note_frame(tracks[row], used[row], frames[row], over_line + pulses[row], now)
        _note_health(own, alive[row], green[row], now)
        if frames[row, FROZEN] > 0:
            _disbelieve_radar(own)
        sight = _count(tracks[row], used[row], lane, now)
        _remember(ring, int(now) % RING, sight[PASSED], over_line, pulses[row])
        used[row] = _let_go(tracks[row], used[row], lane, now)
        predict(own, lane, ring, sight[PASSED], over_line, now)
        _believe_radar(own, lane, sight, now)
        _count_turns(turns[row], counted[row])
        expect(arrivals[row], tracks[row], used[row], lane, own, ring[2], now)


@compiled
def _note_health(own: FloatArray, alive: NDArray[np.bool_], green: bool, now: float) -> None:
    """When each source was last heard, how often camera and loop are, and for how long it is green."""
    for source in range(3):
        if alive[source]:
            own[RADAR + source] = now
    own[VIDEO_SHARE] += 0.01 * (alive[1] - own[VIDEO_SHARE])
    own[LOOP_SHARE] += 0.01 * (alive[2] - own[LOOP_SHARE])
    own[GREEN_FOR] = own[GREEN_FOR] + 1.0 if green else 0.0


@compiled
def _disbelieve_radar(own: FloatArray) -> None:
    """A radar that hangs is no radar, and what it said of late was perhaps no more true."""
    if own[RADAR] > -np.inf and own[SPREAD] < HANG_DOUBT:
        own[SPREAD] = HANG_DOUBT
    own[RADAR] = -np.inf


@compiled
def _remember(ring: FloatArray, at: int, passed: float, over_line: float, pulses: float) -> None:
    """What radar, camera and loop saw pass in this second of the minute."""
    ring[0, at], ring[1, at], ring[2, at] = passed, over_line, pulses


@compiled
def _believe_radar(own: FloatArray, lane: FloatArray, sight: Sight, now: float) -> None:
    """The queue drawn to those who stand, the exit to those beyond the line, the speed to those who move."""
    standing, _, beyond, pace, moving = sight
    if now - own[RADAR] <= ALIVE_S:
        update(own, standing, 0.5 + 0.08 * standing)
        own[EXIT] += 0.5 * (min(beyond * lane[JAM] / max(lane[END] - lane[STOP], 1.0), 1.0) - own[EXIT])
    else:
        own[EXIT] += 0.02 * (0.3 - own[EXIT])
    if moving > 0:
        own[SPEED] += 0.1 * (pace / moving - own[SPEED])


@compiled
def _count_turns(turns: FloatArray, counted: FloatArray) -> None:
    """Turning shares of the last quarter of an hour weigh most."""
    for turn in range(len(turns)):
        turns[turn] = turns[turn] * FORGET + counted[turn]


@compiled
def _count(slots: FloatArray, used: int, lane: FloatArray, now: float) -> Sight:
    """Standing before the line, passed it just now, beyond it, and the speeds of those that move."""
    standing, passed, beyond, pace, moving = 0.0, 0.0, 0.0, 0.0, 0.0
    here, hidden = 0.0, 0.0
    for slot in range(used):
        one = slots[slot]
        place = place_at(one, now)
        was_before = one[STANDS] < 0.5
        if place > lane[STOP] + 1.0 and was_before and one[HITS] >= SURE:
            one[STANDS] = 1.0
            passed += 1.0 if one[ORIGIN] - lane[STOP] < 40.0 else 0.0
        if place > lane[STOP] + 3.0:
            beyond += 1.0 if place < lane[END] else 0.0
        elif one[SEEN] < now:
            hidden += 1.0 if one[HITS] >= SURE and abs(one[V]) < SLOW_MPS else 0.0
        else:
            here += 1.0
            standing += 1.0 if one[HITS] >= SURE and abs(one[V]) < SLOW_MPS else 0.0
        if one[V] > 3.0 and one[SEEN] == now:
            pace += one[V]
            moving += 1.0
    if here > 0:  # a frame that came misses some, not most: the others are gone under another number
        hidden = min(hidden, 1.0 + 0.5 * here)
    return standing + hidden, passed, beyond, pace, moving


@compiled
def _let_go(slots: FloatArray, used: int, lane: FloatArray, now: float) -> int:
    slot = 0
    while slot < used:
        one = slots[slot]
        place = place_at(one, now)
        patient = YOUNG_S if one[HITS] < SURE else 6.0 if abs(one[V]) < SLOW_MPS else 4.0
        if now - one[SEEN] > patient or place > lane[END] + 5.0 or place < -10.0:
            used -= 1
            for field in range(FIELDS):
                one[field] = slots[used, field]
            continue
        slot += 1
    return used
