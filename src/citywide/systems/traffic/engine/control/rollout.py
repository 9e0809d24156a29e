"""The search of one crossing: play out each plan "keep this phase for k seconds, then that one", take the cheapest."""

from typing import NamedTuple

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.control.layout import Floats, Ints

KEEPS = np.array([0, 1, 2, 3, 5, 7, 10, 14, 19, 25], np.int32)


class Habits(NamedTuple):
    """How the search weighs and looks ahead; none of it belongs to any one map."""

    horizon_s: int = 60
    discount: float = 0.985
    stop_cost_s: float = 3.0
    left_over_s: float = 12.0
    look_s: float = 10.0
    eager: float = 1.15
    cadence_s: int = 1


class View(NamedTuple):
    """One crossing as the search sees it: what stands, what comes, what may go and how fast."""

    queue: Floats  # lane
    coming: Floats  # lane × second
    rate: Floats  # phase × lane
    share: Floats  # phase × lane: part of the lane's traffic that the phase serves
    serves: Ints  # phase × lane: bits of the lane's movements that the phase serves
    head: Ints  # lane: bits of the movements the first vehicle may want; 0 unknown
    room: Floats  # phase × lane: vehicles that the exits behind the line take now
    late: Floats  # lane: start-up loss
    on: Floats  # lane: seconds of green so far
    weight: Floats  # lane
    lost: float
    min_green: float


@njit(cache=True, error_model="numpy")
def open_lanes(view: View, phase: int, queue: Floats, head: Ints, seconds: float) -> float:
    """Vehicles the phase could send in this many seconds."""
    total = 0.0
    for lane in range(len(queue)):
        if view.rate[phase, lane] > 0 and (head[lane] == 0 or head[lane] & view.serves[phase, lane]):
            total += view.weight[lane] * min(queue[lane], view.rate[phase, lane] * seconds)
    return total


@njit(cache=True, error_model="numpy")
def best_phase(view: View, phase: int, queue: Floats, head: Ints, habits: Habits) -> int:
    """The base policy: the phase that sends most vehicles soon, a change paying its lost time."""
    best, most = phase, open_lanes(view, phase, queue, head, habits.look_s) * habits.eager
    for other in range(view.rate.shape[0]):
        if other != phase:
            sent = open_lanes(view, other, queue, head, habits.look_s - view.lost)
            if sent > most + 1e-9:
                best, most = other, sent
    return best


@njit(cache=True, error_model="numpy")
def serve(view, phase, before, lane, state):  # noqa: ANN001, ANN201 - compiled, types follow the call
    """One second of one lane: how many cross the line."""
    queue, head, gone, on, room = state
    rate = view.rate[phase, lane]
    if before >= 0:
        if not view.serves[phase, lane] & view.serves[before, lane]:
            rate = 0.0
        else:
            rate = min(rate, view.rate[before, lane])
    if rate <= 0.0:
        on[lane] = 0.0
        return 0.0
    if head[lane] and not head[lane] & view.serves[phase, lane]:
        return 0.0
    on[lane] += 1.0
    if on[lane] <= view.late[lane] and queue[lane] > 0.5:
        return 0.0
    sent = min(queue[lane], rate, room[phase, lane] - gone[lane])
    if sent <= 0.0:
        return 0.0
    gone[lane] += sent
    return sent


@njit(cache=True, error_model="numpy")
def block(view, phase, lane, sent, head, run):  # noqa: ANN001, ANN201 - compiled, types follow the call
    """A shared lane is stopped by the first vehicle that wants another phase; a released one is forgotten."""
    if head[lane]:
        run[lane] += sent
        if run[lane] >= 1.0:
            head[lane], run[lane] = 0, 0.0
        return
    share = view.share[phase, lane]
    if share >= 0.98:
        return
    run[lane] += sent
    if run[lane] * (1.0 - share) >= share:
        every = 0
        for other in range(view.serves.shape[0]):
            every |= view.serves[other, lane]
        head[lane], run[lane] = every & ~view.serves[phase, lane], 0.0


@njit(cache=True, error_model="numpy")
def play(view: View, now: int, keep: int, then: int, habits: Habits, bound: float, sent_out) -> float:  # noqa: ANN001
    """The cost of a plan in discounted vehicle-seconds; gives up once it is worse than `bound`."""
    lanes = len(view.queue)
    queue, head = view.queue.copy(), view.head.copy()
    gone, run, on = np.zeros(lanes), np.zeros(lanes), view.on.copy()
    state = (queue, head, gone, on, view.room)
    phase, before, clearing, green, worth, cost = now, -1, 0.0, view.min_green, 1.0, 0.0
    record = sent_out.shape[0] > 0
    for second in range(habits.horizon_s):
        if clearing <= 0.0 and second % habits.cadence_s == 0:
            target = phase
            if second == keep:
                target = then
            elif second > keep and green >= view.min_green and second % 2 == keep % 2:
                target = best_phase(view, phase, queue, head, habits)
            if target != phase:
                before, phase, clearing, green = phase, target, view.lost, 0.0
                run[:] = 0.0
        if clearing > 0.0:
            clearing -= 1.0
            if clearing < 0.0:
                clearing = 0.0
        else:
            before = -1
            green += 1.0
        waiting = 0.0
        for lane in range(lanes):
            come = view.coming[lane, second]
            if come > 0.0:
                if queue[lane] > 0.3 or view.rate[phase, lane] <= 0.0 or before >= 0:
                    waiting += come * habits.stop_cost_s * view.weight[lane]
                queue[lane] += come
            sent = serve(view, phase, before, lane, state)
            if sent > 0.0:
                queue[lane] -= sent
                block(view, phase, lane, sent, head, run)
                if record:
                    sent_out[lane, second] = sent
            waiting += queue[lane] * view.weight[lane]
        cost += worth * waiting
        worth *= habits.discount
        if cost > bound:
            return cost
    left = 0.0
    for lane in range(lanes):
        left += queue[lane] * view.weight[lane]
    return cost + worth * left * habits.left_over_s


@njit(cache=True, error_model="numpy")
def search(view: View, now: int, habits: Habits, keeps: Ints, sent_out: Floats) -> int:
    """The phase to show next second; `sent_out` (lane × second) receives the chosen plan's departures."""
    nothing = np.zeros((0, 0))
    best_keep, best_then = 0, now
    least = play(view, now, 0, now, habits, np.inf, nothing)
    for at in range(len(keeps)):
        keep = keeps[at] * habits.cadence_s if habits.cadence_s > 1 else keeps[at]
        if keep >= habits.horizon_s:
            break
        for then in range(view.rate.shape[0]):
            if then == now:
                continue
            cost = play(view, now, keep, then, habits, least, nothing)
            if cost < least - 1e-9:
                least, best_keep, best_then = cost, keep, then
    if sent_out.shape[0] > 0:
        play(view, now, best_keep, best_then, habits, np.inf, sent_out)
    return best_then if best_keep == 0 else now
