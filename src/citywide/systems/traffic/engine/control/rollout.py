"""Playing out a plan of one crossing: "keep this phase for k seconds, then that one", and what it costs.

The kernels take arrays one by one and keep their scratch outside: handing numba a tuple of arrays costs
more (reference counts) than a second of a lane does.
"""

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.control.discharge import bring_next, crossing_of, left_over
from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.layout import Floats, Ints
from citywide.systems.traffic.engine.control.policy import best_phase


@njit(cache=True, error_model="numpy")
def play(  # noqa: C901, PLR0912, PLR0913, PLR0917 - one kernel, see above
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
    head: Ints,
    sent_out: Floats,
) -> float:
    """The cost of a plan in discounted vehicle-seconds; gives up once it is worse than `bound`."""
    lanes, record = len(queue0), sent_out.shape[0] > 0
    queue, gone, run, on = scratch[0], scratch[1], scratch[2], scratch[3]
    for lane in range(lanes):
        queue[lane], gone[lane], run[lane], on[lane], head[lane] = queue0[lane], 0.0, 0.0, on0[lane], head0[lane]
    phase, before, clearing, green, worth, cost = now, -1, 0.0, min_green, 1.0, 0.0
    flow, rival = 0.0, np.inf
    for second in range(habits.horizon_s):
        if clearing <= 0.0 and second >= keep and second % habits.cadence_s == 0:
            target = then if second == keep else phase
            if second > keep and green >= min_green and (flow < rival or flow < 0.2 or second % 4 == 0):
                target = best_phase(rate, serves, weight, queue, head, phase, habits.look_s, lost, habits.eager)
                rival = flow * habits.recheck
            if target != phase:
                before, phase, clearing, green, rival = phase, target, lost, 0.0, np.inf
                run[:lanes] = 0.0
        if clearing > 0.0:
            clearing -= 1.0
        else:
            before, green = -1, green + 1.0
        waiting, flow = 0.0, 0.0
        for lane in range(lanes):
            stand, speed = queue[lane] + coming[lane, second], rate[phase, lane]
            if before >= 0 and not serves[phase, lane] & serves[before, lane]:
                speed = 0.0
            if speed <= 0.0:
                on[lane] = 0.0
            elif head[lane] == 0 or head[lane] & serves[phase, lane]:
                on[lane] += 1.0
                space = room[phase, lane] + drain[phase, lane] * second - gone[lane]
                sent = crossing_of(stand, speed, on[lane], late[phase, lane], space)
                if sent > 0.0:
                    gone[lane] += sent
                    stand -= sent
                    flow += sent
                    if record:
                        sent_out[lane, second] = sent
                    bring_next(head, run, lane, sent, share[phase, lane], serves[phase, lane])
            queue[lane] = stand
            waiting += stand * weight[lane]
        cost += worth * waiting
        worth *= habits.discount
        if cost > bound:
            return cost
    return cost + worth * left_over(queue, weight, habits.left_over_s, habits.swell_s)
