"""One kernel that decides for all crossings: learn, look, search."""

import numpy as np

from citywide.systems.traffic.engine.compiled import compiled
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
    queue, coming, line, sure, head_at, head_speed, dark, crossed_of, _guess = seen
    pending, planned, linked, sent, wants_plan = far
    for crossing in range(len(targets)):
        first, last = lay.lane_from[crossing], lay.lane_from[crossing + 1]
        wide, phase = last - first, phase_now[crossing]
        phases = lay.phase_from[crossing + 1] - lay.phase_from[crossing]
        start = lay.cell_from[crossing]
        end, shape = start + phases * wide, (phases, wide)
        rate, share = desk.rate[start:end].reshape(shape), desk.share[start:end].reshape(shape)
        room, drain = desk.room[start:end].reshape(shape), desk.drain[start:end].reshape(shape)
        late = desk.late[start:end].reshape(shape)
        fill_cells(known, lay, crossing, room_of, rate, share, room, drain, late, phase)
        learn_crossing(
            known,
            first,
            last,
            start + phase * wide,
            phase,
            settled[crossing],
            crossed_of,
            line,
            sure,
            head_at,
            head_speed,
            dark,
            lay.move_from,
            lay.move_exit,
            room_of,
        )
        for lane in range(first, last):
            guess_lane(known, lane, float(rate[phase, lane - first]), seen, settled[crossing])
            expect(lay, known, lane, coming[lane], pending, planned, linked, habits.stray)
        targets[crossing] = phase
        ready = settled[crossing] and green_s[crossing] >= lay.min_green[crossing]
        if not ready and not wants_plan:
            continue
        view = View(
            queue[first:last],
            coming[first:last],
            rate,
            share,
            known.serves[start:end].reshape(shape),
            known.head[first:last],
            room,
            drain,
            late,
            known.on[first:last],
            lay.weight[first:last],
            lay.lost[crossing],
            lay.min_green[crossing],
        )
        out = sent[first:last] if wants_plan else desk.nothing
        if wants_plan:
            out[:, :] = 0.0
        if ready:
            targets[crossing] = search(view, phase, habits, keeps, desk, out)
        else:
            play(view, phase, 3, phase, habits, np.inf, desk, out)
