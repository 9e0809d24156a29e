"""Whether a radar hangs: frames still come, but each is the one before. Vehicles that truly stand are told apart.

A radar that trembles hardly ever says the same place twice; one that holds still does so for whoever stands. What a
lane's radar is used to do is learned. A hang also shows by fast vehicles that are nailed to the road, and by vehicles
that a camera or a loop counts where the radar's frame does not change.
"""

import math

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.tracks import PACE, SAME, SEEN, FloatArray, IntArray

LAST, RUN, DOUBT, BACK, STILL, HELD, HEARD, FROZEN = range(8)
FRAME = 8

SURE, LEAST = 20.0, 3.0  # odds of e^20 against chance, and frames that are alike
FAST_MPS, NAILED_MPS, HALTS = 6.0, 10.0, 10.0  # who is that fast does not stand a second later; two at once never do
COUNTED, LATE_S = 7.0, 8.0  # each vehicle counted elsewhere, once a late clock explains it no more
TREMBLES_M, RAREST, REMEMBERS = 4.0, 0.05, 4000.0


@compiled
def note_frame(slots: FloatArray, used: int, frame: FloatArray, counted: float, now: float) -> None:
    """One more frame of a lane's radar, and how many vehicles other devices counted there meanwhile."""
    seen, same, back, halted, nailed = _compared(slots, used, now)
    changed = same < seen or (seen == 0.0) != (frame[LAST] == 0.0)
    frame[LAST], frame[HEARD] = seen, now
    if changed:
        _moves_again(slots, used, frame, same, back, now)
        return
    frame[RUN] += 1.0
    frame[HELD] += same
    frame[DOUBT] += same * _surprise(frame) + HALTS * halted + min(nailed, 1.0)
    if frame[RUN] > LATE_S:
        frame[DOUBT] += COUNTED * counted
    if frame[RUN] >= LEAST and frame[DOUBT] > SURE:
        frame[FROZEN] = 1.0


@compiled
def _compared(slots: FloatArray, used: int, now: float) -> tuple[float, float, float, float, float]:
    """Vehicles of this frame: all, just where they were, a little back, just halted though fast, nailed to the road."""
    seen, same, back, halted, nailed = 0.0, 0.0, 0.0, 0.0, 0.0
    for slot in range(used):
        one = slots[slot]
        if one[SEEN] == now:
            seen += 1.0
            same += 1.0 if one[SAME] > 0 else 0.0
            back += 1.0 if one[SAME] == 0 and -TREMBLES_M < one[PACE] < 0 else 0.0
            halted += 1.0 if one[SAME] == 1 and one[PACE] >= FAST_MPS else 0.0
            nailed += 1.0 if one[SAME] > 0 and one[PACE] >= NAILED_MPS else 0.0
    return seen, same, back, halted, nailed


@compiled
def _surprise(frame: FloatArray) -> float:
    """How little this radar is used to say the same place twice; who stands trembles forward as often as back."""
    return -math.log(max((frame[STILL] + 1.0) / (frame[STILL] + 2.0 * frame[BACK] + 1.0), RAREST))


@compiled
def _moves_again(slots: FloatArray, used: int, frame: FloatArray, same: float, back: float, now: float) -> None:
    """The frame has changed: what stood still till now is a habit, or was a hang and is forgotten."""
    if frame[FROZEN] > 0:
        _forget(slots, used, now)
    else:
        frame[STILL] += frame[HELD] + same
        frame[BACK] += back
    if frame[STILL] + frame[BACK] > REMEMBERS:
        frame[STILL], frame[BACK] = frame[STILL] / 2, frame[BACK] / 2
    frame[RUN], frame[DOUBT], frame[HELD], frame[FROZEN] = 0.0, 0.0, 0.0, 0.0


@compiled
def _forget(slots: FloatArray, used: int, now: float) -> None:
    """Vehicles that only the hanging radar still showed."""
    for slot in range(used):
        if slots[slot, SEEN] < now:
            slots[slot, SEEN] = now - 1000.0


@compiled
def share_hang(frames: FloatArray, crossing: IntArray, tally: IntArray, now: float) -> None:
    """Where two lanes of a crossing hang and no other one moves, one radar sees them all: the empty ones hang, too."""
    tally[:] = 0
    for row in range(len(frames)):
        if frames[row, FROZEN] > 0:
            tally[crossing[row], 0] += 1
        elif frames[row, RUN] < LEAST and now - frames[row, HEARD] <= LEAST:
            tally[crossing[row], 1] += 1
    for row in range(len(frames)):
        if tally[crossing[row], 0] >= 2 and tally[crossing[row], 1] == 0:
            frames[row, FROZEN] = 1.0
