"""One second of learning: who crossed, who stood although it was green, how a queue discharged."""

from citywide.kit.compiled import compiled, inlined
from citywide.systems.traffic.engine.control.headways import MOST_IN_LINE, fit, intercept
from citywide.systems.traffic.engine.control.known import FLOW_MEMORY_S, Known
from citywide.systems.traffic.engine.control.layout import Floats, Ground, Ints
from citywide.systems.traffic.engine.control.rates import STUCK_S, gives_way
from citywide.systems.traffic.engine.control.sights import Sights

MEMORY_S = 1200.0
AT_LINE_M, STANDS_MPS = 10.0, 0.5


@compiled
def learn_crossing(
    known: Known, lay: Ground, crossing: int, shown: int, settled: bool, seen: Sights, room_of: Floats
) -> None:
    """One second of one crossing: who crossed, who stood although it was green."""
    first, last = lay.lane_from[crossing], lay.lane_from[crossing + 1]
    for lane in range(first, last):
        cell = lay.cell_from[crossing] + shown * (last - first) + lane - first
        known.flow[lane] += (seen.crossed[lane] - known.flow[lane]) / FLOW_MEMORY_S
        if shown < 0 or not settled or known.serves[cell] == 0:
            wait(known, lane, known.serves[cell] == 0 or shown < 0, seen)
        else:
            serve(known, lane, cell, full_exits(lay.move_from, lay.move_exit, room_of, lane), seen)


@inlined
def wait(known: Known, lane: int, red: bool, seen: Sights) -> None:
    """A second in which a lane is red, or green through a change: such seconds teach nothing."""
    if red:
        known.on[lane], known.started[lane], known.stuck[lane] = 0.0, 0.0, 0.0
        known.served[lane] = 0.0
    elif known.on[lane] > 0.0:
        known.started[lane] = -1.0
    known.left[lane] = seen.line[lane]
    if seen.crossed[lane] > 0:
        known.head[lane] = 0


@inlined
def serve(known: Known, lane: int, cell: int, full: int, seen: Sights) -> None:
    """A second of a lane's green."""
    gone = seen.crossed[lane]
    known.on[lane] += 1.0
    known.served[lane] += gone
    note_first(known, lane, known.sure[cell] & ~full, seen)
    if seen.dark[lane] or full & known.serves[cell]:
        known.started[lane], known.left[lane] = -1.0, 0.0
        return
    discharge(known, lane, cell, gone)
    known.left[lane] = min(max(known.left[lane] - gone, seen.line[lane]), seen.sure[lane])
    if known.left[lane] <= 0.0:
        known.served[lane] = 0.0


@inlined
def note_first(known: Known, lane: int, free: int, seen: Sights) -> None:
    """Whether the first vehicle crossed, or stands at a green line."""
    if seen.crossed[lane] > 0:
        known.head[lane], known.stuck[lane] = 0, 0.0
    elif seen.head_at[lane] < AT_LINE_M and seen.head_speed[lane] < STANDS_MPS and not seen.dark[lane]:
        note_stuck(known, lane, free)
    else:
        known.stuck[lane] = 0.0


@compiled
def full_exits(move_from: Ints, move_exit: Ints, room_of: Floats, lane: int) -> int:
    """Bits of the lane's movements whose exit takes nobody now."""
    full = 0
    for move in range(move_from[lane], move_from[lane + 1]):
        if move_exit[move] >= 0 and room_of[move_exit[move]] < 1.0:
            full |= 1 << (move - move_from[lane])
    return full


@compiled
def note_stuck(known: Known, lane: int, free: int) -> None:
    """Whoever stands first at a green line for long wants a movement that is not surely free to go."""
    known.stuck[lane] += 1.0
    if known.stuck[lane] >= STUCK_S and known.on[lane] > STUCK_S:
        left = (known.head[lane] or known.every[lane]) & ~free
        if left:
            known.head[lane] = left


@compiled
def discharge(known: Known, lane: int, at: int, gone: float) -> None:
    """Learn from the seconds in which a queue was there to be served, and only from those.

    What counts are headways: seconds from one crossing to the next. Who stands first without crossing is held
    up by something else (wants another way, changes lanes), which says nothing of how fast the others go.
    Where traffic gives way, every second counts; whoever stands first crosses the line at once even there.
    """
    if known.on[lane] == 1.0:
        known.started[lane] = 0.0
    yields = gives_way(known, at, lane)
    if known.left[lane] <= 0.0 or (known.stuck[lane] >= STUCK_S and not yields):
        known.started[lane] = -1.0
        return
    if yields:
        learn_yielding(known, at, min(gone, known.left[lane]), known.on[lane] == 1.0)
    if gone > 0.0 and known.started[lane] >= 0.0 and known.started[lane] < MOST_IN_LINE:
        known.started[lane] += gone
        if not yields:
            learn_headway(known, lane, at)


@inlined
def learn_yielding(known: Known, at: int, gone: float, first_second: bool) -> None:
    """How many of a queue go in a second in which they must give way."""
    if first_second:
        known.first[at] += 0.1 * (gone - known.first[at])
        return
    fade = 1.0 - 1.0 / MEMORY_S
    known.tried[at] = known.tried[at] * fade + 1.0
    known.sent[at] = known.sent[at] * fade + gone


@inlined
def learn_headway(known: Known, lane: int, at: int) -> None:
    """One more crossing time of a queue; the start-up loss follows slowly."""
    fit(known.line[at], known.started[lane], known.on[lane])
    known.late[lane] += 0.1 * (intercept(known.line[at]) - known.late[lane])
