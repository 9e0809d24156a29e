"""Answers that pages show beneath a form: whom to call, what was known on a day, where things go."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from psycopg import Connection

from citywide.hub import Text, Who
from citywide.hub.people.persons import person
from citywide.systems.epidemic.analysis.sources import names_of, whom_to_call
from citywide.systems.epidemic.analysis.weeks import last_sunday, weeks_known
from citywide.systems.epidemic.daily_reports import FIRST, daily_reports, day_in
from citywide.systems.epidemic.engine.natural_history import CONTEXTS
from citywide.systems.epidemic.engine.privacy import MINIMUM
from citywide.systems.epidemic.model import Series

PURPOSE = "disease_control"
PLAN = ("week", "place", "need_median", "need_high", "at_hand", "sent", "short_chance", "says")
CALLS = ("rank", "name", "phone", "chance", "patient", "context", "place", "last_met")
WEEKS_BACK = 12
MET = {
    "household": Text("household", "同住"), "visit": Text("work, school or shop", "同单位、学校或商场"),
    "ride": Text("bus", "同车"), "city": Text("somewhere", "其他"),
}  # fmt: skip


class Answer(Struct, frozen=True):
    """Columns and rows, as a page's table reads them."""

    columns: list[str]
    rows: list[list[Any]]


def frame(lines: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Answer:
    """Lines as rows of these columns; texts stay in both languages."""
    return Answer(list(columns), [[line[name] for name in columns] for line in lines])


def list_of_contacts(connection: Connection, who: Who, kind: str, most: int, today: date) -> Answer:
    """The contacts in order of priority; each person's data come through the hub's one door."""
    listed, found = whom_to_call(connection, kind, today, most)
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


def then_and_now(connection: Connection, series: Series, day: date, now: datetime, zone: str) -> Answer:
    """Weekly counts of the city as they were known at the end of a day, and as they are known now."""
    said, sunday = daily_reports(connection, (series,), day_in(zone, now), now), last_sunday(now, zone)
    if not said.days:
        return Answer(["week", "then", "now"], [])
    moment = datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(days=1)
    before, after = (said.known(at) for at in (moment, now))
    whole = weeks_known(said, after, sunday, 0)
    then = weeks_known(said, np.where(np.arange(said.days) <= (day - said.first).days, before, np.nan), sunday, 0)
    rows = [[week.isoformat(), _shown(then.counts[at]) if week <= day else None, _shown(whole.counts[at])]
            for at, week in enumerate(whole.days) if week > day - timedelta(weeks=WEEKS_BACK)]  # fmt: skip
    return Answer(["week", "then", "now"], rows)


def _shown(counts: NDArray[np.float64]) -> float | None:
    total = float(np.nansum(counts))
    return total if total == 0 or total >= MINIMUM else None
