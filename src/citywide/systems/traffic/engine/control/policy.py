"""The base policy of a rollout: what a crossing goes on to do once the plan has been carried out."""

from citywide.kit.compiled import compiled, inlined
from citywide.systems.traffic.engine.control.firsts import in_a_row, part_of, weigh_first
from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.sides import is_side
from citywide.systems.traffic.engine.control.view import Desk, View


@compiled
def best_phase(view: View, desk: Desk, phase: int, habits: Habits, second: int) -> int:
    """The phase that sends most vehicles soon, a change paying its lost time."""
    for lane in range(view.rate.shape[1]):
        weigh_first(view, desk, lane)
    best, most, until = phase, -1.0, min(second + habits.cadence_s - 1, habits.horizon_s)
    for other in range(view.rate.shape[0]):
        keeps = other == phase
        total = sends(view, desk, other, habits.look_s if keeps else habits.look_s - view.lost, second, until)
        if keeps:
            total *= habits.eager
        if total > most + 1e-9 or (keeps and total >= most):
            best, most = other, total
    return best


@inlined
def sends(view: View, desk: Desk, phase: int, seconds: float, second: int, until: int) -> float:
    """Vehicles, by their weight, that a phase sends within so many seconds, of those there before the next decision."""
    total = 0.0
    for lane in range(view.rate.shape[1]):
        may = view.serves[phase, lane]
        if may and not is_side(view, lane):
            goes_on = may == desk.may[lane]
            there = desk.lead[lane] if goes_on else desk.queue[lane]
            for after in range(second, until):
                there += view.coming[lane, after]
            chance = desk.open[lane] if goes_on else part_of(desk.front, view, lane, may)
            most = min(there, view.rate[phase, lane] * seconds)
            total += view.weight[lane] * in_a_row(chance, view.share[phase, lane], most)
    return total
