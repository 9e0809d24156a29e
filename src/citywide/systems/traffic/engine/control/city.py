"""One kernel that decides for all crossings: learn, look, search."""

import numpy as np

from citywide.kit.compiled import compiled, inlined
from citywide.systems.traffic.engine.control.cells import fill_cells
from citywide.systems.traffic.engine.control.exchange import expect
from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.known import Known
from citywide.systems.traffic.engine.control.layout import Floats, Ground, Ints
from citywide.systems.traffic.engine.control.learning import AT_LINE_M, STANDS_MPS, learn_crossing
from citywide.systems.traffic.engine.control.rollout import play, set_out
from citywide.systems.traffic.engine.control.search import search
from citywide.systems.traffic.engine.control.sides import is_side, note_first
from citywide.systems.traffic.engine.control.sights import Far, Now, Sights, guess_lane
from citywide.systems.traffic.engine.control.view import Desk, View

GOES_ON_S = 3  # a crossing that may not change yet tells its neighbours what it sends meanwhile


@compiled
def decide(  # noqa: PLR0913, PLR0917 - numba takes arrays one by one
    lay: Ground,
    known: Known,
    now: Now,
    room_of: Floats,
    seen: Sights,
    far: Far,
    keeps: Ints,
    habits: Habits,
    desk: Desk,
    targets: Ints,
) -> None:
    """The target phase of each crossing into `targets`, planned departures into far.sent."""
    phase_now, settled, green_s = now
    for crossing in range(len(targets)):
        phase = np.int64(phase_now[crossing])
        view = view_of(lay, known, crossing, seen, desk)
        fill_cells(known, lay, crossing, room_of, view, phase)
        learn_crossing(known, lay, crossing, phase, settled[crossing], seen, room_of)
        foresee(lay, known, lay.lane_from[crossing], view, phase, seen, far, settled[crossing], habits.stray)
        note_sides(view, desk, seen, lay.lane_from[crossing], phase)
        ready = settled[crossing] and green_s[crossing] >= lay.min_green[crossing]
        chosen = choose(view, phase, ready, habits, keeps, desk, lay.lane_from[crossing], far)
        if keeps[0] == 0:
            targets[crossing] = chosen


@inlined
def note_sides(view: View, desk: Desk, seen: Sights, first: int, phase: int) -> None:
    """Who stands first in side roads."""
    for lane in range(len(view.queue)):
        stands = seen.head_at[first + lane] < AT_LINE_M and seen.head_speed[first + lane] < STANDS_MPS
        if is_side(view, lane) and stands and seen.crossed[first + lane] == 0.0:
            set_out(view, desk)
            note_first(view, desk, lane, view.serves[phase])


@inlined
def view_of(lay: Ground, known: Known, crossing: int, seen: Sights, desk: Desk) -> View:
    """One crossing's part of everything; its rates, shares and exits are still to be filled in."""
    first, last = lay.lane_from[crossing], lay.lane_from[crossing + 1]
    start, end = lay.cell_from[crossing], lay.cell_from[crossing + 1]
    shape = (lay.phase_from[crossing + 1] - lay.phase_from[crossing], last - first)
    return View(
        seen.queue[first:last],
        seen.coming[first:last],
        desk.rate[start:end].reshape(shape),
        desk.shares[start:end].reshape(shape),
        known.serves[start:end].reshape(shape),
        desk.likely[start:end].reshape(shape),
        lay.move_from[first : last + 1],
        desk.wants,
        known.front,
        desk.room[start:end].reshape(shape),
        desk.drain[start:end].reshape(shape),
        desk.late[start:end].reshape(shape),
        known.on[first:last],
        lay.weight[first:last],
        lay.lost[crossing],
        lay.min_green[crossing],
        lay.yields.start[first : last + 1],
        lay.yields,
        known.passing[first:last],
        known.inside[first:last],
    )


@inlined
def foresee(  # noqa: PLR0913, PLR0917 - one kernel
    lay: Ground, known: Known, first: int, view: View, phase: int, seen: Sights, far: Far, settled: bool, stray: float
) -> None:
    """Who stands on dark lanes, and who comes from beyond sight."""
    for at in range(len(view.queue)):
        guess_lane(known, first + at, float(view.rate[phase, at] * view.share[phase, at]), seen, settled)
        expect(lay, known, first + at, seen.coming[first + at], far, stray)


@inlined
def choose(  # noqa: PLR0913, PLR0917 - one kernel
    view: View, phase: int, ready: bool, habits: Habits, keeps: Ints, desk: Desk, first: int, far: Far
) -> int:
    """The phase to show next; neighbours are told the departures of the plan behind it."""
    target = phase
    out = far.sent[first : first + len(view.queue)] if far.wanted else desk.nothing
    if far.wanted:
        out[:, :] = 0.0
    if ready:
        target = search(view, phase, habits, keeps, desk, out)
    elif far.wanted:
        play(view, phase, max(GOES_ON_S, keeps[0]), phase, habits, np.inf, desk, out)
    return target
