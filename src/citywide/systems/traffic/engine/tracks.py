"""Tracks followed through noise, missing seconds and changed numbers: a fading-memory filter per vehicle."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.engine.compiled import compiled

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SLOTS = 64
NUMBER, X, V, SEEN, HITS, ORIGIN, STANDS, FREE, SLOW, TOLD = range(10)
FIELDS = 10

FADE = 0.6  # 0.18 m/s of speed noise at 1 m and 1 Hz, settled six seconds after a hard stop
GAIN, RATE = 1 - FADE**2, (1 - FADE) ** 2
JUMP_M = 6.0


def no_tracks(lanes: int) -> tuple[FloatArray, IntArray]:
    """Slots for every lane, and how many of them are in use (always the first ones)."""
    return np.zeros((lanes, SLOTS, FIELDS)), np.zeros(lanes, np.int64)


@compiled
def follow(tracks: FloatArray, used: IntArray, lane: IntArray, number: IntArray, place: FloatArray, now: float) -> None:
    """Every sighting moves its track, or begins one."""
    for i in range(len(lane)):
        slots = tracks[lane[i]]
        slot = _slot_of(slots, int(used[lane[i]]), number[i], place[i], now)
        if slot == SLOTS:
            continue
        used[lane[i]] = max(used[lane[i]], slot + 1)
        one = slots[slot]
        if one[NUMBER] != number[i] or not _move(one, place[i], now):
            _begin(one, number[i], place[i], now)


@compiled
def place_at(one: FloatArray, now: float) -> float:
    """Where a track should be now."""
    return one[X] + one[V] * (now - one[SEEN])


@compiled
def _move(one: FloatArray, place: float, now: float) -> bool:
    """The filter's step; false when the place cannot be the same vehicle's."""
    gone = now - one[SEEN]
    if gone <= 0:
        return True
    guess = one[X] + one[V] * gone
    off = place - guess
    count = one[HITS] + 1
    if abs(off) > JUMP_M + 2.0 * gone and count > 3:
        return False
    one[X] = guess + max(GAIN, 2.0 * (2 * count - 1) / (count * (count + 1))) * off
    one[V] += max(RATE, 6.0 / (count * (count + 1))) * off / gone
    one[SEEN] = now
    one[HITS] = count
    one[ORIGIN] = max(one[ORIGIN], one[X])
    return True


@compiled
def _begin(one: FloatArray, number: float, place: float, now: float) -> None:
    one[:] = 0.0
    one[NUMBER], one[X], one[SEEN], one[HITS], one[ORIGIN] = number, place, now, 1, place
    one[STANDS] = -1.0


@compiled
def _slot_of(slots: FloatArray, used: int, number: float, place: float, now: float) -> int:
    """The slot with this number; else of a track that went missing just here; else the next empty one."""
    heir, nearest = -1, 1e9
    for slot in range(used):
        one = slots[slot]
        if one[NUMBER] == number:
            return slot
        if now - one[SEEN] >= 2.0:
            off = abs(place_at(one, now) - place)
            if off < 4.0 + 0.5 * abs(one[V]) and off < nearest:
                nearest, heir = off, slot
    if heir >= 0:
        slots[heir, NUMBER] = number
        return heir
    if used < SLOTS:
        slots[used, NUMBER] = 0.0
    return used
