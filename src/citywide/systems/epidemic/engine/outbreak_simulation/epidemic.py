"""An epidemic among simulated people, with the truth of who infected whom, where and when."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.natural_history import CITY, NaturalHistory
from citywide.systems.epidemic.engine.outbreak_simulation.city import Population, Presences

NOBODY = -1


@dataclass(frozen=True)
class Epidemic:
    """One row a case, in order of infection; `infector` is a row, or NOBODY for one brought in."""

    person: NDArray[np.int64]
    infected: NDArray[np.int64]
    onset: NDArray[np.int64]
    infector: NDArray[np.int64]
    context: NDArray[np.int64]
    place: NDArray[np.int64]

    def __len__(self) -> int:
        """How many were infected."""
        return len(self.person)

    def observed(self, seen: NDArray[np.int64]) -> "Epidemic":
        """Only these cases; an infector who was not seen becomes NOBODY."""
        row = np.full(len(self) + 1, NOBODY)
        row[seen] = np.arange(len(seen))
        return Epidemic(
            self.person[seen], self.infected[seen], self.onset[seen], row[self.infector[seen]],
            self.context[seen], self.place[seen],
        )  # fmt: skip


@dataclass
class _Running:
    """Cases so far, as growing columns."""

    rows: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)
    case_of: dict[int, int] = field(default_factory=dict)

    def infect(self, person: int, day: int, onset: int, infector: int, context: int, place: int) -> None:
        if person not in self.case_of:
            self.case_of[person] = len(self.rows)
            self.rows.append((person, day, onset, infector, context, place))


def spread(
    population: Population,
    presences: Presences,
    history: NaturalHistory,
    rng: np.random.Generator,
    *,
    imports: int = 3,
    most_cases: int = 400,
) -> Epidemic:
    """Infect day by day along the presences until they end or `most_cases` is reached."""
    running = _Running()
    for person in rng.choice(len(population), imports, replace=False):
        running.infect(int(person), 0, _onset(0, history, rng), NOBODY, CITY, NOBODY)
    by_day = np.argsort(presences.day, kind="stable")
    bounds = np.searchsorted(presences.day[by_day], np.arange(presences.day.max() + 2))
    for day in range(len(bounds) - 1):
        if len(running.rows) >= most_cases:
            break
        _one_day(running, presences, by_day[bounds[day] : bounds[day + 1]], day, len(population), history, rng)
    return Epidemic(*np.array(running.rows, dtype=np.int64).T)


def _one_day(
    running: _Running,
    presences: Presences,
    today: NDArray[np.int64],
    day: int,
    people: int,
    history: NaturalHistory,
    rng: np.random.Generator,
) -> None:
    infected, onset = np.array([row[1:3] for row in running.rows]).T
    strength = np.where(day > infected, history.infectious_on(day - onset), 0.0)
    members = _members(presences, today)
    for case in np.flatnonzero(strength > 0):
        person = running.rows[case][0]
        for context, place in members.places_of.get(person, ()):
            near = members.people_at[context, place]
            caught = rng.random(len(near)) < -np.expm1(-history.hazards[context] * strength[case])
            for other in near[caught]:
                running.infect(int(other), day, _onset(day, history, rng), int(case), context, place)
        for other in rng.integers(0, people, rng.poisson(history.hazards[CITY] * people * strength[case])):
            running.infect(int(other), day, _onset(day, history, rng), int(case), CITY, NOBODY)


@dataclass
class _Members:
    people_at: dict[tuple[int, int], NDArray[np.int64]]
    places_of: dict[int, list[tuple[int, int]]]


def _members(presences: Presences, today: NDArray[np.int64]) -> _Members:
    person, context, place = (column[today] for column in (presences.person, presences.context, presences.place))
    order = np.lexsort((place, context))
    person, context, place = person[order], context[order], place[order]
    starts = np.flatnonzero(np.diff(context, prepend=-1) | np.diff(place, prepend=-1))
    people_at = {
        (int(context[a]), int(place[a])): person[a:b] for a, b in zip(starts, [*starts[1:], len(person)], strict=True)
    }
    places_of: dict[int, list[tuple[int, int]]] = {}
    for spot, present in people_at.items():
        for one in present:
            places_of.setdefault(int(one), []).append(spot)
    return _Members(people_at, places_of)


def _onset(day: int, history: NaturalHistory, rng: np.random.Generator) -> int:
    return day + int(rng.choice(history.longest, p=history.incubation()))
