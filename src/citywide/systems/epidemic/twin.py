"""The simulated city's health: places that report each morning, outbreaks among its people; the truth kept apart.

Three years have passed when the city wakes, and in one quarter a disease has already been spreading for three
weeks; others follow. What places said in the past, and who fell ill, is told through doors of the system's own.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.hub import Entity, Kind, Reading
from citywide.hub.twin import Answer, Order, Place, Plan, TrueEvent, Weather, Word
from citywide.systems.epidemic.feeds import ZONE, stamp
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
from citywide.systems.epidemic.simulated.counts import LAGS, reported, usual_counts
from citywide.systems.epidemic.simulated.listing import Spots, messages, spots
from citywide.systems.epidemic.simulated.outbreaks import Outbreak, outbreaks
from citywide.systems.epidemic.simulated.seen import added, additions, sizes

Ints = NDArray[np.int64]
BEFORE, AFTER = 3 * 365, 120  # days that are known when the city wakes, and days that it lives at most
REVISED = 27 * 7  # days whose revisions are remembered; of older ones the last word only
SEEN_AT_LEAST = 5  # people that make an outbreak of a place
STILL_SEEN_DAYS = 14
EVERY_SCHOOL, EVERY_ESTATE = 4, 8  # one in so many schools is a sentinel, one in so many estates has a pharmacy


class House(Struct, frozen=True):
    """Places of one kind: their series, the hour at which each reports, and what it says of each day by lag."""

    kind: Kind
    entities: list[Entity]
    series: tuple[Series, ...]
    hour: NDArray[np.float64]
    said: Ints


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
                yield Word("/v1/epidemic/history", self._history(house))
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

        Places that fewer than five of their people came to are told as `touched`.
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
            yield TrueEvent("epidemic", what, self._known[series.at][at].id, self._midnight(int(days.min())), ended)

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
        counts = usual_counts(size, series, self._first - timedelta(days=BEFORE), days, self.rng)
        for at, one in enumerate(series):
            counts[:, at] += added(self.additions, one, len(entities), -BEFORE, days)
        prompt = self.rng.uniform(0.55, 0.95, len(entities)) if kind is HOSPITAL else np.ones(len(entities))
        hour = self.rng.uniform(5.5, 9.5, len(entities))
        return House(kind, entities, series, hour, reported(counts, prompt, self.rng))

    def _history(self, house: House) -> dict[str, list[object]]:
        """Everything said up to now: of the last half year every word, of earlier days the last one."""
        told = self._told[house.kind.name]
        parts = [_old(house, BEFORE - REVISED), *(_words(house, told, lag) for lag in range(LAGS))]
        place, series, day, lag, count = np.concatenate(parts, axis=1)
        days = [(self._first + timedelta(days=at - BEFORE)).isoformat() for at in range(BEFORE + AFTER)]
        midnight = self._midnight(-BEFORE).timestamp() + 86_400.0 * np.arange(BEFORE + AFTER + LAGS + 1)
        return {
            "place": [house.entities[at].id for at in place.tolist()],
            "kind": [house.series[at].name for at in series.tolist()],
            "day": [days[at] for at in day.tolist()],
            "reported": (midnight[day + lag + 1] + 3600 * house.hour[place]).tolist(),
            "count": count.tolist(),
        }

    def _morning(self, house: House, now: datetime) -> Iterator[Reading]:
        """First words on yesterday, and of the days before what has grown since."""
        here, told = now.astimezone(ZONE), self._told[house.kind.name]
        today = (here.date() - self._first).days
        due = np.flatnonzero((house.hour <= here.hour + here.minute / 60) & (told < today))
        for at in due.tolist():
            for morning in range(int(told[at]) + 1, today + 1):
                yield from self._says(house, at, morning, now)
            told[at] = today

    def _says(self, house: House, at: int, morning: int, now: datetime) -> Iterator[Reading]:
        for lag in range(LAGS):
            day = morning - 1 - lag
            known = house.said[at, :, BEFORE + day, lag]
            grown = known > house.said[at, :, BEFORE + day, lag - 1] if lag else np.ones(len(known), bool)
            time = stamp(self._first + timedelta(days=day), now)
            for one in np.flatnonzero(grown).tolist():
                if house.series[one] is not TOLD:  # what residents tell, the hub counts itself
                    yield Reading(house.entities[at].id, house.series[one].reading, time, float(known[one]))

    def _midnight(self, day: int) -> datetime:
        at = self._first + timedelta(days=day)
        return datetime(at.year, at.month, at.day, tzinfo=ZONE)


def _old(house: House, until: int) -> Ints:
    """Rows (place, series, day, lag, count) of days long past."""
    counts = house.said[:, :, :until, -1]
    place, series, day = np.indices(counts.shape).reshape(3, -1)
    return np.stack([place, series, day, np.zeros_like(day), counts.ravel()])


def _words(house: House, told: Ints, lag: int) -> Ints:
    """The same of the last half year: what was said so many days later, where it was new."""
    now = house.said[:, :, :, lag]
    new = np.ones(now.shape, bool) if lag == 0 else now > house.said[:, :, :, lag - 1]
    new[:, :, : BEFORE - REVISED] = False
    last = BEFORE + told - 1 - lag  # the newest day of which each place has said this much
    new &= np.arange(now.shape[2]) <= last[:, None, None]
    place, series, day = np.nonzero(new)
    return np.stack([place, series, day, np.full_like(day, lag), now[new]])


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
