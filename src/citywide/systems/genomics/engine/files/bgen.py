"""BGEN files, layout 2: probabilities of two alleles as dosages; `.bgi` beside it spares the walk through the file.

    bgen = open_bgen(Path("chr1.bgen"), sample=Path("chr1.sample"))
    bgen.dosages(rows)                         # float32[rows, people], 0 … 2, NaN where missing

The allele counted is the second one (the alternative where the first is the reference, as in UK Biobank's files);
`ref_last` counts the first. Who is haploid counts as 0 to 2 as well, as in the other files here.
"""

import mmap
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bgen_block import Block, dosage, expand
from citywide.systems.genomics.engine.files.bgen_index import Entry, entries, skip_names
from citywide.systems.genomics.engine.files.pages import give_back
from citywide.systems.genomics.engine.files.people import People, people_of
from citywide.systems.genomics.engine.files.text import Rows
from citywide.systems.genomics.engine.files.variants import Variants
from citywide.systems.genomics.engine.files.wrong import FileError

LAYOUT = 2
COMPRESSIONS = ("none", "zlib", "zstd")
HAS_SAMPLES = 1 << 31


@dataclass(frozen=True)
class Head:
    """What a file says of itself: where its first variant begins, its counts, how it is packed."""

    first: int
    variants: int
    people: int
    compression: str
    ids: tuple[bytes, ...]


class Bgen:
    """An open `.bgen` with its people and variants; `dosages(rows)` may be called from any thread."""

    def __init__(self, path: Path, people: People, ref_last: bool = False) -> None:
        """Map the file and find its variants."""
        self.path, self.people, self.ref_last = path, people, ref_last
        self._map = mapped(path)
        self.head = head(path, self._map)
        if self.head.people != len(people):
            raise FileError(f"{path}: {self.head.people} people, but {len(people)} are named")
        found = entries(path, self._map, self.head.first, self.head.variants)
        self.starts = np.array([entry.start for entry in found] + [len(self._map)], np.int64)
        self.variants = Variants(path, b"".join(bim_lines(path, found, ref_last)))
        self.bytes_per_variant = 40 * len(people)  # a tile in both precisions, its mask, and a block unpacked

    def __len__(self) -> int:
        return len(self.variants)

    def dosages(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Dosages of the counted allele as float32[rows, people], NaN where missing."""
        tile = np.empty((len(rows), len(self.people)), np.float32)
        for at, row in enumerate(rows.tolist()):
            tile[at] = self._dosage(row)
        return tile

    def release(self, first: int, count: int) -> None:
        """Give the pages of these variants back."""
        give_back(self._map, int(self.starts[first]), int(self.starts[min(first + count, len(self))]))

    def _dosage(self, row: int) -> NDArray[np.float32]:
        try:
            at = skip_names(self._map, int(self.starts[row]))
            block = Block(expand(self._map, at, self.head.compression), len(self.people))
            return dosage(block, self.ref_last)
        except (ValueError, struct.error, zlib.error, OSError) as wrong:
            name = self.variants.id(row, 1)[0].decode()
            raise FileError(f"{self.path}: variant {name}: {wrong}") from None


def open_bgen(path: Path, sample: Path | None = None, ref_last: bool = False) -> Bgen:
    """Open a `.bgen`; who its people are stands in `sample`, in the file beside it, or in the file itself."""
    path = path if path.suffix == ".bgen" else path.with_name(path.name + ".bgen")
    if not path.exists():
        raise FileError(f"{path}: there is no such file")
    beside = path.with_suffix(".sample")
    ids = head(path, mapped(path)).ids
    if sample is not None or (beside.exists() and not ids):
        return Bgen(path, read_sample(sample or beside), ref_last)
    if not ids:
        raise FileError(f"{path}: names nobody; give its .sample file with --sample")
    lines = b"".join(b"%b %b 0 0 0 -9\n" % (one, one) for one in ids)
    return Bgen(path, people_of(Rows(path, 6, lines)), ref_last)


def mapped(path: Path) -> mmap.mmap:
    """The file as memory."""
    with path.open("rb") as file:
        try:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            raise FileError(f"{path}: empty") from None


def head(path: Path, raw: mmap.mmap) -> Head:
    """Read what stands before the first variant; refuse what is not BGEN layout 2."""
    try:
        offset, length, variants, people = struct.unpack_from("<4I", raw)
        magic, flags = raw[16:20], struct.unpack_from("<I", raw, length)[0]
        ids = tuple(_ids(raw, 4 + length)) if flags & HAS_SAMPLES and magic in {b"bgen", bytes(4)} else ()
    except struct.error:
        raise FileError(f"{path}: truncated before its first variant") from None
    if magic not in {b"bgen", bytes(4)}:
        raise FileError(f"{path}: not a .bgen file")
    if flags >> 2 & 15 != LAYOUT:
        raise FileError(f"{path}: layout {flags >> 2 & 15}, expected 2; convert it with `qctool` or `plink2`")
    if flags & 3 >= len(COMPRESSIONS):
        raise FileError(f"{path}: unknown compression {flags & 3}")
    return Head(offset + 4, variants, people, COMPRESSIONS[flags & 3], ids)


def _ids(raw: mmap.mmap, at: int) -> Iterator[bytes]:
    count = struct.unpack_from("<I", raw, at + 4)[0]
    at += 8
    for _ in range(count):
        size = struct.unpack_from("<H", raw, at)[0]
        yield raw[at + 2 : at + 2 + size].replace(b" ", b"_")
        at += 2 + size


def bim_lines(path: Path, found: list[Entry], ref_last: bool) -> Iterator[bytes]:
    """The variants as lines of a `.bim`: the counted allele stands first."""
    for entry in found:
        if len(entry.alleles) != 2:
            raise FileError(f"{path}: {entry.name} has {len(entry.alleles)} alleles; split them first")
        counted, other = entry.alleles if ref_last else entry.alleles[::-1]
        yield f"{entry.chromosome}\t{entry.name}\t0\t{entry.position}\t{counted}\t{other}\n".encode()


def read_sample(path: Path) -> People:
    """The people of an Oxford `.sample` file: a header, a line of column kinds, then a line a person."""
    if not path.exists():
        raise FileError(f"{path}: there is no such file")
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    if len(lines) < 3 or [word.lower() for word in lines[0][:2]] != ["id_1", "id_2"]:
        raise FileError(f"{path}: not a .sample file (its first line begins with ID_1 ID_2)")
    names = [word.lower() for word in lines[0]]
    at = names.index("sex") if "sex" in names else -1
    fam = [f"{w[0]} {w[1]} 0 0 {w[at] if 0 <= at < len(w) else 0} -9\n" for w in lines[2:] if len(w) > 1]
    return people_of(Rows(path, 6, "".join(fam).encode()))
