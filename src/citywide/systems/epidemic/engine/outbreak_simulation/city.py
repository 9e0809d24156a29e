"""People with homes, workplaces or schools, shops and bus lines: who meets whom on which day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.natural_history import HOUSEHOLD, RIDE, VISIT

HOUSEHOLD_SIZES = (1, 2, 3, 4, 5)
HOUSEHOLD_SHARES = (0.28, 0.34, 0.18, 0.14, 0.06)
ROOM = 12  # people who share a classroom or an office
SHOP_HOUR = 10  # people in one shop at the same hour
RUN = 14  # regular riders of one run of a bus line


@dataclass(frozen=True)
class Population:
    """For each person the household, the room of work or school, the regular bus run, and the home."""

    household: NDArray[np.int64]
    room: NDArray[np.int64]
    run: NDArray[np.int64]
    home: NDArray[np.float64]

    def __len__(self) -> int:
        """How many people live here."""
        return len(self.household)


@dataclass(frozen=True)
class Presences:
    """Rows (person, day, context, place): who was where; equal rows but for the person are a meeting."""

    person: NDArray[np.int64]
    day: NDArray[np.int64]
    context: NDArray[np.int64]
    place: NDArray[np.int64]

    def of(self, people: NDArray[np.int64]) -> "Presences":
        """Only the rows of these people."""
        return self.keep(np.isin(self.person, people))

    def keep(self, rows: NDArray[np.bool_]) -> "Presences":
        """Only these rows."""
        return Presences(self.person[rows], self.day[rows], self.context[rows], self.place[rows])


def settle(people: int, rng: np.random.Generator) -> Population:
    """A population of about this many, household by household."""
    sizes = rng.choice(HOUSEHOLD_SIZES, people, p=HOUSEHOLD_SHARES)
    household = np.repeat(np.arange(people), sizes)[:people]
    home = rng.uniform(0, 10_000, (people, 2))[household]
    room = rng.permutation(people) // ROOM
    run = np.where(rng.random(people) < 0.6, rng.permutation(people) // RUN, -1)
    return Population(household, room, run, home)


def live(population: Population, days: int, rng: np.random.Generator) -> Presences:
    """Everyone's presences on every day: at home always, at work and on the bus on weekdays, in shops."""
    parts = [_one_day(population, day, rng) for day in range(days)]
    person, day, context, place = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Presences(person, day, context, place)


def _one_day(population: Population, day: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], ...]:
    people = np.arange(len(population))
    weekday = day % 7 < 5
    at_work = people[(rng.random(len(people)) < 0.85) & weekday]
    riding = people[(rng.random(len(people)) < 0.75) & weekday & (population.run >= 0)]
    shopping = rng.permutation(people[rng.random(len(people)) < 0.4])
    first_shop = population.room.max() + 1
    shop = first_shop + np.arange(len(shopping)) // SHOP_HOUR
    person = np.concatenate([people, at_work, shopping, riding])
    place = np.concatenate([population.household, population.room[at_work], shop, population.run[riding]])
    context = np.repeat([HOUSEHOLD, VISIT, VISIT, RIDE], [len(people), len(at_work), len(shopping), len(riding)])
    return person, np.full(len(person), day), context, place
