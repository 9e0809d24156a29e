"""What each phase can do for each lane of a crossing: its rate, its share, and the room beyond the line."""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.firsts import part_of
from citywide.systems.traffic.engine.control.known import Known
from citywide.systems.traffic.engine.control.layout import Floats, Ground
from citywide.systems.traffic.engine.control.rates import STUCK_S, STUCK_SHARE, late_of, rate_of
from citywide.systems.traffic.engine.control.view import View

LEAST_DRAIN = 0.1  # vehicles/s that any exit is believed to pass on


@compiled
def fill_cells(known: Known, lay: Ground, crossing: int, room_of: Floats, view: View, shown: int) -> None:
    """Rates, shares and exit room of each phase and lane of one crossing."""
    first, last = lay.lane_from[crossing], lay.lane_from[crossing + 1]
    for lane in range(first, last):
        fill_wants(known, view, lane - first)
    for phase in range(view.rate.shape[0]):
        for lane in range(first, last):
            cell = lay.cell_from[crossing] + phase * (last - first) + lane - first
            held_up = phase == shown and known.stuck[lane] >= STUCK_S
            fill_rates(known, cell, lane, view, phase, lane - first, STUCK_SHARE if held_up else 1.0)
            fill_exits(known, lay, cell, lane, room_of, view, phase, lane - first)
            view.share[phase, lane - first] = part_of(view.wants, view, lane - first, known.serves[cell])
            view.likely[phase, lane - first] = part_of(known.front, view, lane - first, known.serves[cell])


@compiled
def fill_wants(known: Known, view: View, at: int) -> None:
    """Where the lane's vehicles want to go."""
    total = 0.0
    for move in range(view.moves[at], view.moves[at + 1]):
        total += known.turns[move]
    for move in range(view.moves[at], view.moves[at + 1]):
        view.wants[move] = known.turns[move] / total


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
    """What the exits behind the line take of those whom the phase serves."""
    space, more = 1e9, 0.0
    for move in range(lay.move_from[lane], lay.move_from[lane + 1]):
        if known.serves[cell] >> (move - lay.move_from[lane]) & 1:
            exit_ = lay.move_exit[move]
            if exit_ >= 0 and room_of[exit_] < space:
                space, more = room_of[exit_], max(known.taken[exit_], LEAST_DRAIN)
    view.room[phase, at], view.drain[phase, at] = space, more
