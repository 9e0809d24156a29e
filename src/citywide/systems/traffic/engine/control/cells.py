"""What each phase can do for each lane of a crossing: its rate, its share, and the room beyond the line."""

from citywide.systems.traffic.engine.compiled import compiled
from citywide.systems.traffic.engine.control.known import Known
from citywide.systems.traffic.engine.control.layout import Floats, Ground
from citywide.systems.traffic.engine.control.rates import late_of, rate_of

LEAST_DRAIN = 0.1  # vehicles/s that any exit is believed to pass on


@compiled
def fill_cells(  # noqa: PLR0913, PLR0917 - numba takes arrays one by one
    known: Known,
    lay: Ground,
    crossing: int,
    room_of: Floats,
    rate: Floats,
    share: Floats,
    room: Floats,
    drain: Floats,
    late: Floats,
    shown: int,
) -> None:
    """Rates, shares and exit room of each phase and lane of one crossing."""
    first, last = lay.lane_from[crossing], lay.lane_from[crossing + 1]
    wide = last - first
    for phase in range(rate.shape[0]):
        for lane in range(first, last):
            cell = lay.cell_from[crossing] + phase * wide + lane - first
            total, served, space, more = 0.0, 0.0, 1e9, 0.0
            for move in range(lay.move_from[lane], lay.move_from[lane + 1]):
                total += known.turns[move]
            for move in range(lay.move_from[lane], lay.move_from[lane + 1]):
                if known.serves[cell] >> (move - lay.move_from[lane]) & 1:
                    served += known.turns[move]
                    exit_ = lay.move_exit[move]
                    if exit_ >= 0 and room_of[exit_] < space:
                        space, more = room_of[exit_], max(known.taken[exit_], LEAST_DRAIN)
            rate[phase, lane - first] = rate_of(known, cell, lane, phase == shown)
            late[phase, lane - first] = late_of(known, cell, lane, float(rate[phase, lane - first]))
            share[phase, lane - first] = served / total
            room[phase, lane - first] = space
            drain[phase, lane - first] = more
