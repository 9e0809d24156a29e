"""What hospitals see of an epidemic: who comes, where, with what, and when the city hears of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.outbreak_simulation.city import Population
from citywide.systems.epidemic.engine.outbreak_simulation.epidemic import Epidemic

NOT_A_CASE = -1


@dataclass(frozen=True)
class Visits:
    """One row a visit; `case` is the row of the epidemic, or NOT_A_CASE for the usual visits."""

    hospital: NDArray[np.int64]
    syndrome: NDArray[np.int64]
    day: NDArray[np.int64]
    reported: NDArray[np.int64]
    case: NDArray[np.int64]

    def counts(self, hospitals: int, syndromes: int, days: int, known_on: int) -> NDArray[np.float64]:
        """Visits by day [hospitals × syndromes, days] as they were known at the end of one day."""
        heard = (self.reported <= known_on) & (self.day < days)
        series = self.hospital[heard] * syndromes + self.syndrome[heard]
        table = np.bincount(series * days + self.day[heard], minlength=hospitals * syndromes * days)
        return table.reshape(-1, days).astype(np.float64)


@dataclass(frozen=True)
class Habits:
    """Which share of the ill come, how late, how late it is reported, and usual visits a day."""

    share_coming: float = 0.5
    days_to_visit: float = 1.5
    days_to_report: float = 1.0
    usual_per_day: float = 0.3


def visits(  # noqa: PLR0913 - a simulation is its inputs
    epidemic: Epidemic,
    population: Population,
    hospitals: NDArray[np.float64],
    syndromes: int,
    syndrome: int,
    days: int,
    rng: np.random.Generator,
    *,
    habits: Habits | None = None,
) -> Visits:
    """Ill people at the hospital nearest to home, among the usual visits of every syndrome."""
    habits = habits or Habits()
    case = np.flatnonzero(rng.random(len(epidemic)) < habits.share_coming)
    hospital = _nearest(population.home[epidemic.person[case]], hospitals)
    day = epidemic.onset[case] + rng.poisson(habits.days_to_visit, len(case))
    usual = rng.poisson(habits.usual_per_day, (len(hospitals), syndromes, days))
    where, what, when = np.repeat(np.argwhere(usual >= 0), usual.ravel(), axis=0).T
    all_days = np.concatenate([day, when])
    return Visits(
        np.concatenate([hospital, where]),
        np.concatenate([np.full(len(case), syndrome), what]),
        all_days,
        all_days + rng.poisson(habits.days_to_report, len(all_days)),
        np.concatenate([case, np.full(len(when), NOT_A_CASE)]),
    )


def _nearest(home: NDArray[np.float64], hospitals: NDArray[np.float64]) -> NDArray[np.int64]:
    distance = ((home[:, None, :] - hospitals[None, :, :]) ** 2).sum(axis=2)
    return distance.argmin(axis=1)
