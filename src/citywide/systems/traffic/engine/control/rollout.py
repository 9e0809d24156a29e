"""Playing out a plan of one crossing: "keep this phase for k seconds, then that one", and what it costs.

The kernels take arrays one by one and keep their scratch outside: handing numba a tuple of arrays costs
more (reference counts) than a second of a lane does.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.control.layout import Floats, Ints


class Habits(NamedTuple):
    """How the search weighs and looks ahead; none of it belongs to any one map."""

    horizon_s: int = 60
    discount: float = 0.985
    left_over_s: float = 12.0
    swell_s: float = 0.5
    look_s: float = 10.0
    eager: float = 1.15
    recheck: float = 0.7
    stray: float = 0.0
    cadence_s: int = 1


@njit(cache=True, error_model="numpy")
def best_phase(  # noqa: PLR0913, PLR0917 - numba takes arrays one by one
    rate: Floats,
    serves: Ints,
    weight: Floats,
    queue: Floats,
    head: Ints,
    phase: int,
    look: float,
    lost: float,
    eager: float,
) -> int:
    """The base policy: the phase that sends most vehicles soon, a change paying its lost time."""
    best, most = phase, -1.0
    for other in range(rate.shape[0]):
        seconds = look if other == phase else look - lost
        total = 0.0
        for lane in range(rate.shape[1]):
            if head[lane] == 0 or head[lane] & serves[other, lane]:
                total += weight[lane] * min(queue[lane], rate[other, lane] * seconds)
        if other == phase:
            total *= eager
        if total > most + 1e-9 or (other == phase and total >= most):
            best, most = other, total
    return best


@njit(cache=True, error_model="numpy")
def play(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one kernel, see above
    queue0: Floats,
    coming: Floats,
    rate: Floats,
    share: Floats,
    serves: Ints,
    head0: Ints,
    room: Floats,
    drain: Floats,
    late: Floats,
    on0: Floats,
    weight: Floats,
    lost: float,
    min_green: float,
    now: int,
    keep: int,
    then: int,
    habits: Habits,
    bound: float,
    scratch: Floats,
    marks: Ints,
    sent_out: Floats,
) -> float:
    """The cost of a plan in discounted vehicle-seconds; gives up once it is worse than `bound`."""
    lanes = len(queue0)
    queue, gone, run, on = scratch[0], scratch[1], scratch[2], scratch[3]
    for lane in range(lanes):
        queue[lane], gone[lane], run[lane], on[lane] = queue0[lane], 0.0, 0.0, on0[lane]
        marks[lane] = head0[lane]
    phase, before, clearing, green, worth, cost = now, -1, 0.0, min_green, 1.0, 0.0
    flow, rival, record = 0.0, np.inf, sent_out.shape[0] > 0
    cadence, discount = habits.cadence_s, habits.discount
    for second in range(habits.horizon_s):
        if clearing <= 0.0 and second >= keep and (cadence == 1 or second % cadence == 0):
            target = phase
            if second == keep:
                target = then
            elif green >= min_green and (flow < rival or flow < 0.2 or second % 4 == 0):
                target = best_phase(
                    rate,
                    serves,
                    weight,
                    queue,
                    marks,
                    phase,
                    habits.look_s,
                    lost,
                    habits.eager,
                )
                rival = flow * habits.recheck
            if target != phase:
                before, phase, clearing, green, rival = phase, target, lost, 0.0, np.inf
                for lane in range(lanes):
                    run[lane] = 0.0
        if clearing > 0.0:
            clearing -= 1.0
        else:
            before = -1
            green += 1.0
        waiting, flow = 0.0, 0.0
        for lane in range(lanes):
            stand, speed = queue[lane] + coming[lane, second], rate[phase, lane]
            if before >= 0 and not serves[phase, lane] & serves[before, lane]:
                speed = 0.0
            if speed <= 0.0:
                on[lane] = 0.0
            elif marks[lane] == 0 or marks[lane] & serves[phase, lane]:
                on[lane] += 1.0
                loss = late[phase, lane]
                if stand > 0.0 and (on[lane] > loss or stand < 0.5):
                    if on[lane] <= 1.0 and loss < 0.0:
                        speed *= 1.0 - loss
                    sent = min(stand, speed, room[phase, lane] + drain[phase, lane] * second - gone[lane])
                    if sent > 0.0:
                        gone[lane] += sent
                        stand -= sent
                        flow += sent
                        if record:
                            sent_out[lane, second] = sent
                        part = share[phase, lane]
                        if marks[lane]:
                            run[lane] += sent
                            if run[lane] >= 1.0:
                                marks[lane], run[lane] = 0, 0.0
                        elif part < 0.98:
                            run[lane] += sent
                            if run[lane] * (1.0 - part) >= part:
                                marks[lane], run[lane] = ~serves[phase, lane] & 0x7FFFFFFF, 0.0
            queue[lane] = stand
            waiting += stand * weight[lane]
        cost += worth * waiting
        worth *= discount
        if cost > bound:
            return cost
    left = 0.0
    for lane in range(lanes):
        left += queue[lane] * weight[lane]
    return cost + worth * left * (habits.left_over_s + habits.swell_s * left)
