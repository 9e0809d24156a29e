# pyright: basic, reportMissingParameterType=false
# Compiled by numba, which infers the types itself.
"""The one loop over readings that every rule goes through; compiled, on flat arrays."""

import numba
import numpy as np

from citywide.hub.rules.layout import (
    BEYOND_SINCE,
    COMMON,
    DIFFERENCE,
    DRIFT,
    LAST_TIME,
    LAST_VALUE,
    RAISED,
    RATE,
    RATE_SLOTS,
    RATIO,
    SILENCE,
    SLOTS,
    STUCK,
    VALUE,
    WINDOW,
)

HOUR = 3.6e9


@numba.njit(cache=True, nogil=True)
def fold(series, times, values, first, following, watch_of, role_of, offset, rule_of, rules, mem, out):  # noqa: ANN001, ANN201, PLR0913
    """Fold readings (sorted per entity by time) into the watches' memory; the transitions go to `out`."""
    count = 0
    for i in range(series.size):
        link = first[series[i]]
        while link >= 0:
            watch = watch_of[link]
            cells = mem[offset[watch] :]
            x = _signal(rules[rule_of[watch]], cells, role_of[link], times[i], values[i])
            change = _decide(rules[rule_of[watch]], cells, times[i], x)
            if change >= 0:
                out[count, 0], out[count, 1], out[count, 2], out[count, 3] = watch, change, times[i], x
                count += 1
            link = following[link]
    return count


@numba.njit(cache=True, nogil=True)
def tick(now, watches, offset, rule_of, rules, mem, out):  # noqa: ANN001, ANN201
    """Raise the alarms of those who have fallen silent."""
    count = 0
    for watch in watches:
        cells = mem[offset[watch] :]
        if cells[LAST_TIME] == -np.inf:
            continue  # it has never spoken
        bound = rules[rule_of[watch]].bound
        silent = (now - cells[LAST_TIME]) / 1e6
        if cells[RAISED] == 0.0 and silent > bound:
            cells[RAISED] = 1.0
            out[count, 0], out[count, 1] = watch, 1
            out[count, 2], out[count, 3] = cells[LAST_TIME] + bound * 1e6, silent
            count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _signal(rule, cells, role, t, v):  # noqa: ANN001, ANN202, PLR0911
    if t < cells[LAST_TIME]:
        return np.nan  # an older reading of a pair's other half: the pair has moved on
    code = rule.code
    cells[LAST_TIME] = t
    if code == DIFFERENCE or code == RATIO:  # noqa: PLR1714
        return _pair(code, cells, role, v)
    cells[LAST_VALUE] = v
    if code == VALUE:
        return v
    if code == RATE:
        return _rate(rule, cells[COMMON:], t, v)
    if code == SILENCE:
        return 0.0
    if code == STUCK:
        return _stuck(rule, cells[COMMON:], t, v)
    if code == DRIFT:
        return _drift(rule, cells[COMMON:], t, v)
    if code == WINDOW:
        return _window(rule, cells[COMMON:], t, v)
    return np.nan


@numba.njit(cache=True, nogil=True)
def _decide(rule, cells, t, x):  # noqa: ANN001, ANN202
    """1 raised, 0 cleared, -1 nothing changed."""
    if np.isnan(x):
        return -1
    x = rule.sign * x
    if cells[RAISED] != 0.0:
        clears = x < rule.clear if not np.isnan(rule.clear) else x <= rule.bound
        if clears:
            cells[RAISED], cells[BEYOND_SINCE] = 0.0, np.nan
        return 0 if clears else -1
    if rule.code == SILENCE or x <= rule.bound:
        cells[BEYOND_SINCE] = np.nan
        return -1
    if np.isnan(cells[BEYOND_SINCE]):
        cells[BEYOND_SINCE] = t
    if t - cells[BEYOND_SINCE] < rule.hold:
        return -1
    cells[RAISED] = 1.0
    return 1


@numba.njit(cache=True, nogil=True)
def _pair(code, cells, role, v):  # noqa: ANN001, ANN202
    if role == 0:
        cells[LAST_VALUE] = v
    else:
        cells[COMMON] = v
    mine, other = cells[LAST_VALUE], cells[COMMON]
    if code == DIFFERENCE:
        return mine - other
    return mine / other if other != 0.0 else np.nan


@numba.njit(cache=True, nogil=True)
def _rate(rule, ring, t, v):  # noqa: ANN001, ANN202
    slot = np.floor(t / rule.slot)
    at = 3 * int(slot % RATE_SLOTS)
    if ring[at] != slot:
        ring[at], ring[at + 1], ring[at + 2] = slot, t, v
    best, change = -1.0, np.nan
    for k in range(0, 3 * RATE_SLOTS, 3):
        fresh = ring[k] > slot - RATE_SLOTS
        if fresh and ring[k + 1] <= t - rule.over and ring[k + 1] > best:
            best = ring[k + 1]
            change = (v - ring[k + 2]) / (t - best) * HOUR
    return change


@numba.njit(cache=True, nogil=True)
def _stuck(rule, cells, t, v):  # noqa: ANN001, ANN202
    if np.isnan(cells[0]) or abs(v - cells[0]) > rule.tolerance:
        cells[0], cells[1] = v, t
    return (t - cells[1]) / 1e6


@numba.njit(cache=True, nogil=True)
def _drift(rule, rings, t, v):  # noqa: ANN001, ANN202
    """The mean of twelve slots, less that of twelve slots ten times as long."""
    near, near_n = _mean(rings, rule.slot, t, v)
    long, long_n = _mean(rings[3 * SLOTS :], 10 * rule.slot, t, v)
    return near - long if long_n > near_n else np.nan


@numba.njit(cache=True, nogil=True)
def _mean(ring, width, t, v):  # noqa: ANN001, ANN202
    slot = np.floor(t / width)
    at = 3 * int(slot % SLOTS)
    if ring[at] != slot:
        ring[at], ring[at + 1], ring[at + 2] = slot, 0.0, 0.0
    ring[at + 1] += v
    ring[at + 2] += 1.0
    total, count = 0.0, 0.0
    for k in range(0, 3 * SLOTS, 3):
        if ring[k] > slot - SLOTS:
            total += ring[k + 1]
            count += ring[k + 2]
    return total / count, count


@numba.njit(cache=True, nogil=True)
def _window(rule, ring, t, v):  # noqa: ANN001, ANN202
    slot = np.floor(t / rule.slot)
    at = 5 * int(slot % SLOTS)
    if ring[at] != slot:
        ring[at], ring[at + 1], ring[at + 2], ring[at + 3], ring[at + 4] = slot, 0.0, 0.0, np.inf, -np.inf
    ring[at + 1] += v
    ring[at + 2] += 1.0
    ring[at + 3] = min(ring[at + 3], v)
    ring[at + 4] = max(ring[at + 4], v)
    return _aggregate(rule.aggregate, ring, slot)


@numba.njit(cache=True, nogil=True)
def _aggregate(which, ring, slot):  # noqa: ANN001, ANN202
    total, count, least, most = 0.0, 0.0, np.inf, -np.inf
    for k in range(0, 5 * SLOTS, 5):
        if ring[k] > slot - SLOTS:
            total += ring[k + 1]
            count += ring[k + 2]
            least = min(least, ring[k + 3])
            most = max(most, ring[k + 4])
    if which == 0:
        return total / count
    if which == 1:
        return total
    if which == 2:
        return least
    return most if which == 3 else count
