"""KING-robust kinship of every pair of people from planes of bits, exact for each pair's own missing calls.

phi = 1/2 - D / (4 min(H_i, H_j)): D is the sum of squared differences in allele count over the variants
called in both, H_i the heterozygous calls of i among them (Manichaikul 2010, the between-family estimator
that plink2 prints). With genotypes coded -1, 0, 1, D = hom_i + hom_j - 2 x_i·x_j; what a missing call takes
away from the sums of the other person is counted from the list of missing calls, so its cost is in
proportion to the missing rate.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.kernel import counting
from citywide.systems.genomics.engine.kernel.counting import BLOCK, NUMPY, Counts, Words
from citywide.systems.genomics.engine.qc.kinship_planes import Planes, planes_of

THIRD_DEGREE = 0.0442


@dataclass(frozen=True)
class Relatives:
    """Pairs of people (rows a < b) with what plink2's table says of them."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    variants: NDArray[np.int64]
    hethet: NDArray[np.float64]
    ibs0: NDArray[np.float64]
    kinship: NDArray[np.float64]

    def degree(self) -> NDArray[np.int64]:
        """0 for the same person or a twin, else 1, 2 or 3 (KING's bounds)."""
        return np.searchsorted(-np.array([0.354, 0.177, 0.0884]), -self.kinship)


def kinship(
    raw: NDArray[np.uint8],
    people: int,
    threshold: float = THIRD_DEGREE,
    threads: int = 1,
    level: int | None = None,
) -> Relatives:
    """Every pair whose kinship reaches the threshold, from raw .bed rows of autosomal variants."""
    level = counting.best_level() if level is None else level
    planes = planes_of(raw, people, threads, level)
    tiles = list(combinations_with_replacement(range(0, len(planes.same), BLOCK), 2))

    def work(tile: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        return _tile(planes, *tile, threshold, level)

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(work, tiles))
    pairs = np.concatenate([pairs for pairs, _ in found])
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return _described(planes, pairs[order], np.concatenate([kin for _, kin in found])[order])


def _tile(
    planes: Planes, a: int, b: int, threshold: float, level: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The pairs of a tile at or above the threshold; a pair without heterozygous calls has no kinship."""
    dot, gone = _dots(planes, a, b, level), _gone(planes, a, b, level)
    bound = (0.5 - threshold) * 4.0
    near = _near(planes, a, b, dot, gone, bound) if level == NUMPY else _near_fast(planes, a, b, dot, gone, bound)
    rows, columns, apart, least = near.T.astype(np.int64)
    kin = 0.5 - apart / (4.0 * least)
    kept = (rows + a < columns + b) & (columns + b < planes.people) & (kin >= threshold)
    return np.stack([rows + a, columns + b], axis=1)[kept], kin[kept]


def _near(planes: Planes, a: int, b: int, dot: Counts, gone: tuple[Counts, ...], bound: float) -> Counts:
    """Row, column, D and the fewer heterozygous calls of the pairs that are near enough, or nearly so."""
    hom_a, het_a, hom_b, het_b = gone
    of_a, of_b = slice(a, a + BLOCK), slice(b, b + BLOCK)
    least = np.minimum(planes.het[of_a, None] - het_b, planes.het[None, of_b] - het_a)
    apart = planes.hom[of_a, None] - hom_b + planes.hom[None, of_b] - hom_a - 2 * dot
    rows, columns = np.nonzero((apart <= bound * least + 0.5) & (least > 0))
    return np.stack([rows, columns, apart[rows, columns], least[rows, columns]], axis=1).astype(np.int32)


def _near_fast(planes: Planes, a: int, b: int, dot: Counts, gone: tuple[Counts, ...], bound: float) -> Counts:
    level = counting.best_level()
    out, many = np.empty((BLOCK * BLOCK, 4), np.int32), np.zeros(1, np.int64)
    counts = (planes.hom[a:], planes.het[a:], planes.hom[b:], planes.het[b:])
    counting.call("near_pairs", level, dot, *counts, *gone, bound, out, many)
    return out[: int(many[0])]


def _dots(planes: Planes, a: int, b: int, level: int) -> Counts:
    if level == NUMPY:
        return (_signed(planes, a) @ _signed(planes, b).T).astype(np.int32)
    out = np.empty((BLOCK, BLOCK), np.int32)
    words = planes.same.shape[1]
    counting.call("products", level, planes.same, planes.none, words, a, a + BLOCK, b, b + BLOCK, out, BLOCK)
    return out


def _signed(planes: Planes, first: int) -> NDArray[np.float32]:
    same, none = (_bits(plane[first : first + BLOCK]) for plane in (planes.same, planes.none))
    return same.astype(np.float32) - 2 * none.astype(np.float32)


def _bits(rows: Words) -> NDArray[np.uint8]:
    return np.unpackbits(rows.view(np.uint8), axis=1, bitorder="little")


def _gone(planes: Planes, a: int, b: int, level: int) -> tuple[Counts, ...]:
    """Homozygous and heterozygous calls of b's people where a's miss, then of a's where b's miss: [a, b]."""
    if not planes.any_missing:
        return (np.zeros((BLOCK, BLOCK), np.int32),) * 4
    other = _overlaps(planes, a, b, level)
    return *_overlaps(planes, b, a, level), *(np.ascontiguousarray(part.T) for part in other)


def _overlaps(planes: Planes, of: int, missing: int, level: int) -> tuple[Counts, Counts]:
    same = planes.same_by_variant[of // BLOCK]
    het = planes.het_by_variant[of // BLOCK]
    rows = planes.missing[missing : missing + BLOCK]
    if level == NUMPY:
        gone = _bits(rows).astype(np.float32)
        return (gone @ _bits(same)).astype(np.int32), (gone @ _bits(het)).astype(np.int32)
    out = np.empty((2, BLOCK, BLOCK), np.int32)
    room = np.empty(rows.shape[1] * 64, np.int32)
    counting.call("overlaps", level, same, het, rows, rows.shape[1], BLOCK, room, out[0], out[1])
    return out[0], out[1]


def _described(planes: Planes, pairs: NDArray[np.int64], kin: NDArray[np.float64]) -> Relatives:
    parts = [_describe(planes, pairs[first : first + BLOCK]) for first in range(0, max(len(pairs), 1), BLOCK)]
    variants, hethet, ibs0 = (np.concatenate(column) for column in zip(*parts, strict=True))
    calls = np.maximum(variants, 1)
    return Relatives(pairs[:, 0], pairs[:, 1], variants, hethet / calls, ibs0 / calls, kin)


def _describe(planes: Planes, pairs: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    same_a, same_b = planes.same[pairs[:, 0]], planes.same[pairs[:, 1]]
    gone = planes.missing[pairs[:, 0]] | planes.missing[pairs[:, 1]]
    apart = same_a & same_b & (planes.none[pairs[:, 0]] ^ planes.none[pairs[:, 1]])
    called = planes.variants - _count(gone)
    return called, called - _count((same_a | same_b) & ~gone), _count(apart)


def _count(rows: Words) -> NDArray[np.int64]:
    return np.bitwise_count(rows).sum(axis=1, dtype=np.int64)
