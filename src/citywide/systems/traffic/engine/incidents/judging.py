"""Every lane judged once a second: its tracks let go, in order, and asked for a reason; its queues counted."""

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.frames import FROZEN, RUN, note_frame
from citywide.systems.traffic.engine.incidents.columns import BEGAN, END, STOP
from citywide.systems.traffic.engine.incidents.queues import count_standing, side_rings
from citywide.systems.traffic.engine.incidents.reasons import (
    HANGS,
    MOVES_MPS,
    QUEUE,
    STANDS_MPS,
    FloatArray,
    IntArray,
    reason_to_ring,
)
from citywide.systems.traffic.engine.tracks import (
    FREE,
    HITS,
    NUMBER,
    ORIGIN,
    SEEN,
    SLOTS,
    SLOW,
    STANDS,
    TOLD,
    V,
    X,
    place_at,
)


@njit(cache=True)
def judge(  # noqa: PLR0913, PLR0917 - the compiled part takes its arrays one by one
    tracks: FloatArray,
    used: IntArray,
    lanes: FloatArray,
    patience: FloatArray,
    strict: FloatArray,
    queues: FloatArray,
    rules: FloatArray,
    frames: FloatArray,
    out: FloatArray,
    now: float,
) -> int:
    """Writes what is newly wrong to `out` (kind, lane, place, track, since) and says how many rows."""
    found = 0
    order = np.empty(SLOTS, np.int64)
    for row in range(len(tracks)):
        lane, slots = lanes[row], tracks[row]
        hung = frames[row, FROZEN] > 0
        hangs = _hangs(slots, used[row], frames[row], now)
        used[row] = _let_go(slots, used[row], lane, now)
        if hangs and not hung and found < len(out):
            _write(out[found], HANGS, row, lane[STOP], 0.0, now - frames[row, RUN])
            found += 1
        if hangs:
            continue
        n = _in_order(slots, order, used[row])
        found = _judge_tracks(row, slots, order[:n], lane, patience[row], strict[row], rules, out, found, now)
        before, beyond, explained = count_standing(slots, order[:n], lane, patience[row], rules, now)
        standing = (before, beyond)
        found = _judge_queues(row, queues[row], standing, explained, lane, strict[row], rules, out, found, now)
    return found


@njit(cache=True)
def _hangs(slots: FloatArray, used: int, frame: FloatArray, now: float) -> bool:
    """Whether the lane's radar only repeats itself; who sees nobody has said nothing."""
    for slot in range(used):
        if slots[slot, SEEN] == now:
            note_frame(slots, used, frame, 0.0, now)
            break
    return frame[FROZEN] > 0


@njit(cache=True)
def _judge_tracks(  # noqa: PLR0913, PLR0917 - as above
    row: int,
    slots: FloatArray,
    order: IntArray,
    lane: FloatArray,
    patience: FloatArray,
    strict: FloatArray,
    rules: FloatArray,
    out: FloatArray,
    found: int,
    now: float,
) -> int:
    """Every vehicle of a lane that is surely there, asked for its reason to stand, crawl or come back."""
    for at in range(len(order)):
        one = slots[order[at]]
        if one[HITS] < 4:
            continue
        _note_standing(one, now)
        kind = reason_to_ring(slots, order, at, len(order), lane, patience, strict, rules, now)
        if kind > 0 and found < len(out):
            one[TOLD] = kind
            _write(out[found], kind, row, one[X], one[NUMBER], now - max(one[FREE], one[SLOW]))
            found += 1
    return found


@njit(cache=True)
def _judge_queues(  # noqa: PLR0913, PLR0917 - as above
    row: int,
    queues: FloatArray,
    standing: tuple[int, int],
    explained: bool,
    lane: FloatArray,
    strict: FloatArray,
    rules: FloatArray,
    out: FloatArray,
    found: int,
    now: float,
) -> int:
    """The queue before the line and the one in the exit."""
    for side in range(2):
        rings = side_rings(queues[side], standing[side], side, explained, strict[QUEUE], rules, now)
        if rings and found < len(out):
            _write(out[found], QUEUE, row, lane[STOP] if side == 0 else lane[END], 0.0, queues[side, BEGAN])
            found += 1
    return found


@njit(cache=True)
def _write(line: FloatArray, kind: int, row: int, place: float, number: float, since: float) -> None:
    line[0], line[1], line[2], line[3], line[4] = kind, row, place, number, since


@njit(cache=True)
def _let_go(slots: FloatArray, used: int, lane: FloatArray, now: float) -> int:
    """Tracks that are gone leave their slots to the last ones."""
    slot = 0
    while slot < used:
        one = slots[slot]
        place = place_at(one, now)
        patient = 9.0 if one[STANDS] >= 0 else 4.0
        if now - one[SEEN] > patient or place > lane[END] + 5.0 or place < -10.0:
            used -= 1
            one[:] = slots[used]
            continue
        slot += 1
    return used


@njit(cache=True)
def _in_order(slots: FloatArray, order: IntArray, used: int) -> int:
    """Slots in use, the most advanced first."""
    for slot in range(used):
        at = slot
        while at > 0 and slots[order[at - 1], X] < slots[slot, X]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = slot
    return used


@njit(cache=True)
def _note_standing(one: FloatArray, now: float) -> None:
    if abs(one[V]) < STANDS_MPS:
        if one[STANDS] < 0:
            one[STANDS] = now
        one[ORIGIN] = one[X]
    elif abs(one[V]) > MOVES_MPS:
        one[STANDS], one[FREE] = -1.0, 0.0
        if one[V] > 2.0:
            one[TOLD] = 0
