"""Where the records of a `.pgen` are and of what type, for the compiled reader of plain and of dosage records.

Layout of header and records: the PGEN specification, draft of 2024. What it allows beyond this is left to pgenlib.
"""

import mmap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.pages import give_back
from citywide.systems.genomics.engine.kernel import compiled
from citywide.systems.genomics.engine.kernel.compiled import pointer, size

MAGIC = b"\x6c\x1b\x10"
HEAD, BLOCK = 12, 1 << 16
REFERRING = (2, 3)
Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Index:
    """The mapped file; record i is starts[i] … starts[i + 1]; bases[i] is the record whose calls it may refer to."""

    file: mmap.mmap
    raw: Bytes
    starts: Integers
    kinds: Bytes
    bases: Integers

    def read(self, rows: Integers, tile: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Fill the tile, NaN where missing; which of the rows are left to pgenlib."""
        library, left = compiled.library(), np.empty(len(rows), np.uint8)
        assert library is not None
        arrays = (self.raw, self.starts, self.kinds, self.bases, np.ascontiguousarray(rows, np.int64))
        sizes = (size(len(rows)), size(tile.shape[1]))
        if library.pgen_dosages(*map(pointer, arrays), *sizes, pointer(tile), pointer(left)):
            raise MemoryError
        return left.astype(np.bool_)

    def release(self, first: int, count: int) -> None:
        """Give the pages of these records back."""
        give_back(self.file, int(self.starts[first]), int(self.starts[min(first + count, len(self.kinds))]))


def read_index(path: Path) -> Index | None:
    """The index of a file; None without a compiled kernel, and for a form of header that is not read here."""
    if compiled.library() is None or path.stat().st_size < HEAD:
        return None
    with path.open("rb") as opened:
        file = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    raw = np.frombuffer(file, np.uint8)
    control = int(raw[11])
    if raw[:3].tobytes() != MAGIC or control & 8 or control & 0x30:
        return None
    found = _records(raw, control, int(raw[3:7].view(np.uint32)[0]))
    return None if found is None else _index(file, raw, *found)


def _index(file: mmap.mmap, raw: Bytes, kinds: Bytes, starts: Integers) -> Index | None:
    """With the records that others refer to; None where the file is shorter than its index says."""
    bases = np.maximum.accumulate(np.where(np.isin(kinds & 7, REFERRING), -1, np.arange(len(kinds))))
    if not len(kinds) or bases[0] < 0 or starts[0] < HEAD or starts[-1] > len(raw):
        return None
    return Index(file, raw, starts, kinds, bases)


def _records(raw: Bytes, control: int, variants: int) -> tuple[Bytes, Integers] | None:
    """Types and bounds of the records; None where the blocks do not follow one another."""
    blocks = -(-variants // BLOCK)
    at, kinds, lengths = HEAD + 8 * blocks, [np.zeros(0, np.uint8)], [np.zeros(0, np.int64)]
    if at > len(raw):
        return None
    for block in range(blocks):
        count = min(BLOCK, variants - block * BLOCK)
        here, at = _kinds(raw, at, count, bool(control & 4))
        many, at = _lengths(raw, at, count, control % 4 + 1)
        at += -(-count // 8) if control >> 6 == 3 else 0
        if len(here) < count or len(many) < count:
            return None
        kinds.append(here)
        lengths.append(many)
    begins = raw[HEAD : HEAD + 8 * blocks].view(np.int64)
    starts = np.cumsum(np.concatenate([begins[:1], *lengths]))
    return (np.concatenate(kinds), starts) if np.array_equal(starts[:-1:BLOCK], begins) else None


def _kinds(raw: Bytes, at: int, count: int, whole: bool) -> tuple[Bytes, int]:
    """A byte each, or half a byte."""
    stop = at + (count if whole else -(-count // 2))
    found = raw[at:stop]
    return found if whole else np.stack([found & np.uint8(15), found >> np.uint8(4)], axis=1).ravel()[:count], stop


def _lengths(raw: Bytes, at: int, count: int, width: int) -> tuple[Integers, int]:
    stop = at + count * width
    if stop > len(raw):
        return np.zeros(0, np.int64), stop
    places = np.left_shift(np.int64(1), 8 * np.arange(width))
    return raw[at:stop].reshape(count, width).astype(np.int64) @ places, stop
