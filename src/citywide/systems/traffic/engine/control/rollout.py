"""Playing out a plan of one crossing: "keep this phase for k seconds, then that one", and what it costs."""

import numpy as np

from citywide.kit.compiled import compiled, inlined
from citywide.systems.traffic.engine.control.discharge import crossing_of, left_over
from citywide.systems.traffic.engine.control.firsts import bring_next, open_to
from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.lamps import Lamps, changed, serving, ticked
from citywide.systems.traffic.engine.control.layout import Floats
from citywide.systems.traffic.engine.control.sides import is_side, pass_on, slips_out
from citywide.systems.traffic.engine.control.view import Desk, View

EVERY_BIT = 0x7FFFFFFF


@compiled
def play(  # noqa: PLR0913, PLR0917 - one kernel
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
    set_out(view, desk)
    lamps = Lamps(now, -1, 0.0, view.min_green, np.inf)
    worth, cost, flow = 1.0, 0.0, 0.0
    for second in range(habits.horizon_s):
        lamps = ticked(changed(view, habits, desk, lamps, keep, then, flow, second))
        goes = serving(lamps, view.lost, habits.amber_s)
        waiting, flow = 0.0, 0.0
        for lane in range(len(view.queue)):
            desk.queue[lane] += view.coming[lane, second]
            desk.lead[lane] += view.coming[lane, second]
            if is_side(view, lane):
                sent = slips_out(view, desk, lane, second)
            else:
                sent = crosses(view, desk, lane, goes, lamps.before, second)
            pass_on(desk, lane, sent, lamps.phase == now and lamps.before < 0)
            if sent > 0.0:
                flow += sent
                if sent_out.shape[0] > 0:
                    sent_out[lane, second] = sent
            waiting += desk.queue[lane] * view.weight[lane]
        cost += worth * waiting
        worth *= habits.discount
        if cost > bound:
            return cost
    return cost + worth * left_over(desk.queue, view.weight, habits.left_over_s, habits.swell_s)


@inlined
def set_out(view: View, desk: Desk) -> None:
    """The lanes as they are now."""
    for lane in range(len(view.queue)):
        desk.queue[lane], desk.gone[lane], desk.run[lane] = view.queue[lane], 0.0, 0.0
        desk.on[lane], desk.may[lane] = view.on[lane], 0
        desk.passing[lane], desk.inside[lane] = view.passing[lane], view.inside[lane]
        desk.open[lane] = desk.began[lane] = 0.0
    for move in range(view.moves[0], view.moves[len(view.queue)]):
        desk.front[move] = view.front[move]


@inlined
def crosses(view: View, desk: Desk, lane: int, goes: int, before: int, second: int) -> float:
    """Vehicles that leave a lane this second; through a change those go on whom both phases serve."""
    may = view.serves[goes, lane] & (view.serves[before, lane] if before >= 0 else EVERY_BIT)
    if may == 0:
        desk.on[lane] = 0.0
        return 0.0
    if may != desk.may[lane]:
        open_to(view, desk, lane, may)
    desk.on[lane] += 1.0
    space = view.room[goes, lane] + view.drain[goes, lane] * second - desk.gone[lane]
    due = crossing_of(desk.lead[lane], view.rate[goes, lane], desk.on[lane], view.late[goes, lane], space)
    if due <= 0.0:
        return 0.0
    sent = bring_next(desk, lane, due)
    desk.gone[lane] += sent
    desk.queue[lane] -= sent
    desk.lead[lane] -= due
    return sent
