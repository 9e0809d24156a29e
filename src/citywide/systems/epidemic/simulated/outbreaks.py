"""Outbreaks in quarters of the simulated city: the truth of who infected whom, and what places see of it."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.hub import Text
from citywide.hub.simulated.twin import Place, Plan
from citywide.systems.epidemic.course import Course
from citywide.systems.epidemic.engine.natural_history import CITY, HOUSEHOLD, RIDE
from citywide.systems.epidemic.engine.outbreak_simulation import (
    NOBODY,
    Epidemic,
    Population,
    Presences,
    live,
    sequences,
    settle,
    spread,
)
from citywide.systems.epidemic.engine.outbreak_simulation.city import ROOM
from citywide.systems.epidemic.model import SYNDROMES

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
PEOPLE = 3000
ESTATES = 8  # housing estates of a quarter
FIRST_DAYS = (-23, 12, 30, 48)  # days from the city's waking on which somebody brings a disease in
LASTS = 45  # days for which one is followed
MOST_CASES = 150
COMES_TO_HOSPITAL, BUYS, SEQUENCED = 0.6, 0.3, 0.5
METRES = 111_195.0


class People(Struct, frozen=True):
    """The people of a quarter, followed one by one, and which hospital, school and pharmacy is theirs."""

    population: Population
    hospital: Ints
    school: Ints
    pharmacy: Ints
    pupil: NDArray[np.bool_]


class Outbreak(Struct, frozen=True):
    """One epidemic: its syndrome, its first day, and for each case where it was seen on which day (-1: nowhere)."""

    syndrome: int
    first: int
    people: People
    epidemic: Epidemic
    presences: Presences
    hospital: Ints
    visit: Ints
    pharmacy: Ints
    school: Ints
    sequences: list[str | None]

    @property
    def onset(self) -> Ints:
        """The days on which people fell ill, counted from the city's waking."""
        return self.epidemic.onset + self.first


def outbreaks(plan: Plan, seen: dict[str, Sequence[Place]], syndromes: int, rng: np.random.Generator) -> list[Outbreak]:
    """One after another, each of another syndrome in another quarter."""
    order = rng.permutation(syndromes)
    return [_one(_settled(plan, seen, rng), int(order[number % syndromes]), first, rng)
            for number, first in enumerate(FIRST_DAYS)]  # fmt: skip


def _settled(plan: Plan, seen: dict[str, Sequence[Place]], rng: np.random.Generator) -> People:
    """Households at neighbouring estates, everybody with the nearest hospital, school and pharmacy."""
    people = settle(PEOPLE, rng)
    estates = _on_plane(plan.of_kind("housing") or list(plan.places))
    middle = estates[int(rng.integers(len(estates)))]
    quarter = estates[np.argsort(((estates - middle) ** 2).sum(axis=1))[:ESTATES]]
    households = int(people.household.max()) + 1
    home = quarter[rng.integers(0, len(quarter), households)] + rng.normal(0, 150, (households, 2))
    there = Population(people.household, people.room, people.run, home[people.household])
    near = {kind: _nearest(there.home, _on_plane(places)) for kind, places in seen.items()}
    return People(there, near["hospital"], near["school"], near["pharmacy"], people.room % 3 == 0)


def _one(people: People, syndrome: int, first: int, rng: np.random.Generator) -> Outbreak:
    presences = live(people.population, LASTS, rng)
    course = SYNDROMES[syndrome].course or Course()
    epidemic = spread(people.population, presences, course.history(), rng, most_cases=MOST_CASES)
    ill = epidemic.person
    visit = epidemic.onset + rng.poisson(course.to_visit, len(ill)) + first
    comes, buys = rng.random(len(ill)) < COMES_TO_HOSPITAL, rng.random(len(ill)) < BUYS
    return Outbreak(
        syndrome, first, people, epidemic, presences, np.where(comes, people.hospital[ill], NOBODY), visit,
        np.where(buys, people.pharmacy[ill], NOBODY), np.where(people.pupil[ill], people.school[ill], NOBODY),
        _sequenced(epidemic, course, rng.spawn(1)[0]),
    )  # fmt: skip


def _sequenced(epidemic: Epidemic, course: Course, rng: np.random.Generator) -> list[str | None]:
    """What the laboratory reads of some cases, a day after they fell ill."""
    letters = sequences(epidemic, course.history().mutations_per_day, 1, rng)
    return [one if chosen else None for one, chosen in zip(letters, rng.random(len(letters)) < SEQUENCED, strict=True)]


def where_met(plan: Plan, context: int, place: int) -> tuple[str, str, Place | None]:
    """A place of meeting: its key, its name, and the place of the city where it is."""
    if context == CITY or place == NOBODY:
        return "city", Text("somewhere in the city", "市内某处").both, None
    if context == RIDE:
        line, run = place % 40 + 1, place // 40 + 1
        return f"ride/{place}", Text(f"Bus line {line}, run {run}", f"公交{line}路{run}班").both, None
    kind, what = _room(context, place)
    found = plan.of_kind(kind)
    if not found:
        return f"{context}/{place}", what.both, None
    there = found[place % len(found)]
    return f"{context}/{place}", Text(f"{there.name.en}, {what.en}", f"{there.name.zh}{what.zh}").both, there


def _room(context: int, place: int) -> tuple[str, Text]:
    """The kind of place that somebody met at, and which part of it."""
    if context == HOUSEHOLD:
        return "housing", Text(f"household {place + 1}", f"住户{place + 1}")
    if place > PEOPLE // ROOM:
        return "housing", Text(f"market {place % 60 + 1}", f"{place % 60 + 1}号商场")
    return "school" if place % 3 == 0 else "station", Text(f"room {place % 40 + 1}", f"{place % 40 + 1}室")


def _on_plane(places: Sequence[Place]) -> Floats:
    degrees = np.array([(place.at.lon, place.at.lat) for place in places], np.float64).reshape(-1, 2)
    return METRES * degrees * np.array([np.cos(np.radians(29.5)), 1.0])


def _nearest(home: Floats, points: Floats) -> Ints:
    distance = ((home[:, None, :] - points[None, :, :]) ** 2).sum(axis=2)
    return distance.argmin(axis=1) if len(points) else np.full(len(home), NOBODY)
