"""What each phase can do for each lane of a crossing: its rate, its share, and the room beyond the line."""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.known import Known
from citywide.systems.traffic.engine.control.layout import Floats, Ground
from citywide.systems.traffic.engine.control.rates import STUCK_S, STUCK_SHARE, late_of, rate_of
from citywide.systems.traffic.engine.control.view import View

LEAST_DRAIN = 0.1  # vehicles/s that any exit is believed to pass on


@compiled
def fill_cells(known: Known, lay: Ground, crossing: int, room_of: Floats, view: View, shown: int) -> None:
    """Rates, shares and exit room of each phase and lane of one crossing."""
    first, last = lay.lane_from[crossing], lay.lane_from[crossing + 1]
    for phase in range(view.rate.shape[0]):
        for lane in range(first, last):
            cell = lay.cell_from[crossing] + phase * (last - first) + lane - first
            held_up = phase == shown and known.stuck[lane] >= STUCK_S
            fill_rates(known, cell, lane, view, phase, lane - first, STUCK_SHARE if held_up else 1.0)
            fill_exits(known, lay, cell, lane, room_of, view, phase, lane - first)


@compiled
def fill_rates(known: Known, cell: int, lane: int, view: View, phase: int, at: int, part: float) -> None:
    """How fast the phase empties the lane's queue, and how late it begins to."""
    rate = rate_of(known, cell)
    view.rate[phase, at] = rate * part
    view.late[phase, at] = late_of(known, cell, lane, rate * part)


@compiled
def fill_exits(  # noqa: PLR0913, PLR0917 - one cell of one crossing
    known: Known, lay: Ground, cell: int, lane: int, room_of: Floats, view: View, phase: int, at: int
) -> None:
    """The part of the lane's traffic that the phase serves, and what the exits behind the line take of it."""
    total, served, space, more = 0.0, 0.0, 1e9, 0.0
    for move in range(lay.move_from[lane], lay.move_from[lane + 1]):
        total += known.turns[move]
        if known.serves[cell] >> (move - lay.move_from[lane]) & 1:
            served += known.turns[move]
            exit_ = lay.move_exit[move]
            if exit_ >= 0 and room_of[exit_] < space:
                space, more = room_of[exit_], max(known.taken[exit_], LEAST_DRAIN)
    view.share[phase, at] = served / total
    view.room[phase, at], view.drain[phase, at] = space, more
