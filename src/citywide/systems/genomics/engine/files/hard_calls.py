"""Dosages as 2-bit calls, for what can be judged of calls alone.

A dosage within 0.1 of a whole number of copies is that call, any other none: plink2's own `--hard-call-threshold`.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import HEADER, MAGIC, VARIANT_MAJOR, Bed
from citywide.systems.genomics.engine.files.genotypes import Dosed, Genotypes
from citywide.systems.genomics.engine.files.tiles import tiles
from citywide.systems.genomics.engine.kernel.calls import encode

NEAR = 0.1 + 1 / 32768  # half a unit of the 16384ths in which dosages are kept


def calls_of(data: Genotypes, folder: Path, rows: NDArray[np.int64] | None = None) -> Bed:
    """Any genotypes as calls; of dosages those of some variants, of all when not said."""
    if isinstance(data, Bed):
        return data
    return hard_calls(data, np.arange(len(data)) if rows is None else rows, folder)


def hard_calls(data: Dosed, rows: NDArray[np.int64], folder: Path) -> Bed:
    """The chosen variants as calls; the others take no room. The file behind them is gone with the process."""
    path = folder / "calls.draft"
    try:
        _write(data, rows, path)
        bed = Bed(path, data.people, data.variants)
    finally:
        path.unlink(missing_ok=True)
    bed.path = data.path
    return bed


def called(dosages: NDArray[np.float32]) -> NDArray[np.int8]:
    """Copies of the counted allele, -1 where the dosage is between."""
    whole = np.rint(dosages)
    return np.where(np.abs(dosages - whole) <= NEAR, whole, -1).astype(np.int8)


def _write(data: Dosed, rows: NDArray[np.int64], path: Path) -> None:
    width = (len(data.people) + 3) // 4
    with path.open("wb") as out:
        out.write(MAGIC + bytes([VARIANT_MAJOR]))
        out.truncate(HEADER + len(data) * width)
        for tile in tiles(data, rows):
            for row, raw in zip(tile.rows.tolist(), encode(called(tile.dosages)), strict=True):
                out.seek(HEADER + row * width)
                out.write(raw.tobytes())
