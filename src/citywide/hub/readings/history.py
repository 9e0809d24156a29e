"""History as a chart wants it: hot days from the table, archived days from Parquet, thinned without losing peaks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from psycopg import Connection

from citywide.hub.database.pool import Database, rows
from citywide.hub.database.queries import sql
from citywide.hub.people.who import Who
from citywide.hub.readings.archive import archived
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

    def latest(self, who: Who, kind: str, quantity: str | None = None) -> Columns:
        """The latest values of every entity of a kind, of one quantity or of all."""
        with self.hub.database.reading_as(who) as connection:
            cursor = connection.execute(sql("latest_of_kind"), {"kind": kind, "quantity": quantity})
            found = cursor.fetchall()
        names = ("entity", "name", "lon", "lat", "quantity", "time", "value")
        return {name: [row[at] for row in found] for at, name in enumerate(names)}

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
        parts = [
            _fetched(connection, "hours_of_series", series, begin, fine),
            archived(connection, self.hub.settings.data, series, fine, end),
            _fetched(connection, "readings_of_series", series, fine, end),
        ]
        numbers, times, values = zip(*parts, strict=True)
        return np.concatenate(numbers), np.concatenate(times), np.concatenate(values)


def _fetched(connection: Connection, query: str, series: Sequence[int], begin: datetime, end: datetime) -> Found:
    with connection.cursor(binary=True) as cursor:
        values = {"series": list(series), "begin": begin, "end": end}
        found = cursor.execute(sql(query), values).fetchall() if begin < end else []
    table = np.array([(row[0], row[1]) for row in found], np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1], np.array([row[2] for row in found], float)


def summarise(database: Database, now: datetime) -> int:
    """Bring the hours of closed days up to date, late readings included; returns how many days were done."""
    with database.transaction() as connection:
        days = rows(connection, sql("closed_days_to_summarise"), {"today": now.date()})
    for day in days:
        with database.transaction() as connection:
            connection.execute(sql("forget_hours"), {"day": day["day"]})
            connection.execute(sql("put_hours"), {"day": day["day"]})
            connection.execute(sql("put_summarised"), day)
    return len(days)


def thin(values: NDArray[np.float64], points: int) -> NDArray[np.int64]:
    """The places of at most `points` values: of each slice its lowest and its highest, so that no peak is lost."""
    if values.size <= points:
        return np.arange(values.size)
    slices = max(1, points // 2)
    edges = np.linspace(0, values.size, slices + 1).astype(np.int64)
    lowest = [start + int(np.argmin(values[start:stop])) for start, stop in pairwise(edges)]
    highest = [start + int(np.argmax(values[start:stop])) for start, stop in pairwise(edges)]
    return np.unique(np.array(lowest + highest, np.int64))
