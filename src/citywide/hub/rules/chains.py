# pyright: basic, reportMissingParameterType=false
# Compiled by numba, which infers the types itself.
"""Walking the chain of links that hangs from each series to the watches on it; role 0 is a watch of its own."""

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def own_watches(series, first, following, watch_of, role_of):  # noqa: ANN001, ANN201 - numba infers the types
    """The watches that belong to these series, series by series."""
    found = np.empty(16, np.int64)
    count = 0
    for number in series:
        link = first[number]
        while link >= 0:
            if role_of[link] == 0:
                if count == found.size:
                    found = np.concatenate((found, np.empty(count, np.int64)))
                found[count] = watch_of[link]
                count += 1
            link = following[link]
    return found[:count]


@numba.njit(cache=True, nogil=True)
def watches_by_rule(series, rules, first, following, watch_of, role_of, rule_of):  # noqa: ANN001, ANN201 - see above
    """The watch of this rule on this series, pair by pair; -1 where there is none."""
    found = np.full(series.size, -1, np.int64)
    for i in range(series.size):
        link = first[series[i]] if series[i] < first.size else -1
        while link >= 0:
            watch = watch_of[link]
            if role_of[link] == 0 and rule_of[watch] == rules[i]:
                found[i] = watch
            link = following[link]
    return found
