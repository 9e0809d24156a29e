"""History as a chart wants it: hot days from the table, archived days from Parquet, thinned without losing peaks."""

from collections.abc import Sequence
from datetime import datetime
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


class Holder(Protocol):
    """What history needs of a running hub."""

    database: Database
    settings: Settings


class History(Struct, frozen=True):
    """Reads what was kept, by the reader's rights."""

    hub: Holder

    def latest(self, who: Who, kind: str) -> Columns:
        """The latest values of every entity of a kind."""
        with self.hub.database.reading_as(who) as connection:
            cursor = connection.execute(sql("latest_of_kind"), {"kind": kind})
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
        found: Columns = {"entity": [], "time": [], "value": []}
        with self.hub.database.reading_as(who) as connection:
            for row in rows(connection, sql("series_of_entities"), {"ids": list(entities), "quantity": quantity}):
                times, values = self._one(connection, row["number"], begin, end)
                keep = thin(values, points)
                found["entity"] += [row["id"]] * keep.size
                found["time"] += times[keep].tolist()
                found["value"] += values[keep].tolist()
        return found

    def _one(
        self, connection: Connection, series: int, begin: datetime, end: datetime
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Times in microseconds and values of one series, archived days first."""
        values = {"series": series, "begin": begin, "end": end}
        cold = archived(connection, self.hub.settings.data, series, begin, end)
        with connection.cursor(binary=True) as cursor:
            hot = cursor.execute(sql("readings_of_series"), values).fetchall()
        times = np.array([row[0] for row in hot], np.int64)
        return np.concatenate([cold[0], times]), np.concatenate([cold[1], np.array([row[1] for row in hot], float)])


def thin(values: NDArray[np.float64], points: int) -> NDArray[np.int64]:
    """The places of at most `points` values: of each slice its lowest and its highest, so that no peak is lost."""
    if values.size <= points:
        return np.arange(values.size)
    slices = max(1, points // 2)
    edges = np.linspace(0, values.size, slices + 1).astype(np.int64)
    lowest = [start + int(np.argmin(values[start:stop])) for start, stop in pairwise(edges)]
    highest = [start + int(np.argmax(values[start:stop])) for start, stop in pairwise(edges)]
    return np.unique(np.array(lowest + highest, np.int64))
