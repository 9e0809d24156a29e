"""The line list: who fell ill, by name, and where they and those beside them had been; kept as long as it is of use."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct, structs
from psycopg import Connection

from citywide.hub import Text
from citywide.hub.evidence.write import witness
from citywide.hub.people.residents import add_persons, keep_on_file
from citywide.systems.epidemic.model import DEPARTMENT
from citywide.systems.epidemic.own_tables import SQL

KEPT = timedelta(days=60)  # after which whereabouts are forgotten, and people who were only contacts
PURPOSE, ON_FILE = "disease_control", KEPT + timedelta(days=7)  # none is listed whom nobody may call any more


class NamedPerson(Struct, frozen=True):
    """Somebody, as the reporting hospital or the registry calls them."""

    reference: str
    name: str
    phone: str | None = None


class Patient(Struct, frozen=True):
    """Somebody who fell ill."""

    reference: str
    kind: str
    hospital: str
    onset: date
    sequence: str | None = None  # letters, all of one disease aligned to one length


class MeetingPlace(Struct, frozen=True):
    """A place where people meet."""

    place: str
    name: str
    lon: float | None = None
    lat: float | None = None


class Presence(Struct, frozen=True, array_like=True):
    """Somebody was somewhere on a day, with so many people present."""

    reference: str
    day: date
    context: int
    place: str
    present: int


class LineList(Struct, frozen=True):
    """One message: people, patients, places, and presences."""

    people: list[NamedPerson]
    patients: list[Patient]
    places: list[MeetingPlace] = []
    presences: list[Presence] = []


def take(connection: Connection, said: LineList, who: str, now: datetime) -> dict[str, int]:
    """Take a line list in; who brought it and how many it names is written down, the names are not."""
    _know(connection, said.people)
    mentioned = {one.reference for one in (*said.people, *said.patients, *said.presences)}
    keep_on_file(connection, [*known_among(connection, mentioned).values()], PURPOSE, DEPARTMENT, ON_FILE)
    rows: list[dict[str, Any]] = [structs.asdict(one) | {"reported": now} for one in said.patients]
    with connection.cursor() as cursor:
        cursor.executemany(SQL["put_patient"], rows)
        cursor.executemany(SQL["put_place"], [structs.asdict(place) for place in said.places])
        columns = ("reference", "day", "context", "place", "present")
        values = {name: [getattr(one, name) for one in said.presences] for name in columns}
        cursor.execute(SQL["put_presences"], values)
        if any(one.sequence for one in said.patients):
            cursor.execute(SQL["trace_anew"])
    counts = {"patients": len(said.patients), "people": len(said.people), "presences": len(said.presences)}
    says = Text(f"{who} reported {counts['patients']} patients and {counts['people']} people by name",
                f"{who} 实名上报病例 {counts['patients']} 例、相关人员 {counts['people']} 人")  # fmt: skip
    witness(connection, "access", says, department=DEPARTMENT, at=now, who=who, facts=counts)
    return counts


def known_among(connection: Connection, references: Iterable[str]) -> dict[str, str]:
    """Those of these people whom the hub has met before, by their references."""
    askable = [one for one in references if "\0" not in one]
    found = connection.execute(SQL["known_references"], {"references": askable}).fetchall()
    return dict(found)


def _know(connection: Connection, people: list[NamedPerson]) -> None:
    by_reference = {one.reference: one for one in people}
    known = known_among(connection, by_reference)
    new = [one for name, one in by_reference.items() if name not in known]
    persons = add_persons(connection, [one.name for one in new], [one.phone for one in new])
    connection.execute(SQL["know_persons"], {"references": [one.reference for one in new], "persons": persons})


def forget(connection: Connection, now: datetime) -> None:
    """Whereabouts that no infection can come from any more go, and people who were only contacts."""
    day = {"day": (now - KEPT).date()}
    connection.execute(SQL["forget_presences"], day)
    connection.execute(SQL["people_nobody_needs"], day)
