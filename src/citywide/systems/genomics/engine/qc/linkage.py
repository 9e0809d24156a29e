"""Linkage of two variants: the squared correlation of those called in both, from planes of bits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.blocks import frequency
from citywide.systems.genomics.engine.kernel import counting
from citywide.systems.genomics.engine.kernel.counting import NUMPY, Counts, Doubles, Words


@dataclass(frozen=True)
class Bits:
    """Variants as rows of bits over the people who count."""

    same: Words
    none: Words
    missing: Words
    people: int


def bits_of(bed: Bed, rows: NDArray[np.int64], people: NDArray[np.bool_]) -> tuple[Bits, Doubles]:
    """Rows of bits and frequencies of some variants among the people who count."""
    raw = bed.some(rows)
    packed = counting.padded(raw)
    mask = counting.mask_of(people, packed.shape[1])
    f = frequency(counting.code_counts(raw, mask))
    return Bits(*counting.planes(packed, mask), int(people.sum())), f


def moments(bits: Bits, a: NDArray[np.int64], b: NDArray[np.int64], level: int | None = None) -> Counts:
    """n, Σx, Σy, Σx², Σy², Σxy of pairs of variants over the people called in both (x is -1, 0 or 1)."""
    level = counting.best_level() if level is None else level
    out = np.empty((len(a), 6), np.int32)
    if level == NUMPY:
        for first in range(0, len(a), 256):
            out[first : first + 256] = _moments(bits, a[first : first + 256], b[first : first + 256])
        return out
    planes = (bits.same, bits.none, bits.missing, bits.same.shape[1])
    counting.call("moments", level, *planes, *map(np.ascontiguousarray, (a, b)), len(a), bits.people, out)
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
