"""What a user may choose, and what comes of it: a forecast with everything that explains it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.cleaning import Problem
from citywide.systems.epidemic.engine.forecast.boosted import Trees
from citywide.systems.epidemic.engine.nowcast import Nowcast
from citywide.systems.epidemic.engine.triangle import WEEK

Floats = NDArray[np.floating]

DEADLINE = np.timedelta64(43, "h")  # a forecast for Saturday is made before Thursday 05:00 UTC


@dataclass(frozen=True)
class Setting:
    """What a user may choose."""

    horizons: tuple[int, ...] = (0, 1, 2, 3)
    deadline: np.timedelta64 = DEADLINE
    trees: Trees = field(default_factory=Trees)
    lessons_at_most: int = 50_000  # taught by other years, other places and imagined seasons
    seed: int = 1


@dataclass(frozen=True)
class Forecast:
    """Quantiles of counts by place, horizon and level, and everything that explains them."""

    reference: np.datetime64
    places: tuple[str, ...]
    horizons: tuple[int, ...]
    quantiles: Floats
    members: dict[str, Floats]
    unstretched: Floats
    weights: dict[str, float]
    spread: Floats
    coverage95: float
    nowcast: Nowcast
    problems: tuple[Problem, ...]

    def target(self, horizon: int) -> np.datetime64:
        """The week that a horizon speaks of."""
        return self.reference + horizon * WEEK
