"""What each phase can do for each lane of a crossing: its rate, its share, and the room beyond the line."""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.discharge import NOBODY_ELSE
from citywide.systems.traffic.engine.control.known import Known
from citywide.systems.traffic.engine.control.layout import Floats, Ground
from citywide.systems.traffic.engine.control.rates import STUCK_S, STUCK_SHARE, late_of, rate_of
from citywide.systems.traffic.engine.control.view import View

LEAST_DRAIN = 0.1  # vehicles/s that any exit is believed to pass on
SOON_S = 15


@compiled
def fill_cells(known: Known, lay: Ground, crossing: int, room_of: Floats, view: View, shown: int) -> None:
    """Rates, shares and exit room of each phase and lane of one crossing."""
    first, last = lay.lane_from[crossing], lay.lane_from[crossing + 1]
    for phase in range(view.rate.shape[0]):
        for lane in range(first, last):
            cell = lay.cell_from[crossing] + phase * (last - first) + lane - first
            held_up = phase == shown and known.stuck[lane] >= STUCK_S
            share = served_of(known, lay, cell, lane, known.every[lane])
            likely = served_of(known, lay, cell, lane, known.head[lane]) or share
            fill_rates(known, cell, lane, view, phase, lane - first, STUCK_SHARE if held_up else likely)
            fill_exits(known, lay, cell, lane, room_of, view, phase, lane - first)
            view.share[phase, lane - first] = in_a_row(share, view, lane - first)


@compiled
def fill_rates(known: Known, cell: int, lane: int, view: View, phase: int, at: int, part: float) -> None:
    """How fast the phase empties the lane's queue, and how late it begins to."""
    rate = rate_of(known, cell)
    view.rate[phase, at] = rate * part
    view.late[phase, at] = late_of(known, cell, lane, rate * part)


@compiled
def served_of(known: Known, lay: Ground, cell: int, lane: int, wants: int) -> float:
    """The part of those who want one of these movements that the phase serves: how likely the next one may go."""
    total, served = 0.0, 0.0
    for move in range(lay.move_from[lane], lay.move_from[lane + 1]):
        bit = 1 << (move - lay.move_from[lane])
        if wants & bit:
            total += known.turns[move]
            served += known.turns[move] if known.serves[cell] & bit else 0.0
    return served / total if served > 0.0 else 0.0


@compiled
def in_a_row(share: float, view: View, at: int) -> float:
    """The share at which a lane without end sends as many in a row as are to be expected of this one.

    Of n vehicles of which a share p may go, p + p² + … + pⁿ cross before one stands first who may not.
    """
    if share <= 0.0 or share >= NOBODY_ELSE:
        return share
    there = view.queue[at]
    for second in range(SOON_S):
        there += view.coming[at, second]
    row = share * (1.0 - share ** max(there, 1.0)) / (1.0 - share)
    return row / (1.0 + row)


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
