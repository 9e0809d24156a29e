# pyright: basic, reportMissingParameterType=false
# Compiled by numba, which infers the types itself.
"""Signals over a stretch of time, kept in slots; what the closed slots say is worked out once a slot."""

import numpy as np

from citywide.hub.rules.layout import RATE_SLOT, RATE_SLOTS, SLOTS, WINDOW_CELLS, WINDOW_SLOT
from citywide.kit.compiled import compiled

HOUR = 3.6e9
MEAN, SUM, MIN, MAX = range(4)  # whatever else is asked for is the count


@compiled
def rate(over, width, cells, at, slots, ring, t, v):  # noqa: ANN001, ANN201, PLR0913, PLR0917 - numba infers the types
    """The change an hour since the first reading of the newest slot that lies far enough back."""
    slot = np.floor(t / width)
    if cells[at] != slot:
        k = ring + RATE_SLOT * (int(slot) % RATE_SLOTS)
        cells[at] = slots[k] = slot
        slots[k + 1], slots[k + 2] = t, v
        _look_back(cells, at, slots, ring, t - over)
    elif t - over >= cells[at + 3]:
        _look_back(cells, at, slots, ring, t - over)
    best = cells[at + 1]
    return (v - cells[at + 2]) / (t - best) * HOUR if best >= 0.0 else np.nan


@compiled
def _look_back(cells, at, slots, ring, upto):  # noqa: ANN001, ANN202 - numba infers the types
    """Find the newest slot's first reading up to a moment, and from when on the next one would be it."""
    best, value, following = -1.0, np.nan, np.inf
    for k in range(ring, ring + RATE_SLOT * RATE_SLOTS, RATE_SLOT):
        if slots[k] > cells[at] - RATE_SLOTS:
            if slots[k + 1] > upto:
                following = min(following, slots[k + 1])
            elif slots[k + 1] > best:
                best, value = slots[k + 1], slots[k + 2]
    cells[at + 1], cells[at + 2], cells[at + 3] = best, value, following


@compiled
def drift(width, cells, at, slots, ring, t, v):  # noqa: ANN001, ANN201 - numba infers the types
    """The mean of twelve slots, less that of twelve slots ten times as long."""
    far, far_ring = at + WINDOW_CELLS, ring + SLOTS * WINDOW_SLOT
    _tell(width, cells, at, slots, ring, t, v)
    _tell(10 * width, cells, far, slots, far_ring, t, v)
    near, near_n = _total(cells, at)
    long, long_n = _total(cells, far)
    return near / near_n - long / long_n if long_n > near_n else np.nan


@compiled
def window(which, width, cells, at, slots, ring, t, v):  # noqa: ANN001, ANN201, PLR0913, PLR0917 - numba infers the types
    """The aggregate over twelve slots that was asked for."""
    _tell(width, cells, at, slots, ring, t, v)
    if which == MIN:
        return min(cells[at + 3], cells[at + 7])
    if which == MAX:
        return max(cells[at + 4], cells[at + 8])
    total, count = _total(cells, at)
    if which == SUM:
        return total
    return total / count if which == MEAN else count


@compiled
def _total(cells, at):  # noqa: ANN001, ANN202 - numba infers the types
    """The total and the count, of the open slot and the closed ones together."""
    return cells[at + 1] + cells[at + 5], cells[at + 2] + cells[at + 6]


@compiled
def _tell(width, cells, at, slots, ring, t, v):  # noqa: ANN001, ANN202 - numba infers the types
    """Add a reading to the open slot: its number, total, count, least, most; behind it those of the closed slots."""
    slot = np.floor(t / width)
    if cells[at] != slot:
        _turn_over(cells, at, slots, ring, slot)
    cells[at + 1] += v
    cells[at + 2] += 1.0
    cells[at + 3] = min(cells[at + 3], v)
    cells[at + 4] = max(cells[at + 4], v)


@compiled
def _turn_over(cells, at, slots, ring, slot):  # noqa: ANN001, ANN202 - numba infers the types
    """Put the open slot away, open this one, and sum up the closed ones that still count."""
    if not np.isnan(cells[at]):
        k = ring + WINDOW_SLOT * (int(cells[at]) % SLOTS)
        for part in range(WINDOW_SLOT):
            slots[k + part] = cells[at + part]
    total, count, least, most = 0.0, 0.0, np.inf, -np.inf
    for k in range(ring, ring + WINDOW_SLOT * SLOTS, WINDOW_SLOT):
        if slots[k] > slot - SLOTS:
            total += slots[k + 1]
            count += slots[k + 2]
            least = min(least, slots[k + 3])
            most = max(most, slots[k + 4])
    cells[at], cells[at + 1], cells[at + 2], cells[at + 3], cells[at + 4] = slot, 0.0, 0.0, np.inf, -np.inf
    cells[at + 5], cells[at + 6], cells[at + 7], cells[at + 8] = total, count, least, most
