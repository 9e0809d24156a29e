"""Where the variants of a `.bgen` stand and what they are called: from its `.bgi`, or by walking through it."""

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

from citywide.systems.genomics.engine.files.wrong import FileError

QUERY = (
    "select file_start_position, chromosome, position, rsid, number_of_alleles, allele1, allele2, size_in_bytes"
    " from Variant order by file_start_position"
)


@dataclass(frozen=True)
class Entry:
    """One variant: where it begins in the file, and its names."""

    start: int
    chromosome: str
    position: int
    name: str
    alleles: tuple[str, ...]


def entries(path: Path, raw: mmap.mmap, first: int, count: int) -> list[Entry]:
    """Every variant of the file, in order."""
    found = indexed(path, len(raw), count)
    if found is not None:
        return found
    made: list[Entry] = []
    try:
        for _ in range(count):
            entry, first = read_entry(raw, first)
            made.append(entry)
    except (struct.error, IndexError):
        raise FileError(f"{path}: truncated: {len(made)} of {count} variants are whole") from None
    if first != len(raw):
        raise FileError(f"{path}: {len(raw) - first} bytes after the last of {count} variants")
    return made


def indexed(path: Path, size: int, count: int) -> list[Entry] | None:
    """What the `.bgi` says, if there is one that fits the file; a stale one is not believed."""
    index = path.with_name(path.name + ".bgi")
    if not index.exists():
        return None
    import sqlite3  # noqa: PLC0415 - only indexed files need it

    try:
        with sqlite3.connect(f"file:{index}?mode=ro", uri=True) as base:
            rows = base.execute(QUERY).fetchall()
        base.close()
    except sqlite3.Error:
        return None
    if len(rows) != count or (rows and rows[-1][0] + rows[-1][7] != size):
        return None
    return [entry_of(row[0], row[1], row[2], row[3], (*row[5:7], *[""] * (row[4] - 2))) for row in rows]


def entry_of(start: int, chromosome: str, position: int, name: str, alleles: tuple[str, ...]) -> Entry:
    """An entry with the words that a .bim can hold: no blanks, no empty fields, `01` as `1`."""
    code = chromosome.strip().lstrip("0") or "0"
    words = "_".join(name.split()) or ":".join((code, str(position), *alleles))
    return Entry(start, code, position, words, tuple(allele or "." for allele in alleles))


def read_entry(raw: mmap.mmap, start: int) -> tuple[Entry, int]:
    """The variant that begins here, and where the next one does."""
    variant, at = _text(raw, start, "<H")
    name, at = _text(raw, at, "<H")
    chromosome, at = _text(raw, at, "<H")
    position, kinds = struct.unpack_from("<IH", raw, at)
    at += 6
    alleles: list[str] = []
    for _ in range(kinds):
        allele, at = _text(raw, at, "<I")
        alleles.append(allele)
    end = at + 4 + struct.unpack_from("<I", raw, at)[0]
    if end > len(raw):
        raise IndexError(end)
    return entry_of(start, chromosome, position, name or variant, tuple(alleles)), end


def skip_names(raw: mmap.mmap, at: int) -> int:
    """Where the genotypes of the variant begin that begins here."""
    for _ in range(3):
        at += 2 + struct.unpack_from("<H", raw, at)[0]
    kinds = struct.unpack_from("<H", raw, at + 4)[0]
    at += 6
    for _ in range(kinds):
        at += 4 + struct.unpack_from("<I", raw, at)[0]
    return at


def _text(raw: mmap.mmap, at: int, size: str) -> tuple[str, int]:
    begin = at + struct.calcsize(size)
    end = begin + struct.unpack_from(size, raw, at)[0]
    if end > len(raw):
        raise IndexError(end)
    return raw[begin:end].decode(errors="replace"), end
