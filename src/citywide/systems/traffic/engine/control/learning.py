"""One second of learning: who crossed, who stood although it was green, how a queue discharged."""

from citywide.kit.compiled import compiled, inlined
from citywide.systems.traffic.engine.control.headways import MOST_IN_LINE, fit, intercept
from citywide.systems.traffic.engine.control.known import FLOW_MEMORY_S, Known
from citywide.systems.traffic.engine.control.layout import Floats, Ground, Ints
from citywide.systems.traffic.engine.control.rates import STUCK_S, gives_way
from citywide.systems.traffic.engine.control.sights import Sights

MEMORY_S = 1200.0
AT_LINE_M, STANDS_MPS = 10.0, 0.5
STAYS, START_UP_S = 0.5, 2.0  # how likely one who may go still stands a second later, once the start-up is over


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
            free = 0
        else:
            full = full_exits(lay.move_from, lay.move_exit, room_of, lane)
            serve(known, lane, cell, full, seen)
            free = known.sure[cell] & ~full
        note_first(known, lay, lane, free, seen)


@inlined
def wait(known: Known, lane: int, red: bool, seen: Sights) -> None:
    """A second in which a lane is red, or green through a change: such seconds teach nothing."""
    if red:
        known.on[lane], known.started[lane], known.stuck[lane] = 0.0, 0.0, 0.0
        known.served[lane] = 0.0
    elif known.on[lane] > 0.0:
        known.started[lane] = -1.0
    known.left[lane] = seen.line[lane]


@inlined
def serve(known: Known, lane: int, cell: int, full: int, seen: Sights) -> None:
    """A second of a lane's green."""
    gone = seen.crossed[lane]
    known.on[lane] += 1.0
    known.served[lane] += gone
    note_stuck(known, lane, seen)
    if seen.dark[lane] or full & known.serves[cell]:
        known.started[lane], known.left[lane] = -1.0, 0.0
        return
    discharge(known, lane, cell, gone)
    known.left[lane] = min(max(known.left[lane] - gone, seen.line[lane]), seen.sure[lane])
    if known.left[lane] <= 0.0:
        known.served[lane] = 0.0


@inlined
def note_stuck(known: Known, lane: int, seen: Sights) -> None:
    """How long the first vehicle has stood at a green line."""
    held = seen.crossed[lane] == 0 and seen.head_at[lane] < AT_LINE_M and seen.head_speed[lane] < STANDS_MPS
    known.stuck[lane] = known.stuck[lane] + 1.0 if held and not seen.dark[lane] else 0.0


@compiled
def note_first(known: Known, lay: Ground, lane: int, free: int, seen: Sights) -> None:
    """Who stands first at a line wants, the longer the likelier, a movement that is not surely free to go."""
    first, last = lay.move_from[lane], lay.move_from[lane + 1]
    total, anew = 0.0, seen.crossed[lane] > 0 or seen.head_at[lane] >= AT_LINE_M
    if not anew and (known.stuck[lane] <= 0.0 or known.on[lane] <= START_UP_S or free == 0):
        return
    for move in range(first, last):
        if anew:
            known.front[move] = known.turns[move]
        elif free >> (move - first) & 1:
            known.front[move] *= STAYS
        total += known.front[move]
    for move in range(first, last):
        known.front[move] /= total


@compiled
def full_exits(move_from: Ints, move_exit: Ints, room_of: Floats, lane: int) -> int:
    """Bits of the lane's movements whose exit takes nobody now."""
    full = 0
    for move in range(move_from[lane], move_from[lane + 1]):
        if move_exit[move] >= 0 and room_of[move_exit[move]] < 1.0:
            full |= 1 << (move - move_from[lane])
    return full


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
