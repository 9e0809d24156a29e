"""What radars report of the traffic: noisy, not complete, and now and then under a new number."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.incidents.microsim.columns import HIDDEN, PLACE, TRACK, FloatArray, IntArray
from citywide.systems.traffic.engine.incidents.microsim.dice import bell, chance, waits
from citywide.systems.traffic.engine.incidents.microsim.traffic import Traffic


@dataclass(frozen=True)
class Sightings:
    """One second of radar tracks in lane coordinates."""

    lane: IntArray
    track: IntArray
    position_m: FloatArray


def sight(traffic: Traffic, noise_m: float = 1.0, dropout: float = 0.1) -> Sightings:
    """What the radar reports: noisy places, a tenth missing, a new number after some occlusions."""
    seen = np.empty((int(traffic.count.sum()), 3))
    rows = _look(noise_m, dropout, traffic.cars, traffic.count, traffic.next_track, seen)
    lane, track = seen[:rows, 0].astype(np.int64), seen[:rows, 1].astype(np.int64)
    return Sightings(lane, track, seen[:rows, 2].copy())


@njit(cache=True)
def _look(
    noise_m: float, dropout: float, cars: FloatArray, count: IntArray, next_track: IntArray, seen: FloatArray
) -> int:
    """Rows of lane, number, place; a tenth is lost, part of it in occlusions that last."""
    rows = 0
    for lane in range(len(count)):
        for i in range(count[lane]):
            if _shows(cars[lane, i], dropout, next_track):
                seen[rows, 0], seen[rows, 1] = lane, cars[lane, i, TRACK]
                seen[rows, 2] = cars[lane, i, PLACE] + noise_m * bell()
                rows += 1
    return rows


@njit(cache=True)
def _shows(car: FloatArray, dropout: float, next_track: IntArray) -> bool:
    """Whether the radar reports this vehicle now; who comes out of hiding may get a new number."""
    if car[HIDDEN] > 0:
        car[HIDDEN] -= 1
        if car[HIDDEN] == 0 and chance() < 0.3:
            car[TRACK] = next_track[0]
            next_track[0] += 1
        return False
    if chance() < dropout * 0.1:
        car[HIDDEN] = 1 + int(waits(3.0))
        return False
    return chance() >= dropout * 0.6
