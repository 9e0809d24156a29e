"""What comes in through disease control's door, item by item: the good is taken, each refused item is named."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Annotated, Any, TypeVar, cast
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct, field, structs
from psycopg import Connection

from citywide.hub.ingest.batch import MOST_REFUSALS_SHOWN, Refusal
from citywide.systems.epidemic.engine.natural_history import CONTEXTS
from citywide.systems.epidemic.line_list import LineList, MeetingPlace, NamedPerson, Patient, Presence, known_among
from citywide.systems.epidemic.model import BY_NAME, HOSPITAL, MOST_A_DAY, SYNDROMES
from citywide.systems.epidemic.record import PastReport, kinds_of

SEQUENCE = re.compile(r"[A-Za-z-]{1,100000}")
AHEAD = timedelta(minutes=5)  # by which a sender's clock may go fast
MOST_PRESENT = 1_000_000
Item = TypeVar("Item", bound=Struct)
Fault = tuple[str, str, str]  # where in the item, what, and what would be accepted


class PastRow(Struct, frozen=True, array_like=True):
    """One row of past reports as it is sent; the report's time may be a Unix time."""

    place: str
    kind: str
    day: date
    reported: Annotated[datetime, Meta(tz=True)]
    count: float


class Said(Struct, frozen=True):
    """A line list as it is sent, its items not looked at yet."""

    people: list[Any]
    patients: list[Any]
    places: list[Any] = []
    presences: list[Any] = []


class Sieve(Struct):
    """Keeps what is good and names what is not, the first thousand items."""

    refused: list[Refusal] = field(default_factory=list[Refusal])
    refused_count: int = 0

    def good(
        self, name: str, items: Sequence[Any], kind: type[Item], faults: Callable[[Item], Iterator[Fault]]
    ) -> list[Item]:
        """The items of one kind that can be taken in."""
        found: list[Item] = []
        for at, item in enumerate(items):
            try:
                one = msgspec.convert(item, kind, strict=False)
                fault = next(chain(_without_nul(one), faults(one)), None)
            except msgspec.ValidationError as error:
                one, fault = None, _unreadable(kind, str(error))
            if fault is None and one is not None:
                found.append(one)
            elif fault is not None:
                self._refuse(f"{name}[{at}]", fault)
        return found

    def _refuse(self, item: str, fault: Fault) -> None:
        where, what, accepted = fault
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSALS_SHOWN:
            self.refused.append(Refusal(f"{item}.{where}" if where else item, what, accepted))


def past_reports(
    rows: Sequence[Sequence[Any]], kind_of: Mapping[str, str], now: datetime, zone: str
) -> tuple[list[PastReport], Sieve]:
    """The rows that can be taken in; `kind_of` says what the places are that the hub knows."""
    sieve = Sieve()

    def faults(row: PastRow) -> Iterator[Fault]:
        if row.kind not in BY_NAME:
            yield "kind", f"unknown series {row.kind!r}", ", ".join(BY_NAME)
        elif kind_of.get(row.place) != BY_NAME[row.kind].at:
            yield "place", f"{row.place!r} is no {BY_NAME[row.kind].at} here", f"a registered {BY_NAME[row.kind].at}"
        if not 0 <= row.count <= MOST_A_DAY:
            yield "count", f"{row.count:g} of a day", f"0 to {MOST_A_DAY:,}"
        if not datetime.combine(row.day, time(), ZoneInfo(zone)) <= row.reported <= now + AHEAD:
            yield "reported", f"{row.day} is reported at {row.reported}", "a time after the day began, up to now"

    good = sieve.good("rows", rows, PastRow, faults)
    return [PastReport(*structs.astuple(row)) for row in good], sieve


