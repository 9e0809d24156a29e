"""The queue of a lane: what joined and what left it, corrected by what is seen to stand."""

import math

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.fusion.columns import (
    ALIVE_S,
    FREE_SPEED,
    GREEN_FOR,
    INFLOW,
    JAM,
    LOOP,
    LOOP_AT,
    LOOP_SHARE,
    OUTFLOW,
    QUEUE,
    RADAR,
    RATE,
    RING,
    SPREAD,
    STOP,
    TAKEN,
    VIDEO,
    VIDEO_SHARE,
    FloatArray,
)

SATURATION = 0.5  # vehicles a second; a stand-in until the crossing's own flow is measured
START_LOSS_S = 2.0
MOST = 60.0


@compiled
def predict(own: FloatArray, lane: FloatArray, rings: FloatArray, passed: float, counted: float, now: float) -> None:
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
        update(own, 0.0, 0.6)  # green, and nobody came over the line: nobody waits
    elif own[QUEUE] <= 0.0 and serves and not radar:
        own[SPREAD] *= 0.93


@compiled
def _nobody_left(ring: FloatArray, now: float) -> bool:
    recent = 0.0
    for ago in range(5):
        recent += ring[int(now - ago) % RING]
    return recent == 0.0


@compiled
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


@compiled
def update(own: FloatArray, measured: float, noise: float) -> None:
    """The queue drawn towards what was measured, the more the less it is known."""
    gain = own[SPREAD] / (own[SPREAD] + noise)
    own[QUEUE] += gain * (measured - own[QUEUE])
    own[SPREAD] *= 1.0 - gain
