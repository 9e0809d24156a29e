"""Who stands first in a lane while a plan is played: whoever crosses may bring one to the line who may not go."""

from citywide.kit.compiled import compiled, inlined
from citywide.systems.traffic.engine.control.layout import Floats
from citywide.systems.traffic.engine.control.view import Desk, View


@inlined
def bring_next(desk: Desk, lane: int, due: float) -> float:
    """Vehicles expected to cross where so many would if nobody stood in the way; each brings the next to the line."""
    sent, over = desk.open[lane] * due, desk.run[lane] + due - 1.0
    if over < 0.0:
        desk.run[lane] = over + 1.0
        return sent
    sent -= desk.open[lane] * (1.0 - desk.share[lane]) * over
    desk.open[lane] *= desk.share[lane]
    desk.run[lane] = over
    return sent


@compiled
def open_to(view: View, desk: Desk, lane: int, may: int) -> None:
    """From now on these movements may go."""
    weigh_first(view, desk, lane)
    desk.may[lane], desk.run[lane], desk.lead[lane] = may, 0.0, desk.queue[lane]
    desk.share[lane] = part_of(view.wants, view, lane, may)
    desk.open[lane] = desk.began[lane] = part_of(desk.front, view, lane, may)


@compiled
def weigh_first(view: View, desk: Desk, lane: int) -> None:
    """Who may stand first after what has crossed: one held up, or the next of those who go on."""
    held, on = desk.began[lane] - desk.open[lane], desk.open[lane]
    if held <= 0.0 and desk.run[lane] <= 0.0:
        return
    for move in range(view.moves[lane], view.moves[lane + 1]):
        if desk.may[lane] >> (move - view.moves[lane]) & 1:
            desk.front[move] = on * view.wants[move] / desk.share[lane]
        else:
            desk.front[move] += held * view.wants[move] / (1.0 - desk.share[lane])
    desk.began[lane] = on


@compiled
def part_of(chances: Floats, view: View, lane: int, may: int) -> float:
    """The part of the chances that falls on these movements of a lane; all of them are one."""
    part, whole = 0.0, True
    for move in range(view.moves[lane], view.moves[lane + 1]):
        if may >> (move - view.moves[lane]) & 1:
            part += chances[move]
        else:
            whole = False
    return 1.0 if whole else part


@compiled
def in_a_row(chance: float, share: float, most: float) -> float:
    """Vehicles expected to cross of so many, until one stands first who may not: the first one by its own chance."""
    return chance * most if share >= 1.0 else chance * (1.0 - share**most) / (1.0 - share)
