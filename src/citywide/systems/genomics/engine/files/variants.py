"""The variants of a study, read on demand."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.text import Rows
from citywide.systems.genomics.engine.files.wrong import FileError

NAME, POSITION = 1, 3


class Variants:
    """The `.bim`: columns are read when asked for, so that millions of variants cost only the file's size."""

    def __init__(self, path: Path, text: bytes | None = None) -> None:
        """Read the file (or `text` in its form); check that each line has its six fields, and its position."""
        rows = Rows(path, 6, text, POSITION)
        self.rows = Rows(path, 6, _in_digits(rows)) if rows.odd else rows

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


def _in_digits(rows: Rows) -> bytes:
    """The lines with positions such as `1e+05` in digits, as R and spreadsheets do not always write them."""
    pieces: list[bytes] = []
    begin = 0
    for line in rows.odd:
        start, stop = rows.starts[line : line + 2].tolist()
        words = rows.raw[start:stop].tobytes().split()
        words[POSITION] = _whole(rows.path, words)
        pieces += [rows.raw[begin:start].tobytes(), b"\t".join(words), b"\n"]
        begin = stop
    return b"".join([*pieces, rows.raw[begin:].tobytes()])


def _whole(path: Path, words: list[bytes]) -> bytes:
    try:
        if (value := float(words[POSITION])).is_integer():
            return b"%d" % int(value)
    except ValueError:
        pass
    name, position = (words[at].decode(errors="replace") for at in (NAME, POSITION))
    raise FileError(f"{path}: the position of {name}, {position}, is not a whole number")
