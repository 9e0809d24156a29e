# pyright: basic, reportMissingParameterType=false
# Compiled by numba, which infers the types itself.
"""Walking the chain of links that hangs from each series; a link of role 0 stands for a watch of the series' own."""

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def own_links(series, first, links):  # noqa: ANN001, ANN201 - numba infers the types
    """The watches that belong to these series, series by series."""
    found = np.empty(16, np.int64)
    count = 0
    for number in series:
        link = first[number]
        while link >= 0:
            if links[link].role == 0:
                if count == found.size:
                    found = np.concatenate((found, np.empty(count, np.int64)))
                found[count] = link
                count += 1
            link = links[link].following
    return found[:count]


@numba.njit(cache=True, nogil=True)
def links_by_rule(series, rules, first, links):  # noqa: ANN001, ANN201 - numba infers the types
    """The watch of this rule on this series, pair by pair; -1 where there is none."""
    found = np.full(series.size, -1, np.int64)
    for i in range(series.size):
        link = first[series[i]] if series[i] < first.size else -1
        while link >= 0:
            if links[link].role == 0 and links[link].rule == rules[i]:
                found[i] = link
            link = links[link].following
    return found
