"""One kernel that decides for all crossings: learn, look, search."""

import numpy as np

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.cells import fill_cells
from citywide.systems.traffic.engine.control.exchange import expect
from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.known import Known
from citywide.systems.traffic.engine.control.layout import Floats, Ground, Ints
from citywide.systems.traffic.engine.control.learning import learn_crossing
from citywide.systems.traffic.engine.control.rollout import play
from citywide.systems.traffic.engine.control.search import search
from citywide.systems.traffic.engine.control.sights import Far, Now, Sights, guess_lane
from citywide.systems.traffic.engine.control.view import Desk, View


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
    coming = seen[1]
    pending, planned, linked, sent, wants_plan = far
    for crossing in range(len(targets)):
        first, last = lay.lane_from[crossing], lay.lane_from[crossing + 1]
        phase = targets[crossing] = phase_now[crossing]
        start, end = lay.cell_from[crossing], lay.cell_from[crossing + 1]
        shape = (lay.phase_from[crossing + 1] - lay.phase_from[crossing], last - first)
        view = View(
            seen[0][first:last],
            coming[first:last],
            desk.rate[start:end].reshape(shape),
            desk.share[start:end].reshape(shape),
            known.serves[start:end].reshape(shape),
            known.head[first:last],
            desk.room[start:end].reshape(shape),
            desk.drain[start:end].reshape(shape),
            desk.late[start:end].reshape(shape),
            known.on[first:last],
            lay.weight[first:last],
            lay.lost[crossing],
            lay.min_green[crossing],
        )
        fill_cells(known, lay, crossing, room_of, view, phase)
        learn_crossing(known, lay, crossing, phase, settled[crossing], seen, room_of)
        for lane in range(first, last):
            guess_lane(known, lane, float(view.rate[phase, lane - first]), seen, settled[crossing])
            expect(lay, known, lane, coming[lane], pending, planned, linked, habits.stray)
        ready = settled[crossing] and green_s[crossing] >= lay.min_green[crossing]
        out = sent[first:last] if wants_plan else desk.nothing
        if wants_plan:
            out[:, :] = 0.0
        if ready:
            targets[crossing] = search(view, phase, habits, keeps, desk, out)
        elif wants_plan:
            play(view, phase, 3, phase, habits, np.inf, desk, out)
