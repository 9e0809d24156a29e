"""Playing out a plan of one crossing: "keep this phase for k seconds, then that one", and what it costs."""

import numpy as np

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.discharge import bring_next, crossing_of, left_over
from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.layout import Floats
from citywide.systems.traffic.engine.control.policy import best_phase
from citywide.systems.traffic.engine.control.view import Desk, View


@compiled
def play(  # noqa: C901, PLR0912, PLR0913, PLR0917 - one kernel
    view: View,
    now: int,
    keep: int,
    then: int,
    habits: Habits,
    bound: float,
    desk: Desk,
    sent_out: Floats,
) -> float:
    """The cost of a plan in discounted vehicle-seconds; gives up once it is worse than `bound`."""
    coming, rate, serves, lost, min_green = view.coming, view.rate, view.serves, view.lost, view.min_green
    lanes, record = len(view.queue), sent_out.shape[0] > 0
    queue, gone, run, on, head = desk.queue, desk.gone, desk.run, desk.on, desk.head
    for lane in range(lanes):
        queue[lane], gone[lane], run[lane] = view.queue[lane], 0.0, 0.0
        on[lane], head[lane] = view.on[lane], view.head[lane]
    phase, before, clearing, green, worth, cost = now, -1, 0.0, min_green, 1.0, 0.0
    flow, rival = 0.0, np.inf
    for second in range(habits.horizon_s):
        if clearing <= 0.0 and second >= keep and second % habits.cadence_s == 0:
            target = then if second == keep else phase
            if second > keep and green >= min_green and (flow < rival or flow < 0.2 or second % 4 == 0):
                target = best_phase(rate, serves, view.weight, queue, head, phase, habits.look_s, lost, habits.eager)
                rival = flow * habits.recheck
            if target != phase:
                before, phase, clearing, green, rival = phase, target, lost, 0.0, np.inf
                run[:lanes] = 0.0
        goes = phase
        if clearing > 0.0:
            clearing -= 1.0
            if before >= 0 and lost - clearing <= habits.amber_s:
                goes = before
        else:
            before, green = -1, green + 1.0
        waiting, flow = 0.0, 0.0
        for lane in range(lanes):
            stand, speed = queue[lane] + coming[lane, second], rate[goes, lane]
            if before >= 0 and not serves[goes, lane] & serves[before, lane]:
                speed = 0.0
            if speed <= 0.0:
                on[lane] = 0.0
            elif head[lane] == 0 or head[lane] & serves[goes, lane]:
                on[lane] += 1.0
                space = view.room[goes, lane] + view.drain[goes, lane] * second - gone[lane]
                sent = crossing_of(stand, speed, on[lane], view.late[goes, lane], space)
                if sent > 0.0:
                    gone[lane] += sent
                    stand -= sent
                    flow += sent
                    if record:
                        sent_out[lane, second] = sent
                    bring_next(head, run, lane, sent, view.share[goes, lane], serves[goes, lane])
            queue[lane] = stand
            waiting += stand * view.weight[lane]
        cost += worth * waiting
        worth *= habits.discount
        if cost > bound:
            return cost
    return cost + worth * left_over(queue, view.weight, habits.left_over_s, habits.swell_s)
