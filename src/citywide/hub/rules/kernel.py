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
def fold(series, times, values, first, following, watch_of, role_of, offset, rule_of, rules, mem, out):  # noqa: ANN001, ANN201, PLR0913 - numba infers the types
    """Fold readings (sorted per entity by time) into the watches' memory; the transitions go to `out`."""
    count = 0
    for i in range(series.size):
        link = first[series[i]]
        while link >= 0:
            watch = watch_of[link]
            rule, at = rules[rule_of[watch]], offset[watch]
            x = _signal(rule, mem, at, role_of[link], times[i], values[i])
            change = _decide(rule, mem, at, times[i], x)
            if change >= 0:
                out[count, 0], out[count, 1], out[count, 2], out[count, 3] = watch, change, times[i], x
                count += 1
            link = following[link]
    return count


@numba.njit(cache=True, nogil=True)
def tick(now, watches, offset, rule_of, rules, mem, out):  # noqa: ANN001, ANN201 - numba infers the types
    """Raise the alarms of those who have fallen silent."""
    count = 0
    for watch in watches:
        at = offset[watch]
        if mem[at + LAST_TIME] == -np.inf:
            continue  # it has never spoken
        bound = rules[rule_of[watch]].bound
        silent = (now - mem[at + LAST_TIME]) / 1e6
        if mem[at + RAISED] == 0.0 and silent > bound:
            mem[at + RAISED] = 1.0
            out[count, 0], out[count, 1] = watch, 1
            out[count, 2], out[count, 3] = mem[at + LAST_TIME] + bound * 1e6, silent
            count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _signal(rule, mem, at, role, t, v):  # noqa: ANN001, ANN202, PLR0911 - numba infers types; one return a signal
    if t < mem[at + LAST_TIME]:
        return np.nan  # an older reading of a pair's other half: the pair has moved on
    code = rule.code
    mem[at + LAST_TIME] = t
    if code == DIFFERENCE or code == RATIO:  # noqa: PLR1714 - compiled, two comparisons cost less than a set
        return _pair(code, mem, at, role, v)
    mem[at + LAST_VALUE] = v
    if code == VALUE:
        return v
    if code == RATE:
        return _rate(rule, mem, at + COMMON, t, v)
    if code == SILENCE:
        return 0.0
    if code == STUCK:
        return _stuck(rule, mem, at + COMMON, t, v)
    if code == DRIFT:
        return _drift(rule, mem, at + COMMON, t, v)
    if code == WINDOW:
        return _window(rule, mem, at + COMMON, t, v)
    return np.nan


@numba.njit(cache=True, nogil=True)
def _decide(rule, mem, at, t, x):  # noqa: ANN001, ANN202 - numba infers the types
    """1 raised, 0 cleared, -1 nothing changed."""
    if np.isnan(x):
        return -1
    x = rule.sign * x
    if mem[at + RAISED] != 0.0:
        clears = x < rule.clear if not np.isnan(rule.clear) else x <= rule.bound
        if clears:
            mem[at + RAISED], mem[at + BEYOND_SINCE] = 0.0, np.nan
        return 0 if clears else -1
    if rule.code == SILENCE or x <= rule.bound:
        mem[at + BEYOND_SINCE] = np.nan
        return -1
    if np.isnan(mem[at + BEYOND_SINCE]):
        mem[at + BEYOND_SINCE] = t
    if t - mem[at + BEYOND_SINCE] < rule.hold:
        return -1
    mem[at + RAISED] = 1.0
    return 1


@numba.njit(cache=True, nogil=True)
def _pair(code, mem, at, role, v):  # noqa: ANN001, ANN202 - numba infers the types
    if role == 0:
        mem[at + LAST_VALUE] = v
    else:
        mem[at + COMMON] = v
    mine, other = mem[at + LAST_VALUE], mem[at + COMMON]
    if code == DIFFERENCE:
        return mine - other
    return mine / other if other != 0.0 else np.nan


@numba.njit(cache=True, nogil=True)
def _rate(rule, mem, base, t, v):  # noqa: ANN001, ANN202 - numba infers the types
    slot = np.floor(t / rule.slot)
    at = base + 3 * (int(slot) % RATE_SLOTS)
    if mem[at] != slot:
        mem[at], mem[at + 1], mem[at + 2] = slot, t, v
    best, change = -1.0, np.nan
    for k in range(base, base + 3 * RATE_SLOTS, 3):
        fresh = mem[k] > slot - RATE_SLOTS
        if fresh and mem[k + 1] <= t - rule.over and mem[k + 1] > best:
            best = mem[k + 1]
            change = v - mem[k + 2]
    return change / (t - best) * HOUR


@numba.njit(cache=True, nogil=True)
def _stuck(rule, mem, base, t, v):  # noqa: ANN001, ANN202 - numba infers the types
    if np.isnan(mem[base]) or abs(v - mem[base]) > rule.tolerance:
        mem[base], mem[base + 1] = v, t
    return (t - mem[base + 1]) / 1e6


@numba.njit(cache=True, nogil=True)
def _drift(rule, mem, base, t, v):  # noqa: ANN001, ANN202 - numba infers the types
    """The mean of twelve slots, less that of twelve slots ten times as long."""
    near, near_n = _mean(mem, base, rule.slot, t, v)
    long, long_n = _mean(mem, base + 3 * SLOTS, 10 * rule.slot, t, v)
    return near - long if long_n > near_n else np.nan


@numba.njit(cache=True, nogil=True)
def _mean(mem, base, width, t, v):  # noqa: ANN001, ANN202 - numba infers the types
    slot = np.floor(t / width)
    at = base + 3 * (int(slot) % SLOTS)
    if mem[at] != slot:
        mem[at], mem[at + 1], mem[at + 2] = slot, 0.0, 0.0
    mem[at + 1] += v
    mem[at + 2] += 1.0
    total, count = 0.0, 0.0
    for k in range(base, base + 3 * SLOTS, 3):
        if mem[k] > slot - SLOTS:
            total += mem[k + 1]
            count += mem[k + 2]
    return total / count, count


@numba.njit(cache=True, nogil=True)
def _window(rule, mem, base, t, v):  # noqa: ANN001, ANN202 - numba infers the types
    slot = np.floor(t / rule.slot)
    at = base + 5 * (int(slot) % SLOTS)
    if mem[at] != slot:
        mem[at], mem[at + 1], mem[at + 2], mem[at + 3], mem[at + 4] = slot, 0.0, 0.0, np.inf, -np.inf
    mem[at + 1] += v
    mem[at + 2] += 1.0
    mem[at + 3] = min(mem[at + 3], v)
    mem[at + 4] = max(mem[at + 4], v)
    return _aggregate(rule.aggregate, mem, base, slot)


@numba.njit(cache=True, nogil=True)
def _aggregate(which, mem, base, slot):  # noqa: ANN001, ANN202 - numba infers the types
    total, count, least, most = 0.0, 0.0, np.inf, -np.inf
    for k in range(base, base + 5 * SLOTS, 5):
        if mem[k] > slot - SLOTS:
            total += mem[k + 1]
            count += mem[k + 2]
            least = min(least, mem[k + 3])
            most = max(most, mem[k + 4])
    if which == 0:
        return total / count
    if which == 1:
        return total
    if which == 2:
        return least
    return most if which == 3 else count
