"""One kernel that decides for all crossings: learn, look, search."""

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.control.exchange import expect
from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.headways import START_UP_S
from citywide.systems.traffic.engine.control.known import Known
from citywide.systems.traffic.engine.control.layout import MOST_LANES, Flags, Floats, Ground, Ints
from citywide.systems.traffic.engine.control.learning import FLOW_MEMORY_S, learn_crossing
from citywide.systems.traffic.engine.control.rates import late_of, rate_of
from citywide.systems.traffic.engine.control.rollout import play
from citywide.systems.traffic.engine.control.search import View, search

LEAST_DRAIN = 0.1  # vehicles/s that any exit is believed to pass on
Now = tuple[Ints, Flags, Floats]  # phase, settled, seconds of green
Sights = tuple[Floats, Floats, Floats, Floats, Floats, Floats, Flags, Floats, Floats]
Far = tuple[Floats, Floats, Floats, Floats, bool]  # pending, planned, linked, departures, whether wanted


@njit(cache=True, error_model="numpy")
def count_crossed(
    known: Known,
    move_lane: Ints,
    move_exit: Ints,
    crossed: Ints,
    crossed_of: Floats,
) -> None:
    """Vehicles over each lane's line this second, and which way they turned."""
    crossed_of[:] = 0.0
    known.taken[:] *= 1.0 - 1.0 / FLOW_MEMORY_S
    for at in range(len(crossed)):
        move = crossed[at]
        if 0 <= move < len(move_lane):
            crossed_of[move_lane[move]] += 1.0
            known.turns[move] += 1.0
            if move_exit[move] >= 0:
                known.taken[move_exit[move]] += 1.0 / FLOW_MEMORY_S


@njit(cache=True, error_model="numpy")
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


@njit(cache=True, error_model="numpy")
def guess_lane(
    known: Known,
    lane: int,
    rate: float,
    seen: Sights,
    settled: bool,
) -> None:
    """A dark lane is carried on by the model: mean arrivals in, learned discharge out."""
    queue, coming, _line, _sure, _at, _speed, dark, _crossed, guess = seen
    if not dark[lane]:
        guess[lane] = queue[lane]
        return
    guess[lane] += known.flow[lane]
    if settled and known.on[lane] > START_UP_S:
        guess[lane] = max(0.0, guess[lane] - rate)
    queue[lane] = guess[lane]
    coming[lane, :] = known.flow[lane]
