"""The base policy of a rollout: what a crossing goes on to do once the plan has been carried out."""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.layout import Floats, Ints


@compiled
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
    """The phase that sends most vehicles soon, a change paying its lost time."""
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