class Known(Struct, frozen=True):
    """What a line list is held against: the hospitals, the people whom the hub has met, and today's date."""

    hospitals: set[str]
    people: set[str]
    today: date

    def patient_faults(self, one: Patient) -> Iterator[Fault]:
        """What is wrong with a patient."""
        yield from self._unnamed(one.reference)
        yield from self._to_come("onset", one.onset)
        yield from _sequence_faults(one.sequence)
        kinds = [syndrome.name for syndrome in SYNDROMES]
        if one.kind not in kinds:
            yield "kind", f"unknown syndrome {one.kind!r}", ", ".join(kinds)
        if one.hospital not in self.hospitals:
            yield "hospital", f"{one.hospital!r} is no hospital here", "a registered hospital"

    def presence_faults(self, one: Presence) -> Iterator[Fault]:
        """What is wrong with a presence."""
        yield from self._unnamed(one.reference)
        yield from self._to_come("day", one.day)
        if not 0 <= one.context < len(CONTEXTS):
            yield "context", f"unknown context {one.context}", f"0 to {len(CONTEXTS) - 1}: {CONTEXTS}"
        if not 1 <= one.present <= MOST_PRESENT:
            yield "present", f"{one.present} people", f"1 to {MOST_PRESENT:,}"

    def _unnamed(self, reference: str) -> Iterator[Fault]:
        if reference not in self.people:
            yield "reference", f"{reference!r} is none of `people`", "a reference named there, or known"

    def _to_come(self, name: str, day: date) -> Iterator[Fault]:
        if day > self.today:
            yield name, f"{day} has not come yet", f"a day up to {self.today}"


def known_of(connection: Connection, said: Said, today: date) -> Known:
    """What the hub knows of the places and people that a line list speaks of."""
    mentioned = [*(_said(one, "reference", -1) for one in said.patients),
                 *(_said(one, "reference", 0) for one in said.presences)]  # fmt: skip
    people = known_among(connection, {one for one in mentioned if isinstance(one, str)})
    ids = {one for patient in said.patients if isinstance(one := _said(patient, "hospital", -1), str)}
    hospitals = {place for place, kind in kinds_of(connection, ids).items() if kind == HOSPITAL.name}
    return Known(hospitals, people, today)


def listed(said: Said, known: Known) -> tuple[LineList, Sieve]:
    """The parts of a line list that can be taken in."""
    sieve = Sieve()
    people = sieve.good("people", said.people, NamedPerson, _no_fault)
    known = structs.replace(known, people=known.people | {one.reference for one in people})
    patients = sieve.good("patients", said.patients, Patient, known.patient_faults)
    places = sieve.good("places", said.places, MeetingPlace, _place_faults)
    presences = sieve.good("presences", said.presences, Presence, known.presence_faults)
    return LineList(people, patients, places, presences), sieve


def _said(item: Any, name: str, at: int) -> object:
    """A part of an item that nobody has looked at yet."""
    if isinstance(item, dict):
        return cast("dict[str, object]", item).get(name)
    row = cast("list[object]", item) if isinstance(item, list) else []
    return row[at] if 0 <= at < len(row) else None


def _sequence_faults(sequence: str | None) -> Iterator[Fault]:
    if sequence is not None and not SEQUENCE.fullmatch(sequence):
        yield (
            "sequence",
            f"{len(sequence)} characters, not all of them letters",
            "1 to 100,000 letters, N or - if unread",
        )


def _place_faults(one: MeetingPlace) -> Iterator[Fault]:
    for name, value, most in (("lon", one.lon, 180), ("lat", one.lat, 90)):
        if value is not None and not -most <= value <= most:
            yield name, f"{value:g} degrees", f"-{most} to {most}"


def _no_fault(_: object) -> Iterator[Fault]:
    return iter(())


def _without_nul(one: Struct) -> Iterator[Fault]:
    """A database keeps every character but this one."""
    for name in one.__struct_fields__:
        if isinstance(value := getattr(one, name), str) and "\0" in value:
            yield name, "a NUL character", "text without it"


def _unreadable(kind: type[Struct], error: str) -> Fault:
    what, _, where = error.partition(" - at `$")
    at = re.match(r"\[(\d+)\]", where)  # a row has positions, an object names
    name = kind.__struct_fields__[int(at[1])] if at else where.strip("`.")
    return name, what, f"{kind.__name__} with {', '.join(kind.__struct_fields__)}; see /schema"
