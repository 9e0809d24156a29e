"""The variants of a study, read on demand."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.text import Rows


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
