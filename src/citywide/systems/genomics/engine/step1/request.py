"""What step one is asked to do."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.wrong import InputError
from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.qc.kinship import Relatives

Progress = Callable[[int, int], None]


class StepOneError(InputError):
    """A regression that cannot be made; says why."""


@dataclass(frozen=True)
class Request:
    """What to regress: traits and covariates in the order of the file's people, NaN where missing."""

    bed: Bed
    traits: Doubles
    names: tuple[str, ...]
    out: Path
    covariates: Doubles | None = None
    binary: bool = False
    rows: NDArray[np.int64] | None = None
    block: int = 1000
    threads: int = 1
    seed: int = 1
    relatives: Relatives | None = None
    families: bool = True
    memory_mb: int | None = None
    packed: bool = False
