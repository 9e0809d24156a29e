"""Whom to call first, by name: the contacts of the traced patients in order of priority."""

from datetime import date, timedelta
from typing import Any

from psycopg import Connection

from citywide.hub import Text, Who
from citywide.hub.people.persons import person
from citywide.systems.epidemic.analysis.sources import names_of, whom_to_call
from citywide.systems.epidemic.engine.natural_history import CONTEXTS, NaturalHistory
from citywide.systems.epidemic.form_answer import Answer, frame
from citywide.systems.epidemic.people.line_list import PURPOSE
from citywide.systems.epidemic.reports.daily_reports import FIRST

CALLS = ("rank", "name", "phone", "chance", "patient", "context", "place", "last_met")
MET = {
    "household": Text("household", "同住"), "visit": Text("work, school or shop", "同单位、学校或商场"),
    "ride": Text("bus", "同车"), "city": Text("somewhere", "其他"),
}  # fmt: skip


def list_of_contacts(
    connection: Connection, who: Who, kind: str, history: NaturalHistory, most: int, today: date
) -> Answer:
    """The contacts in order of priority; each person's data come through the hub's one door."""
    listed, found = whom_to_call(connection, kind, history, today, most)
    names = names_of(connection, listed.places)
    spots = {(who_was, day, how): where for who_was, day, how, where in listed.presences.T.tolist()}
    lines: list[dict[str, Any]] = []
    for rank, one in enumerate(found, 1):
        known = person(connection, who, listed.persons[one.person], PURPOSE)
        place = spots.get((one.person, one.last_day, one.context), -1)
        lines.append({
            "rank": rank, "name": known.name, "phone": known.phone, "chance": 100 * one.chance,
            "patient": listed.patients[one.case]["number"], "context": MET[CONTEXTS[one.context]],
            "place": names.get(listed.places[place], "") if place >= 0 else "",
            "last_met": (FIRST + timedelta(days=one.last_day)).isoformat(),
        })  # fmt: skip
    return frame(lines, CALLS)
