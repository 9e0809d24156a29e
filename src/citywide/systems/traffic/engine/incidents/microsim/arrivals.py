"""Who enters a lane, how fast, and whether it is a bus."""

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.incidents.microsim.columns import (
    BUS,
    BUS_STOP,
    DEMAND,
    HIDDEN,
    KIND,
    LIMIT,
    NORMAL,
    PAUSE,
    PLACE,
    SLOTS,
    SPEED,
    TRACK,
    UNSET,
    FloatArray,
    IntArray,
)
from citywide.systems.traffic.engine.incidents.microsim.dice import chance


@njit(cache=True)
def arrive(road: FloatArray, cars: FloatArray, count: IntArray, next_track: IntArray) -> None:
    """A vehicle enters each lane with the chance that its demand gives, where there is room."""
    for lane in range(len(count)):
        n = count[lane]
        last = cars[lane, max(n - 1, 0)]
        room = n == 0 or last[PLACE] > 12.0
        if n < SLOTS - 2 and room and chance() < road[lane, DEMAND]:
            _enter(cars[lane, n], road[lane], last, n > 0, next_track[0])
            next_track[0] += 1
            count[lane] = n + 1


@njit(cache=True)
def _enter(car: FloatArray, own: FloatArray, last: FloatArray, follows: bool, number: int) -> None:
    speed = own[LIMIT] * (0.8 + 0.3 * chance())
    if follows:
        speed = max(min(speed, last[SPEED] + 0.25 * (last[PLACE] - 8.0)), 0.0)
    is_bus = not np.isnan(own[BUS_STOP]) and chance() < 0.03
    car[PLACE], car[SPEED], car[KIND] = 0.0, speed, BUS if is_bus else NORMAL
    car[TRACK], car[PAUSE], car[HIDDEN] = number, UNSET, 0.0
