"""The compiled part of fusion: per lane and second one small Kalman filter over tracks, counts and loops."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from citywide.systems.traffic.engine.tracks import HITS, NUMBER, ORIGIN, SEEN, STANDS, V, X, place_at

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

STOP, END, LOOP_AT, FREE_SPEED, JAM = range(5)
(
    QUEUE,
    SPREAD,
    SPEED,
    RATE,
    EXIT,
    RADAR,
    VIDEO,
    LOOP,
    TAKEN,
    GREEN_FOR,
    VIDEO_SHARE,
    LOOP_SHARE,
    INFLOW,
    OUTFLOW,
) = range(14)
STATE = 14
HORIZON = 60
RING = 64
LAGS = 8
LEFT, THROUGH, RIGHT = range(3)

SLOW_MPS = 1.4
ALIVE_S = 3.0
SATURATION = 0.5  # vehicles a second; a stand-in until the crossing's own flow is measured
START_LOSS_S = 2.0
FORGET = 0.5 ** (1 / 900.0)
MOST = 60.0


@njit(cache=True)
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
    now: float,
) -> None:
    """One second for every lane: health, tracks, filter, arrivals, turning shares, exits."""
    for row in range(len(lanes)):
        lane, own = lanes[row], state[row]
        for source in range(3):
            if alive[row, source]:
                own[RADAR + source] = now
        own[VIDEO_SHARE] += 0.01 * (alive[row, 1] - own[VIDEO_SHARE])
        own[LOOP_SHARE] += 0.01 * (alive[row, 2] - own[LOOP_SHARE])
        own[GREEN_FOR] = own[GREEN_FOR] + 1.0 if green[row] else 0.0
        at = int(now) % RING
        rings[row, 0, at], rings[row, 1, at], rings[row, 2, at] = 0.0, counted[row].sum(), pulses[row]
        standing, passed, beyond, pace, moving = _count(tracks[row], used[row], lane, now)
        rings[row, 0, at] = passed
        used[row] = _let_go(tracks[row], used[row], lane, now)
        _predict(own, lane, rings[row], passed, counted[row].sum(), now)
        if now - own[RADAR] <= ALIVE_S:
            _update(own, standing, 0.5 + 0.08 * standing)
            own[EXIT] += 0.5 * (min(beyond * lane[JAM] / max(lane[END] - lane[STOP], 1.0), 1.0) - own[EXIT])
        else:
            own[EXIT] += 0.02 * (0.3 - own[EXIT])
        if moving > 0:
            own[SPEED] += 0.1 * (pace / moving - own[SPEED])
        turns[row] *= FORGET
        turns[row] += counted[row]
        _expect(arrivals[row], tracks[row], used[row], lane, own, rings[row, 2], now)


@njit(cache=True)
def _count(slots: FloatArray, used: int, lane: FloatArray, now: float) -> tuple[float, float, float, float, float]:
    """Standing before the line, passed it just now, beyond it, and the speeds of those that move."""
    standing, passed, beyond, pace, moving = 0.0, 0.0, 0.0, 0.0, 0.0
    for slot in range(used):
        one = slots[slot]
        place = place_at(one, now)
        was_before = one[STANDS] < 0.5
        if place > lane[STOP] + 1.0 and was_before and one[HITS] >= 3:
            one[STANDS] = 1.0
            passed += 1.0 if one[ORIGIN] - lane[STOP] < 40.0 else 0.0
        if place > lane[STOP] + 3.0:
            beyond += 1.0 if place < lane[END] else 0.0
        elif one[HITS] >= 2 and abs(one[V]) < SLOW_MPS:
            standing += 1.0
        if one[V] > 3.0 and one[SEEN] == now:
            pace += one[V]
            moving += 1.0
    return standing, passed, beyond, pace, moving


@njit(cache=True)
def _let_go(slots: FloatArray, used: int, lane: FloatArray, now: float) -> int:
    slot = 0
    while slot < used:
        one = slots[slot]
        place = place_at(one, now)
        patient = 6.0 if abs(one[V]) < SLOW_MPS else 4.0
        if now - one[SEEN] > patient or place > lane[END] + 5.0 or place < -10.0:
            used -= 1
            one[:] = slots[used]
            continue
        slot += 1
    return used


@njit(cache=True)
def _predict(own: FloatArray, lane: FloatArray, rings: FloatArray, passed: float, counted: float, now: float) -> None:
    """The queue by what joined and left it, each from the best source that is alive."""
    radar, video = now - own[RADAR] <= ALIVE_S, now - own[VIDEO] <= ALIVE_S
    joined, doubt_in = _joined(own, lane, rings[2], now)
    serves = own[GREEN_FOR] > START_LOSS_S
    if video:
        left, doubt_out = counted / max(own[VIDEO_SHARE], 0.5), 0.03 + 0.15 * counted
    elif radar:
        left, doubt_out = passed, 0.1 + 0.2 * passed
    else:
        left, doubt_out = (SATURATION if serves else 0.0), (0.12 if serves else 0.01)
    own[RATE] += 0.01 * (joined - own[RATE])
    own[INFLOW] += 0.002 * (joined - own[INFLOW])
    own[OUTFLOW] += 0.002 * (left - own[OUTFLOW])
    if video and own[INFLOW] > 0.01:  # what comes in goes out; the line's count is the better one
        joined *= min(max(own[OUTFLOW] / own[INFLOW], 0.7), 1.4)
    queue = own[QUEUE] + joined - min(left, own[QUEUE] + joined)
    own[QUEUE] = min(queue, (lane[STOP]) / lane[JAM])
    own[SPREAD] = min(own[SPREAD] + doubt_in + doubt_out, MOST)
    if video and own[GREEN_FOR] > 8.0 and _nobody_left(rings[1], now):
        _update(own, 0.0, 0.6)  # green, and nobody came over the line: nobody waits
    elif own[QUEUE] <= 0.0 and serves and not radar:
        own[SPREAD] *= 0.93


@njit(cache=True)
def _nobody_left(ring: FloatArray, now: float) -> bool:
    recent = 0.0
    for ago in range(5):
        recent += ring[int(now - ago) % RING]
    return recent == 0.0


@njit(cache=True)
def _joined(own: FloatArray, lane: FloatArray, ring: FloatArray, now: float) -> tuple[float, float]:
    """Vehicles that reached the queue's tail: loop pulses after their travel, or the usual rate."""
    if now - own[LOOP] > ALIVE_S:
        own[TAKEN] = now - 20.0
        return own[RATE], 0.05 + own[RATE]
    travel = max(lane[STOP] - lane[LOOP_AT] - own[QUEUE] * lane[JAM], 0.0) / lane[FREE_SPEED]
    until = now - min(travel, RING - 4.0)
    total = 0.0
    step = math.floor(own[TAKEN]) + 1.0
    while step <= until:
        total += ring[int(step) % RING]
        step += 1.0
    own[TAKEN] = max(own[TAKEN], math.floor(until))
    return total / max(own[LOOP_SHARE], 0.5), 0.03 + 0.15 * total


