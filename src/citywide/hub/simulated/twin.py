"""How the simulated city behaves for one system: it speaks as devices do, and keeps its truth apart."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from citywide.hub.simulated.ways import CrowFlight, Ways
from citywide.hub.vocabulary.things import Entity, Reading
from citywide.kit.geometry import Point
from citywide.kit.text import Text


class Place(Struct, frozen=True):
    """A named place of the simulated city: underpass, hospital, school, station, crossing, housing."""

    kind: str
    name: Text
    at: Point
    district: str
    facts: Mapping[str, float] = {}


class Plan(Struct, frozen=True):
    """The simulated city as its twins see it."""

    seed: int
    population: int
    places: Sequence[Place]
    districts: Mapping[str, Text]
    streets: Ways = field(default_factory=CrowFlight)

    def of_kind(self, kind: str) -> list[Place]:
        """The places of a kind."""
        return [place for place in self.places if place.kind == kind]

    def rng(self, name: str) -> np.random.Generator:
        """A stream of chance of its own for each twin, so that one more twin changes no other's day."""
        return np.random.default_rng([self.seed, *name.encode()])


class Weather(Struct, frozen=True):
    """Weather and bustle of a moment.

    Rain is in millimetres per five minutes at each place of the plan; `bustle` is how busy the streets are
    against their mean of a week.
    """

    rain_mm: NDArray[np.float64]
    temperature_c: float
    bustle: float = 1.0


class Order(Struct, frozen=True):
    """An open case that was handed to a unit; one without a unit waits for whoever of its department takes it up."""

    case: int
    unit: str
    place: Point | None
    about: str | None
    state: str
    department: str = ""
    category: str = ""
    due: datetime | None = None
    reopened: int = 0


class Instruction(Struct, frozen=True):
    """What a device is told: a plan to run, a vehicle to let through."""

    id: int
    entity: str
    order: str
    values: Mapping[str, Any] = {}


class Answer(Struct, frozen=True):
    """What a unit says of its order: accept, start, check, reroute; `unit` is asked only of who accepts."""

    case: int
    act: str
    note: str = ""
    unit: str = ""
    to: str = ""
    photos: tuple[bytes, ...] = ()


class TrueEvent(Struct, frozen=True):
    """Something that truly happened: the alarm that ought to see it is scored against this."""

    system: str
    what: str
    entity: str
    began: datetime
    ended: datetime | None = None


class Word(Struct, frozen=True):
    """What is said through a door of a system's own: its path, and the body that is posted there."""

    path: str
    body: Any


@runtime_checkable
class Speaks(Protocol):
    """A twin that says more than readings: its past when the city wakes, its patients' names."""

    def words(self, now: datetime) -> Iterable[Word]:
        """What is to be said now."""
        ...


@runtime_checkable
class Converses(Protocol):
    """A twin that takes in what a door answers to its words."""

    def answered(self, word: Word, answer: Any) -> None:
        """What came back to something that was said."""
        ...


class Twin(Protocol):
    """One system's part of the simulated city."""

    entities: Sequence[Entity]

    def step(self, now: datetime, seconds: float, weather: Weather) -> list[Reading]:
        """Let time pass up to `now`; what the devices report."""
        ...

    def obey(self, orders: Sequence[Order], now: datetime) -> list[Answer]:
        """What the units do about their orders."""
        ...

    def truth(self) -> list[TrueEvent]:
        """What truly happened so far."""
        ...


@runtime_checkable
class Listening(Protocol):
    """A twin whose devices listen to what the hub tells them."""

    def hear(self, instructions: Sequence[Instruction], now: datetime) -> None:
        """Take in what was told; what concerns no device of this twin is passed over."""
        ...
