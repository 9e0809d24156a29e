"""Some variants of a file of dosages at once, and sums over them for every person: what `blocks` is for calls."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.genotypes import Dosed
from citywide.systems.genomics.engine.kernel.counting import Doubles, each, spans

CELLS = 5 << 18
NONE, MISSING, ONE, TWO = 3, 1, 2, 0


@dataclass(frozen=True)
class Tile:
    """Row numbers of variants, and float32[rows, people] of dosages, NaN where missing."""

    rows: NDArray[np.int64]
    dosages: NDArray[np.float32]

    def frequency(self, mask: NDArray[np.bool_]) -> Doubles:
        """Frequency of the counted allele among the people's dosages; NaN without one."""
        here = self.dosages[:, mask].astype(np.float64)
        known = np.isfinite(here).sum(axis=1)
        return np.divide(np.nansum(here, axis=1), 2 * known, out=np.full(len(known), np.nan), where=known > 0)

    def calls(self, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many of the people have a dosage."""
        return np.isfinite(self.dosages[:, mask]).sum(axis=1)


def tiles(data: Dosed, rows: NDArray[np.int64]) -> Iterator[Tile]:
    """The chosen variants in order, as many at a time as stay near the processor; pages behind are given back."""
    size = max(CELLS // len(data.people), 1)
    for first in range(0, len(rows), size):
        chosen = rows[first : first + size]
        yield Tile(chosen, data.dosages(chosen))
        data.release(int(chosen[0]), int(chosen[-1]) + 1 - int(chosen[0]))


def person_sums(tile: Tile, values: NDArray[np.float32], out: Doubles, threads: int = 1) -> None:
    """Add to each person's row of `out` the sum over variants of values[variant, code, lane].

    Between whole copies the value is in proportion; the codes are those of 2-bit calls.
    """
    adds = values.astype(np.float64)
    first, second = adds[:, ONE] - adds[:, NONE], adds[:, TWO] - adds[:, ONE]

    def work(people: slice) -> None:
        dosage = tile.dosages[:, people].astype(np.float64)
        gone = np.isnan(dosage)
        dosage[gone] = 0.0
        out[people] += (~gone).T @ adds[:, NONE] + gone.T @ adds[:, MISSING]
        out[people] += np.minimum(dosage, 1).T @ first + np.maximum(dosage - 1, 0).T @ second

    each(threads, work, spans(len(out), threads))
