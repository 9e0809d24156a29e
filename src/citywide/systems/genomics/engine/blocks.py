"""A block of variants as packed words, and sums over its variants for every person."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine import popcount
from citywide.systems.genomics.engine.bed import Bed
from citywide.systems.genomics.engine.popcount import LANES, Doubles, Floats, Words

SIZE = 1024
PEOPLE = 2048


@dataclass(frozen=True)
class Block:
    """Some variants of a file: their row numbers, and their calls as packed words (rows padded to 256)."""

    rows: NDArray[np.int64]
    packed: Words
    people: int


def blocks(bed: Bed, rows: NDArray[np.int64], size: int = SIZE) -> Iterator[Block]:
    """The chosen variants of a file in order, `size` at a time; pages behind are given back."""
    for first in range(0, len(rows), size):
        chosen = rows[first : first + size]
        yield Block(chosen, _packed(bed, chosen), len(bed.people))
        bed.release(int(chosen[0]), int(chosen[-1] - chosen[0]) + 1)


def _packed(bed: Bed, rows: NDArray[np.int64]) -> Words:
    start, many = int(rows[0]), len(rows)
    run = int(rows[-1]) - start + 1 == many
    return popcount.padded(bed.block(start, many) if run else bed.raw[rows], -(-many // 256) * 256)


def variant_sums(block: Block, lanes: Floats, threads: int = 1, level: int | None = None) -> Doubles:
    """For each variant, the sum over people of (copies of allele 1) × lane, missing calls left out."""
    copies = np.array([2, 0, 1, 0], np.float32)
    values = copies[None, :, None] * lanes[:, None, :]
    out = np.empty((len(block.rows), LANES))

    def work(part: slice) -> None:
        out[part] = popcount.table_sums(block.packed[part], values, level)

    popcount.each(threads, work, popcount.spans(len(block.rows), threads))
    return out


def person_sums(
    block: Block, values: Floats, out: Doubles, threads: int = 1, level: int | None = None
) -> None:
    """Add to each person's row of `out` the sum over variants of values[variant, code, lane]."""
    words = block.packed.shape[1]
    lines = PEOPLE // 32

    def work(part: slice) -> None:
        people = slice(part.start * 32, min(part.stop * 32, block.people))
        rows = popcount.turned(block.packed[:, part], level)[: people.stop - people.start]
        for lane in range(0, values.shape[2], LANES):
            sums = popcount.table_sums(rows, values[:, :, lane : lane + LANES], level)
            out[people, lane : lane + LANES] += sums

    popcount.each(threads, work, (slice(w, min(w + lines, words)) for w in range(0, words, lines)))
