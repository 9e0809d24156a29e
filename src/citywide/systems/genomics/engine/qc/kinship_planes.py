"""The planes of bits that kinship is counted on: five bits a genotype, held in memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.kernel import counting, summing
from citywide.systems.genomics.engine.kernel.counting import BLOCK, Counts, Words

ROWS = 1024


@dataclass(frozen=True)
class Planes:
    """Genotypes as rows of bits, by person and (in blocks of 512 people) by variant."""

    people: int
    variants: int
    same: Words
    none: Words
    missing: Words
    same_by_variant: Words
    het_by_variant: Words
    hom: Counts
    het: Counts

    @property
    def any_missing(self) -> bool:
        """Whether one call or more is missing."""
        return int(self.hom.sum(dtype=np.int64) + self.het.sum(dtype=np.int64)) < self.people * self.variants


def planes_of(raw: NDArray[np.uint8], people: int, threads: int = 1, level: int | None = None) -> Planes:
    """The planes that `kinship` works on: five bits a genotype, held in memory."""
    level = counting.best_level() if level is None else level
    blocks = -(-people // BLOCK)
    rows = -(-len(raw) // ROWS) * ROWS
    by_person = [np.zeros((blocks * BLOCK, rows // 64), np.uint64) for _ in range(3)]
    by_variant = [np.zeros((blocks, rows, BLOCK // 64), np.uint64) for _ in range(2)]

    def fill(part: slice) -> None:
        for first in range(part.start, part.stop, ROWS):
            _fill(raw[first : first + ROWS], people, first, by_person, by_variant, level)

    counting.each(threads, fill, counting.spans(rows, threads, ROWS))
    hom = np.bitwise_count(by_person[0]).sum(axis=1, dtype=np.int32)
    missing = np.bitwise_count(by_person[2]).sum(axis=1, dtype=np.int32)
    het = np.where(np.arange(blocks * BLOCK) < people, len(raw) - hom - missing, 0).astype(np.int32)
    same, none, gone = by_person
    same_by_variant, het_by_variant = by_variant
    return Planes(people, len(raw), same, none, gone, same_by_variant, het_by_variant, hom, het)


def _fill(
    raw: NDArray[np.uint8],
    people: int,
    first: int,
    by_person: list[Words],
    by_variant: list[Words],
    level: int,
) -> None:
    packed = counting.padded(raw, ROWS)
    here = counting.mask_of(np.arange(people) < people, packed.shape[1])
    same, _, missing = counting.planes(packed, here, level)
    bits = np.packbits(np.arange(packed.shape[1] * 32) < people, bitorder="little").view(np.uint64)
    _by_blocks(by_variant[0], same, first, len(raw))
    _by_blocks(by_variant[1], ~(same | missing) & bits, first, len(raw))
    turned = summing.turned(packed, level)[:people]
    variants = counting.mask_of(np.arange(ROWS) < len(raw), turned.shape[1])
    for whole, part in zip(by_person, counting.planes(turned, variants, level), strict=True):
        whole[:people, first // 64 : (first + ROWS) // 64] = part


def _by_blocks(out: Words, rows: Words, first: int, many: int) -> None:
    blocks, _, words = out.shape
    full = np.zeros((many, blocks * words), np.uint64)
    width = min(full.shape[1], rows.shape[1])
    full[:, :width] = rows[:many, :width]
    out[:, first : first + many] = full.reshape(many, blocks, words).transpose(1, 0, 2)
