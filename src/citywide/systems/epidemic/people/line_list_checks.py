"""A line list as it is sent, held against what the hub knows: people, hospitals, today's date."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, cast

from msgspec import Struct, structs
from psycopg import Connection

from citywide.systems.epidemic.engine.natural_history import CONTEXTS
from citywide.systems.epidemic.model import HOSPITAL
from citywide.systems.epidemic.own_tables import kinds_of
from citywide.systems.epidemic.people.line_list import (
    LineList,
    MeetingPlace,
    NamedPerson,
    Patient,
    Presence,
    known_among,
)
from citywide.systems.epidemic.reports.sieve import Fault, Sieve

SEQUENCE = re.compile(r"[A-Za-z-]{1,100000}")
MOST_PRESENT = 1_000_000


class Said(Struct, frozen=True):
    """A line list as it is sent, its items not looked at yet."""

    people: list[Any]
    patients: list[Any]
    places: list[Any] = []
    presences: list[Any] = []


class Known(Struct, frozen=True):
    """What a line list is held against: hospitals, people whom the hub has met, today's date, syndromes."""

    hospitals: set[str]
    people: set[str]
    today: date
    syndromes: list[str]

    def patient_faults(self, one: Patient) -> Iterator[Fault]:
        """What is wrong with a patient."""
        yield from self._unnamed(one.reference)
        yield from self._to_come("onset", one.onset)
        yield from _sequence_faults(one.sequence)
        if one.kind not in self.syndromes:
            yield "kind", f"unknown syndrome {one.kind!r}", ", ".join(self.syndromes)
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


def known_of(connection: Connection, said: Said, today: date, syndromes: list[str]) -> Known:
    """What the hub knows of the places and people that a line list speaks of."""
    mentioned = [*(_said(one, "reference", -1) for one in said.patients),
                 *(_said(one, "reference", 0) for one in said.presences)]  # fmt: skip
    people = set(known_among(connection, {one for one in mentioned if isinstance(one, str)}))
    ids = {one for patient in said.patients if isinstance(one := _said(patient, "hospital", -1), str)}
    hospitals = {place for place, kind in kinds_of(connection, ids).items() if kind == HOSPITAL.name}
    return Known(hospitals, people, today, syndromes)


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
