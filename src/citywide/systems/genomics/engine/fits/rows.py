"""What a fit says of each variant."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.fits.design import Floats

GENOME_WIDE = 5e-8  # the p below which a scan has a hit
TESTS = ("LINEAR", "SCORE", "WALD", "FIRTH", "SPA")
LINEAR, SCORE, WALD, FIRTH, SPA = range(len(TESTS))


@dataclass(frozen=True)
class Rows:
    """One trait's results of one block, a value a variant."""

    calls: NDArray[np.int32]
    frequency: Floats
    beta: Floats
    error: Floats
    minus_log10_p: Floats
    test: NDArray[np.uint8]
    status: NDArray[np.uint8]
