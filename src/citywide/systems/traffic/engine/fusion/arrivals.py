"""Who is expected at the line, second by second."""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.fusion.columns import (
    ALIVE_S,
    FREE_SPEED,
    HORIZON,
    LOOP,
    LOOP_AT,
    RADAR,
    RATE,
    RING,
    SLOW_MPS,
    STOP,
    FloatArray,
)
from citywide.systems.traffic.engine.tracks import V, place_at


@compiled
def expect(
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
