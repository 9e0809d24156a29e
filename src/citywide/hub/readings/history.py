"""History as a chart wants it: hot days from the table, archived days from Parquet, thinned without losing peaks."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from psycopg import Connection

from citywide.hub.database.pool import Database, rows
from citywide.hub.database.queries import sql
from citywide.hub.people.who import Who
from citywide.hub.readings.archive import archived
from citywide.hub.readings.reopened import archive_of, put_hours
from citywide.hub.settings import Settings

Columns = dict[str, list[Any]]
Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
LONG = timedelta(days=3)


class Holder(Protocol):
    """What history needs of a running hub."""

    database: Database
    settings: Settings


class History(Struct, frozen=True):
    """Reads what was kept, by the reader's rights."""

    hub: Holder

    def latest(self, who: Who, kind: str, quantity: str | None = None) -> bytes:
        """The latest values of every entity of a kind, of one quantity or of all: columns, as JSON."""
        with self.hub.database.reading_as(who) as connection:
            ((columns,),) = connection.execute(sql("latest_of_kind"), {"kind": kind, "quantity": quantity}).fetchall()
        return columns.encode()

    def count(self) -> int:
        """How many readings the city holds, hot and archived."""
        return int(self.hub.database.rows(sql("count_readings"))[0]["rows"])

    def series(
        self, who: Who, entities: Sequence[str], quantity: str, begin: datetime, end: datetime, points: int
    ) -> Columns:
        """One quantity of some entities between two moments."""
        values = {"ids": list(entities), "quantity": quantity}
        with self.hub.database.reading_as(who) as connection:
            names = {row["number"]: row["id"] for row in rows(connection, sql("series_of_entities"), values)}
            series, times, kept = self._all(connection, sorted(names), begin, end)
        found: Columns = {"entity": [], "time": [], "value": []}
        for number, name in names.items():
            mine = np.flatnonzero(series == number)
            mine = mine[thin(kept[mine], points)]
            found["entity"] += [name] * mine.size
            found["time"] += times[mine].tolist()
            found["value"] += kept[mine].tolist()
        return found

    def _all(self, connection: Connection, series: Sequence[int], begin: datetime, end: datetime) -> Found:
        """Some series in the order of time: hours where a long span allows it, else every reading."""
        until = connection.execute(sql("summarised_until")).fetchone()
        fine = max(begin, min(end, until[0])) if end - begin > LONG and until and until[0] else begin
        hours = fetched(connection, "hours_of_series", series, begin, fine)
        cold = archived(connection, self.hub.settings.archive_folder, series, fine, end)
        hot = fetched(connection, "readings_of_series", series, fine, end)
        return joined(hours, joined(cold, hot))


def fetched(connection: Connection, query: str, series: Sequence[int], begin: datetime, end: datetime) -> Found:
    """Series, times and values that a query of this form finds in the table."""
    with connection.cursor(binary=True) as cursor:
        values = {"series": list(series), "begin": begin, "end": end}
        found = cursor.execute(sql(query), values).fetchall() if begin < end else []
    table = np.array([(row[0], row[1]) for row in found], np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1], np.array([row[2] for row in found], float)


def joined(early: Found, late: Found) -> Found:
    """Both in the order of time; a reading that both have (it came late to an archived day) counts once."""
    if not (early[1].size and late[1].size):
        return late if late[1].size else early
    if early[1].max() >= late[1].min():
        late = _without(late, early)
    times = np.concatenate([early[1], late[1]])
    order = np.argsort(times, kind="stable")
    return np.concatenate([early[0], late[0]])[order], times[order], np.concatenate([early[2], late[2]])[order]


def _without(late: Found, early: Found) -> Found:
    doubtful = np.flatnonzero(np.isin(late[1], early[1]))
    concerned = np.isin(early[1], late[1][doubtful])
    known = set(zip(early[0][concerned].tolist(), early[1][concerned].tolist(), strict=True))
    new = np.ones(late[0].size, bool)
    new[doubtful] = [(late[0][at], late[1][at]) not in known for at in doubtful]
    return late[0][new], late[1][new], late[2][new]


def summarise(database: Database, folder: Path, now: datetime) -> int:
    """Bring the hours of closed days up to date, late readings included; returns how many days were done."""
    closed = database.rows(sql("closed_days_to_summarise"), {"today": now.date()})
    for day in closed:
        with database.transaction() as connection:
            connection.execute(sql("forget_hours"), {"day": day["day"]})
            _put_hours(connection, folder, day["day"])
            connection.execute(sql("put_summarised"), day)
    return len(closed)


def _put_hours(connection: Connection, folder: Path, day: date) -> None:
    kept = archive_of(connection, day)
    if kept is None:
        connection.execute(sql("put_hours"), {"day": day})
    else:
        put_hours(connection, day, folder / kept)


def thin(values: NDArray[np.float64], points: int) -> NDArray[np.int64]:
    """The places of at most `points` values: of each slice its lowest and its highest, so that no peak is lost."""
    if values.size <= points:
        return np.arange(values.size)
    slices = max(1, points // 2)
    edges = np.linspace(0, values.size, slices + 1).astype(np.int64)
    lowest = [start + int(np.argmin(values[start:stop])) for start, stop in pairwise(edges)]
    highest = [start + int(np.argmax(values[start:stop])) for start, stop in pairwise(edges)]
    return np.unique(np.array(lowest + highest, np.int64))
