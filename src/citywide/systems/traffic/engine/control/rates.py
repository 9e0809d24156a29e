"""How fast a phase empties a lane's queue, and how late it begins to."""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.headways import headway
from citywide.systems.traffic.engine.control.known import Known

PRIOR_S = 40.0
STUCK_S, STUCK_SHARE = 4, 0.2
LEAST_LATE_S = -6.0


@compiled
def gives_way(known: Known, cell: int, lane: int) -> bool:
    """Whether the phase lets the whole lane go, but not all of it with right of way."""
    return known.serves[cell] == known.every[lane] and known.sure[cell] != known.every[lane]


@compiled
def rate_of(known: Known, cell: int) -> float:
    """Vehicles per second that this phase sends from this lane's queue."""
    if known.prior[cell] <= 0.0:
        return 0.0
    if known.sure[cell] == known.serves[cell]:
        return 1.0 / headway(known.line[cell])
    return (PRIOR_S * known.prior[cell] + known.sent[cell]) / (PRIOR_S + known.tried[cell])


@compiled
def late_of(known: Known, cell: int, lane: int, rate: float) -> float:
    """The start-up loss of a green; below nought where the first vehicles cross at once."""
    if not gives_way(known, cell, lane):
        return float(known.late[lane])
    return max(1.0 - known.first[cell] / rate, LEAST_LATE_S)
