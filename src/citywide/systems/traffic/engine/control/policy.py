"""The base policy of a rollout: what a crossing goes on to do once the plan has been carried out."""

from citywide.kit.compiled import compiled, inlined
from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.view import Desk, View


@compiled
def best_phase(view: View, desk: Desk, phase: int, habits: Habits) -> int:
    """The phase that sends most vehicles soon, a change paying its lost time."""
    best, most = phase, -1.0
    for other in range(view.rate.shape[0]):
        keeps = other == phase
        total = sends(view, desk, other, habits.look_s if keeps else habits.look_s - view.lost)
        if keeps:
            total *= habits.eager
        if total > most + 1e-9 or (keeps and total >= most):
            best, most = other, total
    return best


@inlined
def sends(view: View, desk: Desk, phase: int, seconds: float) -> float:
    """Vehicles, by their weight, that a phase sends within so many seconds."""
    total = 0.0
    for lane in range(view.rate.shape[1]):
        if desk.head[lane] == 0 or desk.head[lane] & view.serves[phase, lane]:
            total += view.weight[lane] * min(desk.queue[lane], view.rate[phase, lane] * seconds)
    return total
