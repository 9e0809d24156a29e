"""PLINK 1 files: `.bed` memory-mapped as raw 2-bit blocks, `.bim` and `.fam` beside it.

    bed = open_bed("study")                    # study.bed, study.bim, study.fam; every check is made here
    raw = bed.block(first, count)              # uint8[count, bytes_per_variant], a view, nothing is copied
    for first, raw in bed.blocks(8192): …      # in file order; pages of a block already seen are given back
    bed.decode(first, count)                   # int8[count, people]: copies of allele 1 (0, 1, 2), -1 missing
    bed.people.person, .family, .sex …         # arrays of the .fam
    bed.variants.chromosome(first, count) …    # columns of the .bim, read on demand

Four people share a byte, the first in its lowest bits; 00 is two copies of allele 1 (column 5 of the .bim),
10 one, 11 none and 01 missing. The bits that fill the last byte mean nothing and are not to be trusted.
A subset of people is a mask beside the raw block, never a repacked file.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.pages import give_back
from citywide.systems.genomics.engine.files.people import People, read_people
from citywide.systems.genomics.engine.files.variants import Variants
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.kernel.calls import decode

MAGIC = b"\x6c\x1b"
SAMPLE_MAJOR, VARIANT_MAJOR = 0, 1
HEADER = 3


class Bed:
    """An open `.bed` with its people and variants; `raw` is all of it as uint8[variants, bytes]."""

    def __init__(self, path: Path, people: People, variants: Variants) -> None:
        """Map the file after checking its mark, its order and its length."""
        self.path, self.people, self.variants = path, people, variants
        self.bytes_per_variant = (len(people) + 3) // 4
        check_bed(path, len(variants), self.bytes_per_variant)
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        flat = np.frombuffer(self._map, np.uint8, offset=HEADER)
        self.raw = flat.reshape(len(variants), self.bytes_per_variant)

    def __len__(self) -> int:
        return len(self.variants)

    def block(self, first: int, count: int) -> NDArray[np.uint8]:
        """The raw 2-bit rows of variants `first … first + count`: a view of the file."""
        return self.raw[first : first + count]

    def some(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The raw rows of some variants: a view where they stand together in the file's order, else a copy."""
        first, count = int(rows[0]), len(rows)
        return self.block(first, count) if int(rows[-1]) - first == count - 1 else self.raw[rows]

    def blocks(self, size: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """All blocks in file order; the memory of the previous one is given back before the next."""
        for first in range(0, len(self), size):
            yield first, self.block(first, size)
            self.release(first, size)

    def release(self, first: int, count: int) -> None:
        """Give a block's pages back."""
        start = HEADER + first * self.bytes_per_variant
        give_back(self._map, start, start + count * self.bytes_per_variant)

    def decode(self, first: int, count: int) -> NDArray[np.int8]:
        """Copies of allele 1 as int8[count, people], -1 where missing; for small blocks and for checks."""
        return decode(self.block(first, count), len(self.people))


def open_bed(prefix: str | Path) -> Bed:
    """Open `prefix.bed`, `.bim` and `.fam`, or say what is wrong with them."""
    prefix = Path(prefix)
    base = prefix.with_suffix("") if prefix.suffix == ".bed" else prefix
    return Bed(_beside(base, ".bed"), read_people(_beside(base, ".fam")), Variants(_beside(base, ".bim")))


def check_bed(path: Path, variants: int, bytes_per_variant: int) -> None:
    """Refuse a file without the mark, in sample-major order, or not as long as .bim and .fam promise."""
    if not path.exists():
        raise FileError(f"{path}: there is no such file")
    with path.open("rb") as file:
        head = file.read(HEADER)
    if len(head) < HEADER or head[:2] != MAGIC:
        raise FileError(f"{path}: not a PLINK 1 .bed file (it does not begin with 6c 1b)")
    if head[2] == SAMPLE_MAJOR:
        raise FileError(f"{path}: sample-major order; convert it with `plink --bfile … --make-bed`")
    if head[2] != VARIANT_MAJOR:
        raise FileError(f"{path}: unknown order byte {head[2]:#04x}")
    _check_length(path, HEADER + variants * bytes_per_variant, variants)


def _check_length(path: Path, expected: int, variants: int) -> None:
    found = path.stat().st_size
    if not variants:
        raise FileError(f"{path.with_suffix('.bim')}: no variants")
    if found != expected:
        kind = "truncated" if found < expected else "longer than promised"
        raise FileError(f"{path}: {kind}: {found} bytes, expected {expected} by its .bim and .fam")


def _beside(base: Path, suffix: str) -> Path:
    return base.with_name(base.name + suffix)
