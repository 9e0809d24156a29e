"""The search of one crossing: which phase to keep for how long, and which to show then."""

from typing import NamedTuple

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.layout import Flags, Floats, Ints
from citywide.systems.traffic.engine.control.rollout import play

KEEPS = np.array([0, 2, 4, 7, 11, 16], np.int32)
SOON_S = 25


class View(NamedTuple):
    """One crossing as the search sees it: what stands, what comes, what may go and how fast."""

    queue: Floats  # lane
    coming: Floats  # lane × second
    rate: Floats  # phase × lane
    share: Floats  # phase × lane: part of the lane's traffic that the phase serves
    serves: Ints  # phase × lane: bits of the lane's movements that the phase serves
    head: Ints  # lane: bits of the movements the first vehicle may want; 0 unknown
    room: Floats  # phase × lane: vehicles that the exits behind the line take now
    drain: Floats  # phase × lane: vehicles/s that they take further on
    late: Floats  # phase × lane: start-up loss
    on: Floats  # lane: seconds of green so far
    weight: Floats  # lane
    lost: float
    min_green: float


@njit(cache=True, error_model="numpy")
def wish(
    queue: Floats,
    coming: Floats,
    rate: Floats,
    share: Floats,
    head: Ints,
    now: int,
    wanted: Flags,
) -> bool:
    """Which phases would serve somebody, there or soon there, whom the present phase does not serve."""
    anyone = False
    for lane in range(len(queue)):
        soon = queue[lane]
        for second in range(SOON_S):
            soon += coming[lane, second]
        if soon <= 0.3:
            continue
        for phase in range(len(wanted)):
            gains = rate[now, lane] < rate[phase, lane] or share[now, lane] < share[phase, lane]
            if rate[phase, lane] > 0.0 and (gains or head[lane]):
                wanted[phase] = anyone = True
    return anyone


@njit(cache=True, error_model="numpy")
def search(
    view: View,
    now: int,
    habits: Habits,
    keeps: Ints,
    scratch: Floats,
    sent_out: Floats,
) -> int:
    """The phase to show next second; `sent_out` (lane × second) receives the chosen plan's departures."""
    queue, coming, rate, share, serves, head, room, drain, late, on, weight, lost, min_green = view
    nothing, marks = np.zeros((0, 0)), np.zeros(len(queue), np.int32)
    wanted = np.zeros(rate.shape[0], np.bool_)
    if not wish(queue, coming, rate, share, head, now, wanted) and sent_out.shape[0] == 0:
        return now
    best_keep, best_then = 0, now
    least = play(
        queue, coming, rate, share, serves, head, room, drain, late, on, weight, lost, min_green,
        now, 0, now, habits, np.inf, scratch, marks, nothing,
    )  # fmt: skip
    for at in range(len(keeps)):
        keep = keeps[at]
        for then in range(rate.shape[0]):
            if then == now or not wanted[then]:
                continue
            cost = play(
                queue, coming, rate, share, serves, head, room, drain, late, on, weight, lost, min_green,
                now, keep, then, habits, least, scratch, marks, nothing,
            )  # fmt: skip
            if cost < least - 1e-9:
                least, best_keep, best_then = cost, keep, then
    if sent_out.shape[0] > 0:
        play(
            queue, coming, rate, share, serves, head, room, drain, late, on, weight, lost, min_green,
            now, best_keep, best_then, habits, np.inf, scratch, marks, sent_out,
        )  # fmt: skip
    return best_then if best_keep == 0 else now
