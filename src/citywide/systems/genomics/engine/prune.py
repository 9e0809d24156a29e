"""Pruning by linkage: of two variants in a window whose r² is above the bound, the one with the rarer minor
allele goes.

The windows and the order of the comparisons are those of plink2's `--indep-pairwise`, and on autosomes the
same variants stay; r² is of the people called in both variants, and among founders. On X every person
counts alike (plink2 weighs men and women apart there).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine import popcount
from citywide.systems.genomics.engine.bed import Bed
from citywide.systems.genomics.engine.blocks import frequency
from citywide.systems.genomics.engine.popcount import NUMPY, Counts, Doubles, Words
from citywide.systems.genomics.engine.regions import spelled
from citywide.systems.genomics.engine.score import founders

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


@dataclass(frozen=True)
class Bits:
    """Variants as rows of bits over the people who count."""

    same: Words
    none: Words
    missing: Words
    people: int


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
    for run in runs(spelled(bed.variants.chromosome().astype(np.str_))[rows]):
        stays[run] = _prune_run(bed, rows[run], people, r2, window)
    return stays


def runs(chromosome: NDArray[np.str_]) -> Iterator[slice]:
    """Runs of one chromosome."""
    edges = np.flatnonzero(chromosome[1:] != chromosome[:-1]) + 1
    bounds = [0, *edges.tolist(), len(chromosome)]
    return (slice(a, b) for a, b in pairwise(bounds))


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
        a, b = _pairs(first, last, reach)
        linked[a, b - a - 1] = squared(moments(bits, a - first, b - first)) > r2 * ALMOST
    from citywide.systems.genomics.engine.prune_greedy import greedy  # noqa: PLC0415 - numba loads slowly

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


def _pairs(first: int, last: int, reach: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    many = reach[first:last] - np.arange(first, last)
    a = np.repeat(np.arange(first, last), many)
    step = np.arange(len(a)) - np.repeat(np.cumsum(many) - many, many)
    return a, a + 1 + step


def bits_of(bed: Bed, rows: NDArray[np.int64], people: NDArray[np.bool_]) -> tuple[Bits, Doubles]:
    """Rows of bits and frequencies of some variants among the people who count."""
    raw = bed.raw[rows[0] : rows[-1] + 1] if rows[-1] - rows[0] + 1 == len(rows) else bed.raw[rows]
    packed = popcount.padded(raw)
    mask = popcount.mask_of(people, packed.shape[1])
    f = frequency(popcount.code_counts(raw, mask))
    return Bits(*popcount.planes(packed, mask), int(people.sum())), f


def moments(bits: Bits, a: NDArray[np.int64], b: NDArray[np.int64], level: int | None = None) -> Counts:
    """n, Σx, Σy, Σx², Σy², Σxy of pairs of variants over the people called in both (x is -1, 0 or 1)."""
    level = popcount.best_level() if level is None else level
    out = np.empty((len(a), 6), np.int32)
    if level == NUMPY:
        for first in range(0, len(a), 256):
            out[first : first + 256] = _moments(bits, a[first : first + 256], b[first : first + 256])
        return out
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    popcount.call(
        "moments",
        level,
        bits.same,
        bits.none,
        bits.missing,
        bits.same.shape[1],
        a,
        b,
        len(a),
        bits.people,
        out,
    )
    return out


def _moments(bits: Bits, a: NDArray[np.int64], b: NDArray[np.int64]) -> Counts:
    x, y = bits.same[a] & ~bits.missing[b], bits.same[b] & ~bits.missing[a]
    both = bits.same[a] & bits.same[b]
    gone = _ones(bits.missing[a] | bits.missing[b])
    xx, yy = _ones(x), _ones(y)
    sums = (xx - 2 * _ones(x & bits.none[a]), yy - 2 * _ones(y & bits.none[b]))
    dot = _ones(both) - 2 * _ones(both & (bits.none[a] ^ bits.none[b]))
    return np.stack([bits.people - gone, *sums, xx, yy, dot], axis=1).astype(np.int32)


def _ones(rows: Words) -> NDArray[np.int64]:
    return np.bitwise_count(rows).sum(axis=1, dtype=np.int64)


def squared(six: Counts) -> Doubles:
    """r² from the six moments; 0 where a variant does not vary among those called in both."""
    n, x, y, xx, yy, xy = six.astype(np.float64).T
    over = (n * xy - x * y) ** 2
    under = (n * xx - x * x) * (n * yy - y * y)
    return np.divide(over, under, out=np.zeros(len(n)), where=under > 0)
