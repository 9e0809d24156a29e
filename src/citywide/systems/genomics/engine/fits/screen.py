"""Which variants of a binary trait deserve an exact fit, and a block's copies as numbers."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.fits.binary_lanes import BinaryLanes
from citywide.systems.genomics.engine.fits.design import Floats
from citywide.systems.genomics.engine.fits.rows import Rows
from citywide.systems.genomics.engine.kernel.calls import decode
from citywide.systems.genomics.engine.kernel.states import FINE

RARE_COUNT = 50
RARE_SCREEN = 0.12
Block = NDArray[np.uint8] | NDArray[np.float32]


@dataclass(frozen=True)
class Choice:
    """How far a scan goes beyond the score test."""

    firth: str = "fallback"
    screen: float = 0.06
    spa: bool = False


def tile_of(block: Block) -> NDArray[np.float32] | None:
    """The block as dosages, None where it is 2-bit rows."""
    return cast("NDArray[np.float32]", block) if block.dtype == np.float32 else None


def copies_in(block: Block, people: int) -> Floats:
    """Copies or dosages as doubles, -1 where missing."""
    tile = tile_of(block)
    if tile is not None:
        return np.nan_to_num(tile.astype(np.float64), nan=-1)
    return decode(cast("NDArray[np.uint8]", block), people).astype(np.float64)


def to_fit(rows: Rows, minor: Floats, lanes: BinaryLanes, choice: Choice) -> NDArray[np.int64]:
    """Which variants are fitted: those below the screen, a wider one where minor alleles are few."""
    smaller = min(lanes.cases, lanes.members - lanes.cases) / max(lanes.members, 1)
    rough = minor * smaller < RARE_COUNT
    limit = -np.log10(np.where(rough, max(choice.screen, RARE_SCREEN), max(choice.screen, 1e-300)))
    return np.flatnonzero((rows.status == FINE) & (rows.minus_log10_p >= limit))
