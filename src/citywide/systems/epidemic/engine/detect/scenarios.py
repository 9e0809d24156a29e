"""Weekly counts with known outbreaks, after the scenarios of Noufaily et al., Stat Med 2013;32:1206-22."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

WEEKS = 624
FIRST_BASELINE_WEEK = 312
FIRST_CURRENT_WEEK = 575

# theta, beta, gamma1, gamma2, phi: the seven sets that the 42 published scenarios are made of
SETS = (
    (0.1, 0.0025, 0.6, 0.6, 1.5),
    (-2.0, 0.005, 0.1, 0.3, 2.0),
    (1.5, 0.003, 0.2, -0.4, 1.0),
    (0.5, 0.002, 0.5, 0.5, 5.0),
    (2.5, 0.001, 1.0, 0.1, 3.0),
    (3.75, 0.001, 0.1, -0.1, 1.1),
    (5.0, 0.0001, 0.05, 0.01, 1.2),
)


@dataclass(frozen=True)
class Scenario:
    """A log-linear weekly mean with trend and harmonics, and a variance of `phi` times the mean."""

    theta: float
    beta: float
    gamma1: float
    gamma2: float
    phi: float
    harmonics: int

    def mean(self, weeks: int = WEEKS) -> NDArray[np.float64]:
        """The expected count of every week when nothing breaks out."""
        week = np.arange(1, weeks + 1)
        angle = 2 * np.pi * np.arange(1, self.harmonics + 1)[:, None] * week / 52
        season = self.gamma1 * np.cos(angle) + self.gamma2 * np.sin(angle)
        return np.exp(self.theta + self.beta * week + season.sum(axis=0))


@dataclass(frozen=True)
class Series:
    """Counts of one simulated series and what of them belongs to outbreaks."""

    counts: NDArray[np.int64]
    outbreak: NDArray[np.int64]
    in_outbreak: NDArray[np.bool_]
    scenario: Scenario


def all_scenarios() -> tuple[Scenario, ...]:
    """The 42 scenarios: seven sets, with and without trend, with no, one or two harmonics."""
    return tuple(
        Scenario(theta, beta * trend, gamma1, gamma2, phi, harmonics)
        for (theta, beta, gamma1, gamma2, phi), trend, harmonics in product(SETS, (0, 1), (0, 1, 2))
    )


def simulate(scenario: Scenario, rng: np.random.Generator) -> Series:
    """One series: four past outbreaks in the baseline weeks and one in the current weeks."""
    mean = scenario.mean()
    baseline = overdispersed(mean, scenario.phi, rng)
    past = rng.choice(np.arange(FIRST_BASELINE_WEEK, FIRST_CURRENT_WEEK - 8), 4, replace=False)
    starts = [*past, rng.integers(FIRST_CURRENT_WEEK, WEEKS - 4)]
    outbreak = np.zeros(WEEKS, dtype=np.int64)
    in_outbreak = np.zeros(WEEKS, dtype=np.bool_)
    for start in starts:
        spread = _outbreak(mean[start], scenario.phi, rng)[: WEEKS - start]
        outbreak[start : start + len(spread)] += spread
        in_outbreak[start : start + len(spread)] |= len(spread) > 0
    return Series(baseline + outbreak, outbreak, in_outbreak, scenario)


def overdispersed(mean: NDArray[np.float64], phi: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Negative binomial counts with variance `phi` times the mean; Poisson when `phi` is one."""
    return rng.poisson(mean if phi <= 1 else rng.gamma(mean / (phi - 1), phi - 1))


def _outbreak(mean: float, phi: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Cases by week: 1 to 10 standard deviations in size, spread in time by a lognormal(0, 0.5)."""
    size = rng.poisson(rng.integers(1, 11) * np.sqrt(phi * mean))
    weeks = np.floor(rng.lognormal(0, 0.5, size)).astype(np.int64)
    return np.bincount(weeks) if size else np.zeros(0, dtype=np.int64)
