"""Where a vehicle has to halt, in metres ahead: a red line, a dream at green, a gap to wait for, a bus stop."""

from numba import njit

from citywide.systems.traffic.engine.incidents.microsim.columns import (
    BUS,
    BUS_STOP,
    GREEN,
    KIND,
    PAUSE,
    PERMISSIVE,
    PLACE,
    SERVED,
    SINCE,
    SPEED,
    STOP,
    UNSET,
    FloatArray,
)
from citywide.systems.traffic.engine.incidents.microsim.dice import chance, waits

NOWHERE, DREAMS_WITHIN_M = 1e9, 12.0


@njit(cache=True)
def to_red(car: FloatArray, own: FloatArray) -> float:
    """Metres to a line that must not be crossed; yellow is passed by who cannot brake any more."""
    left = own[STOP] - car[PLACE]
    if left < 0 or own[GREEN] > 0.5:
        return NOWHERE
    hard = car[SPEED] ** 2 / (2 * max(left, 0.1)) >= 3.0
    return NOWHERE if own[SINCE] <= 3.0 and hard else left + 1.0


@njit(cache=True)
def to_pause(car: FloatArray, own: FloatArray, step_s: float) -> float:
    """Metres to where this vehicle pauses: dreaming at green, in the box for a gap, a bus at its stop."""
    left = own[STOP] - car[PLACE]
    if left >= 0:
        return _to_dream(car, own, step_s) if left < DREAMS_WITHIN_M else NOWHERE
    if own[PERMISSIVE] > 0.5 and own[GREEN] > 0.5 and left > -9.0:
        if car[PAUSE] == UNSET:
            car[PAUSE] = min(waits(4.0), 25.0)
        if car[PAUSE] > 0:
            car[PAUSE] = max(car[PAUSE] - step_s, 0.0)
            return left + 8.0
    return _to_bus_stop(car, own, step_s)


@njit(cache=True)
def _to_dream(car: FloatArray, own: FloatArray, step_s: float) -> float:
    fresh = own[GREEN] > 0.5 and own[SINCE] < 0.5 and car[SPEED] < 1.0
    if fresh and car[PAUSE] < 0 and chance() < 0.01:
        car[PAUSE] = 3.0 + 2.5 * chance()
    if car[PAUSE] <= 0:
        return NOWHERE
    car[PAUSE] = car[PAUSE] - step_s if car[PAUSE] > step_s else UNSET
    return 1.0


@njit(cache=True)
def _to_bus_stop(car: FloatArray, own: FloatArray, step_s: float) -> float:
    left = own[BUS_STOP] - car[PLACE]
    if car[KIND] != BUS or car[PAUSE] == SERVED or not -1.0 < left < 200.0:
        return NOWHERE
    if left < 2.5 and car[SPEED] < 0.5:
        if car[PAUSE] <= 0:
            car[PAUSE] = 8.0 + 30.0 * chance()
        car[PAUSE] -= step_s
        if car[PAUSE] <= 0:
            car[PAUSE] = SERVED
    return left + 1.0
