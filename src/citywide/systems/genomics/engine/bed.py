"""PLINK 1 files: `.bed` memory-mapped as raw 2-bit blocks, `.bim` and `.fam` beside it.

    bed = open_bed("study")                    # study.bed, study.bim, study.fam; every check is made here
    raw = bed.block(first, count)              # uint8[count, bytes_per_variant], a view, nothing is copied
    for first, raw in bed.blocks(8192): …      # in file order; pages of a block already seen are given back
    bed.decode(first, count)                   # int8[count, people]: copies of allele 1 (0, 1, 2), -1 missing
    bed.people.person, .family, .sex …         # arrays of the .fam
    bed.variants.chromosome(first, count) …    # columns of the .bim, read on demand
    bed.rows_of(keep_ids)                      # bool[people]

Four people share a byte, the first in its lowest bits; 00 is two copies of allele 1 (column 5 of the .bim),
10 one, 11 none and 01 missing. The bits that fill the last byte mean nothing and are not to be trusted.
A subset of people is a mask beside the raw block, never a repacked file.
"""

import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.text import Rows, TextError

MAGIC = b"\x6c\x1b"
SAMPLE_MAJOR, VARIANT_MAJOR = 0, 1
HEADER = 3
COPIES = np.array([2, -1, 1, 0], np.int8)
DECODED = COPIES[(np.arange(256)[:, None] >> np.array([0, 2, 4, 6])) & 3]


class BedError(ValueError):
    """A set of PLINK files that cannot be used; says which file and what was expected."""


@dataclass(frozen=True)
class People:
    """The columns of a `.fam`, one entry a person; sex is 1 male, 2 female, 0 unknown."""

    family: NDArray[np.bytes_]
    person: NDArray[np.bytes_]
    father: NDArray[np.bytes_]
    mother: NDArray[np.bytes_]
    sex: NDArray[np.int8]
    phenotype: NDArray[np.bytes_]

    def __len__(self) -> int:
        return len(self.person)

    @cached_property
    def row(self) -> dict[tuple[bytes, bytes], int]:
        """Where a (family, person) stands."""
        return {pair: row for row, pair in enumerate(zip(self.family.tolist(), self.person.tolist(), strict=True))}

    @cached_property
    def shared(self) -> frozenset[bytes]:
        """Individual ids that stand in several families, so that they alone name nobody."""
        ids, counts = np.unique(self.person, return_counts=True)
        return frozenset(ids[counts > 1].tolist())

    @cached_property
    def row_by_person(self) -> dict[bytes, int]:
        """Where a person stands by the individual id alone; ids that two families share are left out."""
        return {person: row for row, person in enumerate(self.person.tolist()) if person not in self.shared}


class Variants:
    """The `.bim`: columns are read when asked for, so that millions of variants cost only the file's size."""

    def __init__(self, path: Path, text: bytes | None = None) -> None:
        """Read the file (or `text` in its form) and check that each line has its six fields."""
        self.rows = Rows(path, 6, text)

    def __len__(self) -> int:
        return len(self.rows)

    def chromosome(self, first: int = 0, count: int | None = None) -> NDArray[np.bytes_]:
        """Chromosome codes as written (`1`, `chr1`, `X`, `23` …)."""
        return self.rows.column(0, first, count)

    def id(self, first: int = 0, count: int | None = None) -> NDArray[np.bytes_]:
        """Variant names, not promised to be unique."""
        return self.rows.column(1, first, count)

    def position(self, first: int = 0, count: int | None = None) -> NDArray[np.int64]:
        """Base-pair positions."""
        return self.rows.column(3, first, count).astype(np.int64)

    def allele1(self, first: int = 0, count: int | None = None) -> NDArray[np.bytes_]:
        """The allele whose copies are counted (the effect allele)."""
        return self.rows.column(4, first, count)

    def allele2(self, first: int = 0, count: int | None = None) -> NDArray[np.bytes_]:
        """The other allele."""
        return self.rows.column(5, first, count)


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

    def blocks(self, size: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """All blocks in file order; the memory of the previous one is given back before the next."""
        for first in range(0, len(self), size):
            yield first, self.block(first, size)
            self.release(first, size)

    def release(self, first: int, count: int) -> None:
        """Give a block's pages back, so that a scan of any file keeps within its memory."""
        start = HEADER + first * self.bytes_per_variant
        stop = min(start + count * self.bytes_per_variant, len(self._map))
        start += -start % mmap.PAGESIZE
        if stop - stop % mmap.PAGESIZE > start and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED, start, stop - stop % mmap.PAGESIZE - start)

    def decode(self, first: int, count: int) -> NDArray[np.int8]:
        """Copies of allele 1 as int8[count, people], -1 where missing; for small blocks and for checks."""
        return decode(self.block(first, count), len(self.people))

    def rows_of(self, ids: Sequence[tuple[bytes, bytes]]) -> NDArray[np.bool_]:
        """Which people are named in `ids` (family, person); an unknown name is simply not here."""
        mask = np.zeros(len(self.people), np.bool_)
        mask[[self.people.row[pair] for pair in ids if pair in self.people.row]] = True
        return mask


