"""A block of variants of a file, and sums over its variants for every person or over its people for every
variant.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.kernel import counting, summing
from citywide.systems.genomics.engine.kernel.counting import LANES, Doubles, Floats

SIZE = 1024


@dataclass(frozen=True)
class Block:
    """Some variants of a file: their row numbers and raw rows, a view of the file where they lie together."""

    first: int
    rows: NDArray[np.int64]
    raw: NDArray[np.uint8]
    people: int

    def counts(self, mask: NDArray[np.bool_], level: int | None = None) -> NDArray[np.int64]:
        """How many of the people have two copies of allele 1, a missing call, one copy, none."""
        return counting.code_counts(self.raw, counting.mask_of(mask, -(-self.people // 32)), level)

    def frequency(self, mask: NDArray[np.bool_], level: int | None = None) -> Doubles:
        """Frequency of allele 1 among the people's calls; NaN without a call."""
        return frequency(self.counts(mask, level))

    def calls(self, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many of the people have a call."""
        counts = self.counts(mask)
        return counts[:, 0] + counts[:, 2] + counts[:, 3]


def frequency(counts: NDArray[np.int64]) -> Doubles:
    """Frequency of allele 1 from counts of the four codes; NaN without a call."""
    calls = counts[:, 0] + counts[:, 2] + counts[:, 3]
    twice = 2 * counts[:, 0] + counts[:, 2]
    return np.divide(twice, 2 * calls, out=np.full(len(calls), np.nan), where=calls > 0)


def blocks(bed: Bed, rows: NDArray[np.int64], size: int = SIZE) -> Iterator[Block]:
    """The chosen variants of a file in order, `size` at a time; pages behind are given back."""
    for first in range(0, len(rows), size):
        chosen = rows[first : first + size]
        yield Block(first, chosen, bed.some(chosen), len(bed.people))
        bed.release(int(chosen[0]), int(chosen[-1]) + 1 - int(chosen[0]))


def variant_sums(block: Block, lanes: Floats, threads: int = 1, level: int | None = None) -> Doubles:
    """For each variant, the sum over people of (copies of allele 1) × lane, missing calls left out."""
    copies = np.array([2, 0, 1, 0], np.float32)
    values = copies[None, :, None] * lanes[:, None, :]
    out = np.empty((len(block.rows), LANES))

    def work(part: slice) -> None:
        out[part] = summing.table_sums(counting.padded(block.raw[part]), values, level)

    counting.each(threads, work, counting.spans(len(block.rows), threads))
    return out


def person_sums(block: Block, values: Floats, out: Doubles, threads: int = 1, level: int | None = None) -> None:
    """Add to each person's row of `out` the sum over variants of values[variant, code, lane]."""

    def work(people: slice) -> None:
        summing.person_sums(block.raw, values, out, people, level)

    counting.each(threads, work, counting.spans(block.people, threads, 256))
