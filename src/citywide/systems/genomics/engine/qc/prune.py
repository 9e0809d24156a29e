"""Pruning by linkage: of two variants in a window whose r² is above the bound, the one with the rarer minor
allele goes.

The windows and the order of the comparisons are those of plink2's `--indep-pairwise`, and on autosomes the
same variants stay; r² is of the people called in both variants, and among founders. On X every person
counts alike (plink2 weighs men and women apart there), on Y men alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.chromosomes import asked
from citywide.systems.genomics.engine.files.people import founders
from citywide.systems.genomics.engine.kernel.runs import alike, followers
from citywide.systems.genomics.engine.qc.linkage import bits_of, moments, squared

CHUNK = 2048
ALMOST = 1 + 1e-11


@dataclass(frozen=True)
class Window:
    """How far linkage is looked for: so many variants (moved by `step`), or so many base pairs (moved by
    one).
    """

    variants: int = 50
    step: int = 5
    base_pairs: int | None = None


def prune(
    bed: Bed,
    r2: float = 0.2,
    window: Window | None = None,
    rows: NDArray[np.int64] | None = None,
    people: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    """Which of the chosen variants stay; the file must be sorted by chromosome and position."""
    rows = np.arange(len(bed)) if rows is None else rows
    people = founders(bed.people) if people is None else people
    window = window or Window()
    stays = np.ones(len(rows), np.bool_)
    chromosome = asked(bed.variants.chromosome().astype(np.str_))[rows]
    for run in alike(chromosome):
        those = people & (bed.people.sex == 1) if chromosome[run.start] == "Y" else people
        stays[run] = _prune_run(bed, rows[run], those, r2, window)
    return stays


def _prune_run(
    bed: Bed, rows: NDArray[np.int64], people: NDArray[np.bool_], r2: float, window: Window
) -> NDArray[np.bool_]:
    starts, stops = windows(len(rows), bed.variants.position()[rows], window)
    reach = _reach(len(rows), starts, stops)
    width = int((reach - np.arange(len(rows))).max()) if len(rows) else 0
    linked = np.zeros((len(rows), max(width, 1)), np.bool_)
    major = np.empty(len(rows))
    for first in range(0, len(rows), CHUNK):
        last = min(first + CHUNK, len(rows))
        bits, f = bits_of(bed, rows[first : int(reach[last - 1]) + 1], people)
        major[first : first + len(f)] = np.maximum(f, 1 - f)
        a, b = followers(first, reach[first:last] + 1)
        linked[a, b - a - 1] = squared(moments(bits, a - first, b - first)) > r2 * ALMOST
    from citywide.systems.genomics.engine.qc.greedy import greedy  # noqa: PLC0415 - numba loads slowly

    return greedy(linked, np.nan_to_num(major, nan=1.0), starts, stops)


def windows(count: int, position: NDArray[np.int64], window: Window) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each window begins and ends."""
    if window.base_pairs is not None:
        starts = np.arange(count)
        return starts, np.searchsorted(position, position + window.base_pairs, "right")
    starts = np.arange(0, max(count, 1), window.step)
    return starts, np.minimum(starts + window.variants, count)


def _reach(count: int, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> NDArray[np.int64]:
    """The last variant that each is ever compared with."""
    last = np.searchsorted(starts, np.arange(count), "right") - 1
    return np.maximum(stops[last] - 1, np.arange(count))
