# pyright: basic, reportMissingParameterType=false
# Compiled by numba, which infers the types itself.
"""The one loop over readings that every rule goes through; compiled, on flat arrays."""

import numpy as np

from citywide.hub.rules.layout import (
    BEYOND_SINCE,
    COMMON,
    DIFFERENCE,
    LAST_TIME,
    LAST_VALUE,
    RAISED,
    RATE,
    RATIO,
    SILENCE,
    STUCK,
    VALUE,
    WINDOW,
)
from citywide.hub.rules.stretches import drift, rate, window
from citywide.kit.compiled import compiled


@compiled
def fold(series, times, values, first, links, rules, cells, slots, out):  # noqa: ANN001, ANN201, PLR0913 - numba infers the types
    """Fold readings (sorted per entity by time) into the watches' memory; the transitions go to `out`."""
    count = 0
    for i in range(series.size):
        at = first[series[i]]
        while at >= 0:
            link = links[at]
            rule = rules[link.rule]
            x = _signal(rule, link, cells, slots, times[i], values[i])
            change = _decide(rule, cells, link.cells, times[i], x)
            if change >= 0:
                out[count, 0], out[count, 1], out[count, 2], out[count, 3] = at, change, times[i], x
                count += 1
            at = link.following
    return count


@compiled
def tick(now, watches, links, rules, cells, out):  # noqa: ANN001, ANN201 - numba infers the types
    """Raise the alarms of those who have fallen silent, as many as `out` holds."""
    count = 0
    for watch in watches:
        if count == out.shape[0]:
            return count
        at, bound = links[watch].cells, rules[links[watch].rule].bound
        if cells[at + LAST_TIME] == -np.inf:
            continue  # it has never spoken
        silent = (now - cells[at + LAST_TIME]) / 1e6
        if cells[at + RAISED] == 0.0 and silent > bound:
            cells[at + RAISED] = 1.0
            out[count, 0], out[count, 1] = watch, 1
            out[count, 2], out[count, 3] = cells[at + LAST_TIME] + bound * 1e6, silent
            count += 1
    return count


@compiled
def _signal(rule, link, cells, slots, t, v):  # noqa: ANN001, ANN202, PLR0911 - numba infers types; one return a signal
    code, at = rule.code, link.cells
    if code == SILENCE and link.role != 0:
        return _gone(cells, at, t, v)
    if t < cells[at + LAST_TIME]:
        return np.nan  # an older reading of a pair's other half: the pair has moved on
    cells[at + LAST_TIME] = t
    if code == DIFFERENCE or code == RATIO:  # noqa: PLR1714 - compiled, two comparisons cost less than a set
        return _pair(code, cells, at, link.role, v)
    cells[at + LAST_VALUE] = v
    if code == VALUE:
        return v
    if code == SILENCE:
        return 0.0
    if code == STUCK:
        return _stuck(rule, cells, at + COMMON, t, v)
    if code == RATE:
        return rate(rule.over, rule.slot, cells, at + COMMON, slots, link.slots, t, v)
    if code == WINDOW:
        return window(rule.aggregate, rule.slot, cells, at + COMMON, slots, link.slots, t, v)
    return drift(rule.slot, cells, at + COMMON, slots, link.slots, t, v)


@compiled
def _gone(cells, at, t, v):  # noqa: ANN001, ANN202 - numba infers the types
    """The seconds since it last spoke, if it is said to be gone: it need not be missed first."""
    last = cells[at + LAST_TIME]
    if v == 0.0 or t < last or last == -np.inf or cells[at + RAISED] != 0.0:
        return np.nan
    cells[at + LAST_TIME] = t
    return max((t - last) / 1e6, 1e-6)


@compiled
def _decide(rule, cells, at, t, x):  # noqa: ANN001, ANN202 - numba infers the types
    """1 raised, 0 cleared, -1 nothing changed."""
    if np.isnan(x):
        return -1
    x = rule.sign * x
    if cells[at + RAISED] != 0.0:
        clears = x < rule.clear if not np.isnan(rule.clear) else x <= rule.bound
        if clears:
            cells[at + RAISED], cells[at + BEYOND_SINCE] = 0.0, np.nan
        return 0 if clears else -1
    if rule.code == SILENCE:
        cells[at + RAISED] = 1.0 if x > 0.0 else 0.0
        return 1 if x > 0.0 else -1
    if x <= rule.bound:
        cells[at + BEYOND_SINCE] = np.nan
        return -1
    if np.isnan(cells[at + BEYOND_SINCE]):
        cells[at + BEYOND_SINCE] = t
    if t - cells[at + BEYOND_SINCE] < rule.hold:
        return -1
    cells[at + RAISED] = 1.0
    return 1


@compiled
def _pair(code, cells, at, role, v):  # noqa: ANN001, ANN202 - numba infers the types
    if role == 0:
        cells[at + LAST_VALUE] = v
    else:
        cells[at + COMMON] = v
    mine, other = cells[at + LAST_VALUE], cells[at + COMMON]
    if code == DIFFERENCE:
        return mine - other
    return mine / other if other != 0.0 else np.nan


@compiled
def _stuck(rule, cells, at, t, v):  # noqa: ANN001, ANN202 - numba infers the types
    if np.isnan(cells[at]) or abs(v - cells[at]) > rule.tolerance:
        cells[at], cells[at + 1] = v, t
    return (t - cells[at + 1]) / 1e6
