"""How vehicles drive: the intelligent driver model towards whatever is nearest."""

from numba import njit

from citywide.systems.traffic.engine.incidents.microsim.columns import (
    AGAINST,
    ASIDE,
    BLOCK,
    CRAWLING,
    END,
    KIND,
    LIMIT,
    PLACE,
    SPEED,
    STALLED,
    STOP,
    FloatArray,
    IntArray,
)
from citywide.systems.traffic.engine.incidents.microsim.halts import to_pause, to_red

STEP_S = 0.5


@njit(cache=True)
def drive(road: FloatArray, cars: FloatArray, count: IntArray, passed: IntArray) -> None:
    """Two half seconds for every vehicle, the front one first; those that have left make room."""
    for lane in range(len(count)):
        own = road[lane]
        for _ in range(2):
            ahead, ahead_speed, kept = 1e9, 0.0, 0
            for i in range(count[lane]):
                car = cars[lane, i]
                before = car[PLACE]
                _move(car, own, ahead - before - 5.0, ahead_speed)
                if before < own[STOP] <= car[PLACE] < own[END]:
                    passed[lane] += 1
                if car[KIND] != AGAINST and car[KIND] != ASIDE:
                    ahead, ahead_speed = car[PLACE], car[SPEED]
                if 0.0 <= car[PLACE] < own[END]:
                    cars[lane, kept] = car
                    kept += 1
            count[lane] = kept


@njit(cache=True)
def _move(car: FloatArray, own: FloatArray, gap: float, lead: float) -> None:
    if car[KIND] == AGAINST:
        car[PLACE] -= 8.0 * STEP_S
    elif car[KIND] == ASIDE or car[KIND] == STALLED:
        car[SPEED] = 0.0
    else:
        _advance(car, own, gap, lead)


@njit(cache=True)
def _advance(car: FloatArray, own: FloatArray, gap: float, lead: float) -> None:
    """Towards the nearest of a car, an obstacle, a light and a stop."""
    to_block = own[BLOCK] - car[PLACE] - 3.0
    if car[PLACE] < own[BLOCK] and to_block < gap:
        gap, lead = to_block, 0.0
    to_halt = min(to_red(car, own), to_pause(car, own, STEP_S))
    if to_halt < gap:
        gap, lead = to_halt, 0.0
    want = 1.7 if car[KIND] == CRAWLING else own[LIMIT]
    speed = car[SPEED]
    desired = 2.0 + max(0.0, speed * 1.2 + speed * (speed - lead) / 3.5)
    pull = 1.6 * (1.0 - (speed / want) ** 4 - (desired / max(gap, 0.3)) ** 2)
    car[SPEED] = max(0.0, speed + max(pull, -8.0) * STEP_S)
    if gap > 0.3 or lead > 0:
        car[PLACE] += car[SPEED] * STEP_S
