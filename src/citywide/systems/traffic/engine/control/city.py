"""One kernel that decides for all crossings: learn, look, search."""

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.control.cells import fill_cells
from citywide.systems.traffic.engine.control.exchange import expect
from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.known import Known
from citywide.systems.traffic.engine.control.layout import MOST_LANES, Floats, Ground, Ints
from citywide.systems.traffic.engine.control.learning import learn_crossing
from citywide.systems.traffic.engine.control.rollout import play
from citywide.systems.traffic.engine.control.search import View, search
from citywide.systems.traffic.engine.control.sights import Far, Now, Sights, guess_lane


@njit(cache=True, error_model="numpy")
def decide(  # noqa: PLR0913, PLR0917 - numba takes arrays one by one
    lay: Ground,
    known: Known,
    now: Now,
    room_of: Floats,
    seen: Sights,
    far: Far,
    keeps: Ints,
    habits: Habits,
    targets: Ints,
) -> None:
    """The target phase of each crossing into `targets`, planned departures into far.sent."""
    phase_now, settled, green_s = now
    queue, coming, line, sure, head_at, head_speed, dark, crossed_of, _guess = seen
    pending, planned, linked, sent, wants_plan = far
    scratch, marks = np.zeros((4, MOST_LANES)), np.zeros(MOST_LANES, np.int32)
    nothing = np.zeros((0, 0))
    for crossing in range(len(targets)):
        first, last = lay.lane_from[crossing], lay.lane_from[crossing + 1]
        wide, phase = last - first, phase_now[crossing]
        phases = lay.phase_from[crossing + 1] - lay.phase_from[crossing]
        start = lay.cell_from[crossing]
        rate, share = np.zeros((phases, wide)), np.zeros((phases, wide))
        room, drain = np.zeros((phases, wide)), np.zeros((phases, wide))
        late = np.zeros((phases, wide))
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
            known.serves[start : start + phases * wide].reshape(phases, wide),
            known.head[first:last],
            room,
            drain,
            late,
            known.on[first:last],
            lay.weight[first:last],
            lay.lost[crossing],
            lay.min_green[crossing],
        )
        out = sent[first:last] if wants_plan else nothing
        if wants_plan:
            out[:, :] = 0.0
        if ready:
            targets[crossing] = search(view, phase, habits, keeps, scratch, out)
        else:
            play(
                view.queue,
                view.coming,
                rate,
                share,
                view.serves,
                view.head,
                room,
                drain,
                view.late,
                view.on,
                view.weight,
                view.lost,
                view.min_green,
                phase,
                3,
                phase,
                habits,
                np.inf,
                scratch,
                marks,
                out,
            )
