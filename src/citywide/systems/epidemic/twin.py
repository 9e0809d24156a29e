"""The simulated city's epidemic: an outbreak among its people, as its hospitals report it; the truth kept apart.

A sample of the people lives a day-by-day life. From the third week on one syndrome spreads among them from a few
who brought it in; the ill come to the hospital nearest to home, among the usual visits of every syndrome.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from citywide.hub import Entity, Point, Reading
from citywide.hub.twin import Answer, Order, Place, Plan, TrueEvent, Weather
from citywide.systems.epidemic.engine.natural_history import NaturalHistory
from citywide.systems.epidemic.engine.outbreak_simulation.city import live, settle
from citywide.systems.epidemic.engine.outbreak_simulation.epidemic import spread
from citywide.systems.epidemic.engine.outbreak_simulation.visits import Habits, Visits, visits
from citywide.systems.epidemic.feeds import ZONE, stamp
from citywide.systems.epidemic.model import DEPARTMENT, SYNDROMES

PEOPLE, DAYS = 1500, 90
BEGINS = 14  # the day on which the outbreak is brought in
HABITS = Habits(share_coming=0.6, usual_per_day=2.0)
REPORT_HOUR = 6
SEEN_AT_LEAST = 5  # visits that make an outbreak of a hospital


class EpidemicTwin:
    """Hospitals that report each morning what they have come to know of the days before."""

    def __init__(self, plan: Plan) -> None:
        self.rng = plan.rng("epidemic")
        self.places = plan.of_kind("hospital")
        self.entities: Sequence[Entity] = [_hospital(number, place) for number, place in enumerate(self.places)]
        self.spreading = int(self.rng.integers(len(SYNDROMES)))
        self.visits = _visits(self.places, self.spreading, self.rng) if self.places else None
        self._first: date | None = None
        self._told: int | None = None

    def step(self, now: datetime, seconds: float, weather: Weather) -> list[Reading]:
        """Let time pass up to `now`; once a day, at six, every hospital reports."""
        del seconds, weather
        here = now.astimezone(ZONE)
        self._first = self._first or here.date()
        day = (here.date() - self._first).days
        if self.visits is None or here.hour < REPORT_HOUR or self._told == day:
            return []
        newly, self._told = range(self._told if self._told is not None else 0, day), day
        return list(self._reports(self.visits, list(newly), now))

    def obey(self, orders: Sequence[Order], now: datetime) -> list[Answer]:
        """An outbreak's case is the officer's work; nobody drives anywhere."""
        del orders, now
        return []

    def truth(self) -> list[TrueEvent]:
        """Where the outbreak truly came to a hospital, from its first visit on, as far as time has come."""
        if self.visits is None or self._first is None or self._told is None:
            return []
        ill = (self.visits.case >= 0) & (self.visits.day < self._told)
        what = f"outbreak_{SYNDROMES[self.spreading].name}"
        return [
            TrueEvent("epidemic", what, self.entities[at].id, self._midnight(int(self.visits.day[here].min())))
            for at in range(len(self.entities))
            if (here := ill & (self.visits.hospital == at)).sum() >= SEEN_AT_LEAST
        ]

    def _midnight(self, day: int) -> datetime:
        assert self._first is not None
        at = self._first + timedelta(days=day)
        return datetime(at.year, at.month, at.day, tzinfo=ZONE)

    def _reports(self, all_visits: Visits, new: list[int], now: datetime) -> Iterator[Reading]:
        """All counts of the new days, and those of earlier days that have grown since yesterday."""
        days = new[-1] + 1 if new else 0
        if not days:
            return
        shape = len(self.entities), len(SYNDROMES), days
        known, before = (
            all_visits.counts(shape[0], shape[1], days, known_on=on).reshape(shape) for on in (days - 1, new[0] - 1)
        )
        changed = known != before
        changed[..., new[0] :] = True
        assert self._first is not None
        for at, what, day in np.argwhere(changed).tolist():
            time = stamp(self._first + timedelta(days=day), now)
            yield Reading(self.entities[at].id, f"visits_{SYNDROMES[what].name}", time, float(known[at, what, day]))


def _visits(places: Sequence[Place], spreading: int, rng: np.random.Generator) -> Visits:
    """Every visit of the whole run, the outbreak's among them."""
    people = settle(PEOPLE, rng)
    epidemic = spread(people, live(people, DAYS - BEGINS, rng), NaturalHistory(), rng)
    where = _on_plane(places)
    found = visits(epidemic, people, where, len(SYNDROMES), spreading, DAYS, rng, habits=HABITS)
    late = np.where(found.case >= 0, BEGINS, 0)
    return Visits(found.hospital, found.syndrome, found.day + late, found.reported + late, found.case)


def _on_plane(places: Sequence[Place]) -> NDArray[np.float64]:
    """The hospitals on the ten kilometres square where the sampled people live."""
    degrees = np.array([(place.at.lon, place.at.lat) for place in places], np.float64)
    span = np.ptp(degrees, axis=0)
    return 10_000 * (degrees - degrees.min(axis=0)) / np.where(span > 0, span, 1.0)


def _hospital(number: int, place: Place) -> Entity:
    facts = {"district": place.district, **({"beds": place.facts["beds"]} if "beds" in place.facts else {})}
    name = f"{place.name.en} · {place.name.zh}"
    return Entity(f"hospital/{number + 1:03d}", "hospital", name, Point(place.at.lon, place.at.lat), DEPARTMENT, facts)
