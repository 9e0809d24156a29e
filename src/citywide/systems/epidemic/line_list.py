"""The line list: who fell ill, by name, and where they and those beside them had been; kept as long as it is of use."""

from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct, structs
from psycopg import Connection

from citywide.hub import Text
from citywide.hub.evidence.write import witness
from citywide.hub.people.persons import add_persons
from citywide.systems.epidemic.engine.natural_history import CONTEXTS
from citywide.systems.epidemic.model import DEPARTMENT, SYNDROMES
from citywide.systems.epidemic.record import SQL

KEPT = timedelta(days=60)  # after which whereabouts are forgotten, and people who were only contacts


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


class MeetingPlace(Struct, frozen=True):
    """A place where people meet."""

    place: str
    name: str
    lon: float | None = None
    lat: float | None = None


class LineList(Struct, frozen=True):
    """One message: people, patients, places, and presences (reference, day, context, place, people present)."""

    people: list[NamedPerson]
    patients: list[Patient]
    places: list[MeetingPlace] = []
    presences: list[tuple[str, date, int, str, int]] = []

    def faults(self) -> list[tuple[str, str, str]]:
        """What cannot be taken in: where, what, and what would be accepted."""
        kinds, known = [one.name for one in SYNDROMES], {one.reference for one in self.people}
        found = [(f"patients[{at}].kind", f"unknown syndrome {one.kind!r}", ", ".join(kinds))
                 for at, one in enumerate(self.patients) if one.kind not in kinds]  # fmt: skip
        found += [(f"patients[{at}].reference", f"{one.reference!r} is none of `people`", "a reference named there")
                  for at, one in enumerate(self.patients) if one.reference not in known]  # fmt: skip
        found += [(f"presences[{at}].context", f"unknown context {row[2]}", f"0 to {len(CONTEXTS) - 1}: {CONTEXTS}")
                  for at, row in enumerate(self.presences) if not 0 <= row[2] < len(CONTEXTS)]  # fmt: skip
        return found


def take(connection: Connection, said: LineList, who: str, now: datetime) -> dict[str, int]:
    """Take a line list in; who brought it and how many it names is written down, the names are not."""
    _know(connection, said.people)
    rows: list[dict[str, Any]] = [structs.asdict(one) | {"reported": now} for one in said.patients]
    with connection.cursor() as cursor:
        cursor.executemany(SQL["put_patient"], rows)
        cursor.executemany(SQL["put_place"], [structs.asdict(place) for place in said.places])
        names = ("references", "days", "contexts", "places", "present")
        columns = zip(*said.presences, strict=True) if said.presences else [()] * len(names)
        cursor.execute(SQL["put_presences"], {name: list(one) for name, one in zip(names, columns, strict=True)})
    counts = {"patients": len(said.patients), "people": len(said.people), "presences": len(said.presences)}
    says = Text(f"{who} reported {counts['patients']} patients and {counts['people']} people by name",
                f"{who} 实名上报病例 {counts['patients']} 例、相关人员 {counts['people']} 人")  # fmt: skip
    witness(connection, "access", says, department=DEPARTMENT, at=now, who=who, facts=counts)
    return counts


def _know(connection: Connection, people: list[NamedPerson]) -> None:
    by_reference = {one.reference: one for one in people}
    known = connection.execute(SQL["known_references"], {"references": list(by_reference)}).fetchall()
    new = [one for name, one in by_reference.items() if (name,) not in set(known)]
    persons = add_persons(connection, [one.name for one in new], [one.phone for one in new])
    connection.execute(SQL["know_persons"], {"references": [one.reference for one in new], "persons": persons})


def forget(connection: Connection, now: datetime) -> None:
    """Whereabouts that no infection can come from any more go, and people who were only contacts."""
    day = {"day": (now - KEPT).date()}
    connection.execute(SQL["forget_presences"], day)
    connection.execute(SQL["people_nobody_needs"], day)