def open_bed(prefix: str | Path) -> Bed:
    """Open `prefix.bed`, `.bim` and `.fam`, or say what is wrong with them."""
    prefix = Path(prefix)
    base = prefix.with_suffix("") if prefix.suffix == ".bed" else prefix
    try:
        people, variants = read_people(_beside(base, ".fam")), Variants(_beside(base, ".bim"))
    except TextError as wrong:
        raise BedError(str(wrong)) from None
    return Bed(_beside(base, ".bed"), people, variants)


def read_people(path: Path) -> People:
    """The people of a `.fam`; nobody may stand in it twice."""
    return people_of(Rows(path, 6))


def people_of(rows: Rows) -> People:
    """The people of lines in the form of a `.fam`."""
    if not len(rows):
        raise BedError(f"{rows.path}: no people")
    family, person, father, mother, sex, phenotype = (rows.column(field) for field in range(6))
    known = np.where(sex == b"1", 1, np.where(sex == b"2", 2, 0)).astype(np.int8)
    people = People(family, person, father, mother, known, phenotype)
    if len(people.row) < len(people):
        raise BedError(f"{rows.path}: {_first_twice(people)} stands twice")
    return people


def check_bed(path: Path, variants: int, bytes_per_variant: int) -> None:
    """Refuse a file without the mark, in sample-major order, or not as long as .bim and .fam promise."""
    if not path.exists():
        raise BedError(f"{path}: there is no such file")
    with path.open("rb") as file:
        head = file.read(HEADER)
    if len(head) < HEADER or head[:2] != MAGIC:
        raise BedError(f"{path}: not a PLINK 1 .bed file (it does not begin with 6c 1b)")
    if head[2] == SAMPLE_MAJOR:
        raise BedError(f"{path}: sample-major order; convert it with `plink --bfile … --make-bed`")
    if head[2] != VARIANT_MAJOR:
        raise BedError(f"{path}: unknown order byte {head[2]:#04x}")
    _check_length(path, HEADER + variants * bytes_per_variant, variants)


def decode(raw: NDArray[np.uint8], people: int) -> NDArray[np.int8]:
    """Copies of allele 1 from raw rows, -1 where missing."""
    return DECODED[raw].reshape(len(raw), raw.shape[1] * 4)[:, :people]


def encode(copies: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Raw rows from copies of allele 1 (0, 1, 2; anything else is missing)."""
    codes = np.full((len(copies), -(-copies.shape[1] // 4) * 4), 0, np.uint8)
    values = np.asarray(copies)
    codes[:, : values.shape[1]] = np.select([values == 2, values == 1, values == 0], [0, 2, 3], 1)
    quads = codes.reshape(len(codes), -1, 4)
    return (quads << np.array([0, 2, 4, 6], np.uint8)).sum(axis=2, dtype=np.uint8)


def _check_length(path: Path, expected: int, variants: int) -> None:
    found = path.stat().st_size
    if not variants:
        raise BedError(f"{path.with_suffix('.bim')}: no variants")
    if found != expected:
        kind = "truncated" if found < expected else "longer than promised"
        raise BedError(f"{path}: {kind}: {found} bytes, expected {expected} by its .bim and .fam")


def _beside(base: Path, suffix: str) -> Path:
    return base.with_name(base.name + suffix)


def _first_twice(people: People) -> str:
    seen: set[tuple[bytes, bytes]] = set()
    for pair in zip(people.family.tolist(), people.person.tolist(), strict=True):
        if pair in seen:
            return " ".join(part.decode() for part in pair)
        seen.add(pair)
    return ""
