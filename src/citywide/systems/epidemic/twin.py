"""The simulated city's health: places that report each morning, outbreaks among its people; the truth kept apart.

Three years have passed when the city wakes, and in one quarter a disease has already been spreading for three
weeks; others follow. What places said in the past, and who fell ill, is told through doors of the system's own.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from citywide.hub import Entity, Kind, Reading
from citywide.hub.simulated.twin import Answer, Order, Place, Plan, TrueEvent, Weather, Word
from citywide.systems.epidemic.model import (
    ABSENCE,
    DEPARTMENT,
    HOSPITAL,
    PHARMACY,
    POSITIVES,
    REMEDIES,
    SCHOOL,
    SYNDROMES,
    TOLD,
    Series,
)
from citywide.systems.epidemic.simulated.counts import counted, reported, usual_means
from citywide.systems.epidemic.simulated.houses import AFTER, BEFORE, ZONE, House, history, midnight, says
from citywide.systems.epidemic.simulated.listing import Spots, messages, spots
from citywide.systems.epidemic.simulated.oracle import first_seen
from citywide.systems.epidemic.simulated.outbreaks import Outbreak, outbreaks
from citywide.systems.epidemic.simulated.seen import added, additions, sizes

Ints, Floats = NDArray[np.int64], NDArray[np.float64]
LOOKS_BACK = 60  # days before the waking of which it is remembered what was usual
SEEN_AT_LEAST = 5  # people that make an outbreak of a place
STILL_SEEN_DAYS = 14
EVERY_SCHOOL, EVERY_ESTATE = 4, 8  # one in so many schools is a sentinel, one in so many estates has a pharmacy


class EpidemicTwin:
    """Hospitals, schools and pharmacies that report each morning what they know of the days before."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.rng = plan, plan.rng("epidemic")
        self.places: dict[str, Sequence[Place]] = {
            "hospital": plan.of_kind("hospital"),
            "school": plan.of_kind("school")[::EVERY_SCHOOL],
            "pharmacy": plan.of_kind("housing")[::EVERY_ESTATE],
        }
        alive = bool(self.places["hospital"])
        self.outbreaks = outbreaks(plan, self.places, len(SYNDROMES), self.rng) if alive else []
        self.additions = additions(self.outbreaks, self.rng)
        self._known = {
            kind.name: _entities(kind, self.places[kind.name], plan) for kind in (HOSPITAL, SCHOOL, PHARMACY)
        }
        self.entities: Sequence[Entity] = [entity for some in self._known.values() for entity in some]
        self.houses: list[House] = []
        self._first = date.min
        self._told: dict[str, Ints] = {}
        self._usual: dict[str, Floats] = {}
        self._spots: list[tuple[Outbreak, Spots]] = []
        self._listed = -10_000

    def step(self, now: datetime, seconds: float, weather: Weather) -> list[Reading]:
        """Let time pass up to `now`; each place reports once a day, at its hour."""
        del seconds, weather
        self._wake(now)
        return [reading for house in self.houses for reading in self._morning(house, now)]

    def words(self, now: datetime) -> Iterator[Word]:
        """At first what was reported in past years; then day by day who fell ill."""
        if self._wake(now):
            for house in self.houses:
                for piece in history(house, self._told[house.kind.name], self._first):
                    yield Word("/v1/epidemic/history", piece)
        yesterday = (now.astimezone(ZONE).date() - self._first).days - 1
        begin, self._listed = max(self._listed + 1, -60), max(self._listed, yesterday)
        hospitals = [entity.id for entity in self._known["hospital"]]
        self._spots = self._spots or [(one, spots(one)) for one in self.outbreaks]
        for day in range(begin, yesterday + 1):
            for message in messages(self.plan, self._spots, hospitals, day, self._first):
                yield Word("/v1/epidemic/patients", message)

    def obey(self, orders: Sequence[Order], now: datetime) -> list[Answer]:
        """An outbreak's case is the officer's work; nobody drives anywhere."""
        del orders, now
        return []

    def truth(self) -> list[TrueEvent]:
        """Where outbreaks truly came to a place, from the first person on, as far as time has come.

        Places that fewer than five of their people came to are told as `touched`; from when on it could be `visible`
        at all is told beside.
        """
        if not self._told:
            return []
        today = max(int(told.max(initial=0)) for told in self._told.values())
        return [event for one in self.additions for event in self._came(one.series, one.place, one.day, today)]

    def _came(self, series: Series, place: Ints, day: Ints, today: int) -> Iterator[TrueEvent]:
        for at in np.unique(place[day < today]).tolist():
            days = day[(place == at) & (day < today)]
            last = int(days.max()) + STILL_SEEN_DAYS
            what = f"outbreak_{series.name}" if len(days) >= SEEN_AT_LEAST else f"touched_{series.name}"
            ended = self._midnight(last) if last < today else None
            entity = self._known[series.at][at].id
            yield TrueEvent("epidemic", what, entity, self._midnight(int(days.min())), ended)
            seen = self._visible(series, at, days)
            if seen is not None:
                yield TrueEvent("epidemic", f"visible_{series.name}", entity, self._midnight(seen + 1), ended)

    def _visible(self, series: Series, at: int, came: Ints) -> int | None:
        """The day whose evening shows the outbreak to whoever knows what is usual."""
        usual = self._usual[series.name][at]
        inside = came[came >= -LOOKS_BACK] + LOOKS_BACK
        seen = first_seen(usual, np.bincount(inside, minlength=len(usual))[: len(usual)].astype(float))
        return None if seen is None else seen - LOOKS_BACK

    def _wake(self, now: datetime) -> bool:
        """Make up the past on the first call; every place has reported up to this moment."""
        if self._told or not self.entities:
            return False
        here = now.astimezone(ZONE)
        self._first = here.date()
        for kind, series in ((HOSPITAL, (*SYNDROMES, POSITIVES, TOLD)), (SCHOOL, (ABSENCE,)), (PHARMACY, (REMEDIES,))):
            house = self._house(kind, series)
            self.houses.append(house)
            self._told[kind.name] = np.where(house.hour <= here.hour + here.minute / 60, 0, -1)
        return True

    def _house(self, kind: Kind, series: tuple[Series, ...]) -> House:
        entities, days = self._known[kind.name], BEFORE + AFTER
        size = sizes([place.facts for place in self.places[kind.name]], "beds" if kind is HOSPITAL else "pupils")
        means = usual_means(size, series, self._first - timedelta(days=BEFORE), days, self.rng)
        self._usual |= {one.name: means[:, at, BEFORE - LOOKS_BACK :] for at, one in enumerate(series)}
        counts = counted(means, self.rng)
        for at, one in enumerate(series):
            counts[:, at] += added(self.additions, one, len(entities), -BEFORE, days)
        prompt = self.rng.uniform(0.55, 0.95, len(entities)) if kind is HOSPITAL else np.ones(len(entities))
        hour = self.rng.uniform(5.5, 9.5, len(entities))
        return House(kind, entities, series, hour, reported(counts, prompt, self.rng))

    def _morning(self, house: House, now: datetime) -> Iterator[Reading]:
        """First words on yesterday, and of the days before what has grown since."""
        here, told = now.astimezone(ZONE), self._told[house.kind.name]
        today = (here.date() - self._first).days
        due = np.flatnonzero((house.hour <= here.hour + here.minute / 60) & (told < today))
        for at in due.tolist():
            for morning in range(int(told[at]) + 1, today + 1):
                yield from says(house, at, morning, self._first, now)
            told[at] = today

    def _midnight(self, day: int) -> datetime:
        return midnight(self._first + timedelta(days=day))


def _entities(kind: Kind, places: Sequence[Place], plan: Plan) -> list[Entity]:
    return [_entity(kind, number, place, plan) for number, place in enumerate(places)]


def _entity(kind: Kind, number: int, place: Place, plan: Plan) -> Entity:
    district = plan.districts.get(place.district)
    facts: dict[str, object] = {"district": f"{district.en} · {district.zh}" if district else place.district}
    facts |= {name: place.facts[name] for name in ("beds", "pupils") if name in place.facts}
    name = f"{place.name.en} · {place.name.zh}"
    if kind is PHARMACY:
        name = f"{place.name.en.removesuffix('Gardens')}Pharmacy · {place.name.zh.removesuffix('小区')}药店"
    return Entity(f"{kind.name}/{number + 1:03d}", kind.name, name, place.at, DEPARTMENT, facts)