@njit(cache=True)
def _update(own: FloatArray, measured: float, noise: float) -> None:
    gain = own[SPREAD] / (own[SPREAD] + noise)
    own[QUEUE] += gain * (measured - own[QUEUE])
    own[SPREAD] *= 1.0 - gain


@njit(cache=True)
def _expect(
    arrivals: FloatArray,
    slots: FloatArray,
    used: int,
    lane: FloatArray,
    own: FloatArray,
    ring: FloatArray,
    now: float,
) -> None:
    """Vehicles expected at the line by second from now: from tracks, else loop pulses, else the rate."""
    arrivals[:] = 0.0
    if now - own[RADAR] <= ALIVE_S:
        for slot in range(used):
            one = slots[slot]
            left = lane[STOP] - place_at(one, now)
            if left > 0 and one[V] > SLOW_MPS:
                second = int(left / max(one[V], 3.0))
                if second < HORIZON:
                    arrivals[second] += 1.0
        first = int(lane[STOP] / lane[FREE_SPEED])
    elif now - own[LOOP] <= ALIVE_S:
        travel = (lane[STOP] - lane[LOOP_AT]) / lane[FREE_SPEED]
        for ago in range(int(min(travel, RING - 4.0))):
            arrivals[int(travel) - ago] += ring[int(now - ago) % RING]
        first = int(travel)
    else:
        first = 0
    for second in range(first + 1, HORIZON):
        arrivals[second] += own[RATE]


@njit(cache=True)
def correlate(rings: FloatArray, crossing: IntArray, evidence: FloatArray, now: float) -> None:
    """Which shift makes video counts and loop pulses agree best with what radar saw pass the line."""
    at = int(now) % RING
    for row in range(len(rings)):
        mine = evidence[crossing[row]]
        for source in range(2):
            for lag in range(-LAGS, LAGS + 1):
                back, other = (lag, 0) if lag >= 0 else (0, -lag)
                seen = rings[row, 0, (at - back - LAGS) % RING]
                if seen > 0:
                    mine[source, lag + LAGS] += seen * rings[row, 1 + source, (at - other - LAGS) % RING]
    evidence *= 0.9995


__all__ = ["HORIZON", "LAGS", "NUMBER", "RING", "STATE", "X", "correlate", "fuse"]
