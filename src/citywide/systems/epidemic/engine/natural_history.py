"""How an infection runs its course, in days: what simulation, tracing and contact lists share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

CONTEXTS = ("household", "visit", "ride", "city")
HOUSEHOLD, VISIT, RIDE, CITY = range(4)


@dataclass(frozen=True)
class NaturalHistory:
    """Incubation, infectiousness around onset, and hazards of one meeting in each context."""

    incubation_mean: float = 4.5
    incubation_sd: float = 2.0
    infectious_from: int = -3
    infectious_mean: float = 3.5
    infectious_sd: float = 2.0
    longest: int = 16
    hazards: tuple[float, float, float, float] = (0.9, 0.12, 0.08, 0.00004)
    mutations_per_day: float = 0.08

    def incubation(self) -> NDArray[np.float64]:
        """Probability of falling ill 1, 2, … days after infection (index 0 is zero days: never)."""
        return _by_day(self.incubation_mean, self.incubation_sd, self.longest, first=1)

    def infectiousness(self) -> NDArray[np.float64]:
        """Share of infectiousness on each day from `infectious_from` relative to onset; sums to one."""
        return _by_day(self.infectious_mean, self.infectious_sd, self.longest, first=0)

    def infectious_on(self, days_since_onset: NDArray[np.int64]) -> NDArray[np.float64]:
        """Infectiousness that many days after onset (negative: before), zero outside the span."""
        place = days_since_onset - self.infectious_from
        inside = (place >= 0) & (place < self.longest)
        return np.where(inside, self.infectiousness()[np.clip(place, 0, self.longest - 1)], 0.0)


def _by_day(mean: float, sd: float, longest: int, first: int) -> NDArray[np.float64]:
    shape = (mean / sd) ** 2
    edges = gammainc(shape, np.arange(longest + 1) * shape / mean)
    mass = np.concatenate([np.zeros(first), np.diff(edges)])[:longest]
    return mass / mass.sum()
