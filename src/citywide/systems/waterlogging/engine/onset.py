"""What a long dry spell is worth as a forecast: how often, and how high, water stood soon after one.

While no rain has fallen for hours nothing tells of the storm to come but how often one came. Each gauge counts by
how much its water rose within the half hour and the hour after every dry moment: over dry weeks this says that
nothing comes; where storms follow one another closely, that one may. It begins with the belief that nothing does.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.memory import LEADS

Array = NDArray[np.float64]

EDGES = np.array([0.1, 0.5, 1.0, 2.0, 4.0, 7.0, 10.0, 15.0, 22.0, 32.0, 47.0, 70.0, 100.0, 150.0, 220.0])
LEAST, MOST = np.concatenate(([0.0], EDGES)), np.concatenate(([0.0], EDGES[1:], [330.0]))
DOUBT = 36.0
"""So many dry moments that nothing followed are taken to have been seen before the first."""

FORGETTING = 0.9998
SURE = 0.9


class Onsets(NamedTuple):
    """Rises counted, (site, lead, how high), their sums, (site, lead), and the depths of dry moments not yet judged."""

    counts: Array
    sums: Array
    waiting: Array


class Coming(NamedTuple):
    """What may come of a dry moment, (site, lead): the mean rise, one seldom passed, the chance of the line."""

    rise: Array
    high: Array
    chance: Array


def untold(sites: int) -> Onsets:
    """Nothing seen yet."""
    counts = np.zeros((sites, len(LEADS), len(LEAST)))
    counts[..., 0] = DOUBT
    return Onsets(counts, np.zeros((sites, len(LEADS))), np.full((sites, max(LEADS)), np.nan))


def counted(onsets: Onsets, depth: Array) -> Onsets:
    """Take in the depth of now: what came of the dry moments half an hour and an hour ago."""
    counts, sums = onsets.counts.copy(), onsets.sums.copy()
    for lead, steps in enumerate(LEADS):
        rise = np.maximum(depth - onsets.waiting[:, steps - 1], 0.0)
        known = np.flatnonzero(np.isfinite(rise))
        counts[known, lead] *= FORGETTING
        counts[known, lead, np.searchsorted(EDGES, rise[known], side="right")] += 1
        sums[known, lead] = sums[known, lead] * FORGETTING + rise[known]
    return Onsets(counts, sums, onsets.waiting)


def held(onsets: Onsets, depth: Array, dry: NDArray[np.bool_]) -> Onsets:
    """Remember the depth of a dry moment until it is judged."""
    newest = np.where(dry, depth, np.nan)[:, None]
    return onsets._replace(waiting=np.concatenate([newest, onsets.waiting[:, :-1]], axis=1))


def paused(onsets: Onsets) -> Onsets:
    """A new record begins: what waited is never judged."""
    return onsets._replace(waiting=np.full_like(onsets.waiting, np.nan))


def coming(onsets: Onsets, depth: Array, line: float) -> Coming:
    """What may come of a dry moment on top of these depths, (site, lead)."""
    seen = onsets.counts.sum(axis=2)
    beyond = np.cumsum(onsets.counts, axis=2) >= SURE * seen[..., None]
    over = np.where((line - depth)[..., None] <= LEAST, onsets.counts, 0.0).sum(axis=2)
    return Coming(onsets.sums / seen, MOST[beyond.argmax(axis=2)], over / seen)
