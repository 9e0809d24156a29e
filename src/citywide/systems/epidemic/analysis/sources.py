"""Who infected whom, from onsets and recorded presences; and whom the tracers should call first."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from psycopg import Connection

from citywide.hub.database.pool import rows
from citywide.systems.epidemic.engine.natural_history import CONTEXTS, NaturalHistory
from citywide.systems.epidemic.engine.tracing import Contact, Records, Traced, contact_list, differences, trace
from citywide.systems.epidemic.own_tables import SQL
from citywide.systems.epidemic.reports.daily_reports import FIRST

Ints = NDArray[np.int64]
WEEKS = 6  # of patients that are looked at together
NEARBY = 3000  # people that one may meet by chance
WORTH_SHOWING = 0.2  # chance from which an infector is named


class Cases(Struct, frozen=True):
    """Patients of one kind, and presences as columns (person, day, context, place) with the people present."""

    patients: list[dict[str, Any]]
    persons: list[str]
    places: list[str]
    presences: Ints
    present: Ints

    @property
    def onset(self) -> Ints:
        """Days of onset, by patient."""
        return np.array([row["onset"] for row in self.patients], np.int64)

    @property
    def case_person(self) -> Ints:
        """Numbers of the patients among the persons."""
        return np.arange(len(self.patients))


def cases_of(connection: Connection, kind: str, now: date, *, everybody: bool) -> Cases:
    """The patients of the last weeks first among the persons; with everybody who was beside them, or alone."""
    since = {"kind": kind, "since": now - timedelta(weeks=WEEKS)}
    patients = rows(connection, SQL["patients"], since)
    found = rows(connection, SQL["presences" if everybody else "presences_of_patients"], since)
    persons = list(dict.fromkeys([str(row["person"]) for row in (*patients, *found)]))
    places = list(dict.fromkeys(row["place"] for row in found))
    number, where = {one: at for at, one in enumerate(persons)}, {one: at for at, one in enumerate(places)}
    columns = [(number[str(row["person"])], row["day"], row["context"], where[row["place"]], row["present"])
               for row in found]  # fmt: skip
    table = np.array(columns, np.int64).reshape(-1, 5).T
    return Cases(patients, persons, places, table[:4], table[4])


def put_transmission(connection: Connection, kind: str, history: NaturalHistory, now: date) -> None:
    """Trace the sources of one kind's patients and keep the likeliest tree."""
    listed = cases_of(connection, kind, now, everybody=False)
    if len(listed.patients) < 2:
        return
    apart = differences([row["sequence"] for row in listed.patients])
    traced = trace(listed.onset, records(listed), NEARBY, history, distances=apart)
    connection.execute(SQL["forget_transmission"], {"kind": kind})
    connection.cursor().executemany(SQL["put_transmission"], tree(kind, listed, traced))


def records(listed: Cases) -> Records:
    """What is on record of the patients' presences."""
    person, day, context, place = listed.presences
    own = person < len(listed.patients)
    return Records(person[own], day[own], context[own], place[own], listed.present[own])


def tree(kind: str, listed: Cases, traced: Traced) -> list[dict[str, object]]:
    """For each patient the likeliest infector, where, and a lane of the drawing next to its infector's."""
    table = traced.infectors()
    best = table[:, :-1].argmax(axis=1)
    chance = table[np.arange(len(best)), best]
    parent = np.where(chance >= WORTH_SHOWING, best, -1)
    lane, found = lanes(parent, listed.onset), []
    for case, row in enumerate(listed.patients):
        (context, place), _ = next(iter(traced.places(case).items()), ((len(CONTEXTS) - 1, -1), 0.0))
        infector = listed.patients[int(parent[case])]["number"] if parent[case] >= 0 else None
        found.append({
            "kind": kind, "patient": row["number"], "infector": infector, "chance": float(chance[case]),
            "context": min(context, len(CONTEXTS) - 1), "place": listed.places[place] if place >= 0 else None,
            "onset": FIRST + timedelta(days=row["onset"]), "hospital": row["hospital"], "lane": int(lane[case]),
        })  # fmt: skip
    return found


def lanes(parent: Ints, onset: Ints) -> Ints:
    """A lane for each case: every branch beside its root, earlier branches further up."""
    children: dict[int, list[int]] = {}
    for case in np.argsort(onset, kind="stable").tolist():
        children.setdefault(int(parent[case]), []).append(case)
    order, waiting = [], list(reversed(children.get(-1, [])))
    while waiting:
        case = waiting.pop()
        order.append(case)
        waiting += reversed(children.get(case, []))
    lane = np.zeros(len(parent), np.int64)
    lane[np.array(order, np.int64)] = np.arange(len(order))
    return lane


def whom_to_call(
    connection: Connection, kind: str, history: NaturalHistory, now: date, most: int
) -> tuple[Cases, list[Contact]]:
    """Whom to call, the most endangered first; hazards are those of the disease's natural history."""
    listed = cases_of(connection, kind, now, everybody=True)
    found = contact_list(
        listed.presences, listed.case_person, listed.onset, np.array(history.hazards), history, most=most
    ) if listed.patients else []  # fmt: skip
    return listed, found


def names_of(connection: Connection, places: Sequence[str]) -> dict[str, str]:
    """What places of meeting are called."""
    return {row["place"]: row["name"] for row in rows(connection, SQL["names_of_places"], {"places": list(places)})}
