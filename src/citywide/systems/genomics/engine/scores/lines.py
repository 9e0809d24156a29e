"""What a scoring file says, line by line, whichever format it came in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.kernel.counting import Doubles

Words = NDArray[np.str_]
DOSAGES = np.array([0.0, 1.0, 2.0])


@dataclass(frozen=True)
class Lines:
    """The variant and alleles that each line of a scoring file names; position -1 where it gives none."""

    chromosome: Words
    position: NDArray[np.int64]
    id: Words
    effect: Words
    other: Words

    def __len__(self) -> int:
        return len(self.effect)


@dataclass(frozen=True)
class Weights:
    """One score: its lines, and what 0, 1 or 2 copies of the effect allele add; `left_out` lines are not
    per variant, and `doubt` is what a reader should know of the weights.
    """

    name: str
    lines: Lines
    adds: Doubles
    left_out: int = 0
    doubt: str = ""
