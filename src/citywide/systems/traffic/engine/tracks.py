"""Tracks followed through noise, missing seconds and changed numbers: a fading-memory filter per vehicle."""

import numpy as np
from numpy.typing import NDArray

from citywide.kit.compiled import compiled

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SLOTS = 64
NUMBER, X, V, SEEN, HITS, ORIGIN, STANDS, FREE, SLOW, TOLD, PLACE, PACE, SAME = range(13)
FIELDS = 13

FADE = 0.6  # 0.18 m/s of speed noise at 1 m and 1 Hz, settled six seconds after a hard stop
GAIN, RATE = 1 - FADE**2, (1 - FADE) ** 2
JUMP_M, FASTEST_MPS = 6.0, 45.0
SURE = 3  # sightings of somebody who is truly there; ghosts are gone before
YOUNG_M, YOUNG_S = 3.0, 1.0  # how near, and how soon, somebody of fewer sightings must be seen again
NOBODY = -1.0


def no_tracks(lanes: int) -> tuple[FloatArray, IntArray]:
    """Slots for every lane, and how many of them are in use (always the first ones)."""
    return np.zeros((lanes, SLOTS, FIELDS)), np.zeros(lanes, np.int64)


def follow(tracks: FloatArray, used: IntArray, lane: IntArray, number: IntArray, place: FloatArray, now: float) -> None:
    """Every sighting moves its track; whom no track knows by number takes one that nobody saw, or begins one."""
    _follow(tracks, used, lane, number, place, now, np.zeros(len(lane), np.bool_))


@compiled
def _follow(
    tracks: FloatArray,
    used: IntArray,
    lane: IntArray,
    number: IntArray,
    place: FloatArray,
    now: float,
    strange: NDArray[np.bool_],
) -> None:
    for i in range(len(lane)):
        strange[i] = not _known(tracks[lane[i]], int(used[lane[i]]), number[i], place[i], now)
    for i in range(len(lane)):
        if strange[i]:
            _take(tracks[lane[i]], used, lane[i], number[i], place[i], now)


@compiled
def _take(slots: FloatArray, used: IntArray, lane: int, number: float, place: float, now: float) -> None:
    """A sighting with a number of its own goes on with a track that nobody saw, or begins one."""
    count = int(used[lane])
    slot = _heir_of(slots, count, place, now)
    if slot == SLOTS:
        return
    used[lane] = max(count, slot + 1)
    if slot == count or not _move(slots[slot], place, now):
        _begin(slots[slot], place, now)
    slots[slot, NUMBER] = number


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
    if abs(off) > JUMP_M + (2.0 if count > 3 else FASTEST_MPS) * gone and place != one[PLACE]:
        return False
    one[X] = guess + max(GAIN, 2.0 * (2 * count - 1) / (count * (count + 1))) * off
    one[V] += max(RATE, 6.0 / (count * (count + 1))) * off / gone
    one[SEEN] = now
    one[HITS] = count
    one[ORIGIN] = max(one[ORIGIN], one[X])
    _compare(one, place, gone)
    return True


@compiled
def _compare(one: FloatArray, place: float, gone: float) -> None:
    """How often in a row it was seen at the very same place, and how fast it moved from sight to sight before."""
    if place == one[PLACE]:
        one[SAME] += 1.0
        return
    one[PACE], one[SAME], one[PLACE] = (place - one[PLACE]) / gone, 0.0, place


@compiled
def _begin(one: FloatArray, place: float, now: float) -> None:
    one[:] = 0.0
    one[X], one[SEEN], one[HITS], one[ORIGIN] = place, now, 1, place
    one[STANDS], one[PLACE] = -1.0, place


@compiled
def _known(slots: FloatArray, used: int, number: float, place: float, now: float) -> bool:
    """Whether a track has this number and can be there; a number that somebody else has now is nobody's before."""
    for slot in range(used):
        if slots[slot, NUMBER] == number:
            if _move(slots[slot], place, now):
                return True
            slots[slot, NUMBER] = NOBODY
    return False


@compiled
def _heir_of(slots: FloatArray, used: int, place: float, now: float) -> int:
    """The slot of the nearest track that was not seen this second and should be just here; else the next empty one."""
    heir, nearest = used, 1e9
    for slot in range(used):
        one = slots[slot]
        off = abs(place_at(one, now) - place)
        near = 4.0 + 0.5 * abs(one[V]) if one[HITS] >= SURE else YOUNG_M
        if one[SEEN] < now and off < near and off < nearest:
            nearest, heir = off, slot
    return heir
