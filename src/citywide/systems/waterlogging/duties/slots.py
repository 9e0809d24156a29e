"""The record of the gauges in five-minute slots, with the rain of the nearest rain gauge beside each.

A city has a hundred thousand gauges: they are looked at a block at a time, and what a block said comes packed.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.hub.database.pool import Database
from citywide.hub.database.queries import read_queries

Array = NDArray[np.float64]
Found = list[dict[str, Any]]
SLOT = timedelta(minutes=5)
BLOCK = 2000  # gauges; what is learned of them is some 30 MB
NEAREST = 3  # rain gauges that are asked for a slot
METRES = np.array([96_500.0, 110_850.0])
SAID = np.dtype([("at", ">i4"), ("value", ">f8")])
SQL = read_queries((Path(__file__).parent / "record.sql").read_text())


class Slots(Struct, frozen=True):
    """Depth (cm) and rain (mm in five minutes) as (gauge, slot); NaN where nothing was said."""

    gauges: list[str]
    places: Array
    depth: Array
    rain: Array


class Block(NamedTuple):
    """Some gauges that are looked at together, and what is added to the names of what is kept of them."""

    gauges: Found
    suffix: str


def slot_of(moment: datetime) -> datetime:
    """The last full five minutes before a moment."""
    return datetime.fromtimestamp(moment.timestamp() // SLOT.total_seconds() * SLOT.total_seconds(), UTC)


def all_gauges(database: Database) -> Found:
    """Every gauge that was ever registered, in that order."""
    return database.rows(SQL["gauges"], {"kind": "gauge"})


def blocks_of(database: Database) -> Iterator[Block]:
    """All gauges, block by block; new ones join the last block, so that each stays in its own."""
    gauges = all_gauges(database)
    for first in range(0, len(gauges), BLOCK):
        yield Block(gauges[first : first + BLOCK], f"/{first // BLOCK}" if first else "")


class Record:
    """What the city's gauges said in each slot from `since` to `until`; its rain is read once for all of them."""

    def __init__(self, database: Database, since: datetime, until: datetime) -> None:
        self.database, self.since, self.until = database, since, until

    def of(self, gauges: Found) -> Slots:
        """What these gauges said."""
        places = _places(gauges)
        depth = self._told("slots", gauges, quantity="water_depth")
        return Slots([row["id"] for row in gauges], places, depth, self._sky.over(places))

    def lags(self, gauges: Found) -> Array:
        """How many seconds after its stamp each gauge's promptest reading of each slot came."""
        return self._told("lags", gauges)

    @cached_property
    def _sky(self) -> "Sky":
        stations = self.database.rows(SQL["gauges"], {"kind": "rain_gauge"})
        return Sky(_places(stations), self._told("slots", stations, quantity="rain"))

    def _told(self, query: str, entities: Found, **values: object) -> Array:
        span = {"since": self.since, "until": self.until, "entities": [row["number"] for row in entities]}
        found = self.database.rows(SQL[query], span | values)
        table = np.full((len(entities), max(0, (self.until - self.since) // SLOT)), np.nan)
        return filled(table, [row["number"] for row in entities], found)


class Sky:
    """What the rain gauges said, found by place: a city has tens of thousands of them, too."""

    def __init__(self, places: Array, rain: Array) -> None:
        from scipy.spatial import KDTree  # noqa: PLC0415 - loads slowly

        placed = np.isfinite(places).all(axis=1)
        self.rain, stand = rain[placed], places[placed] * METRES
        self._middle, self._finder = stand.mean(axis=0) if len(stand) else np.zeros(2), KDTree(stand)

    def over(self, places: Array) -> Array:
        """Each place's rain: of the nearest station that spoke in that slot; an unknown place is in the middle."""
        found = np.full((len(places), self.rain.shape[1]), np.nan)
        if len(self.rain):
            somewhere = np.where(np.isfinite(places), places * METRES, self._middle)
            _, order = self._finder.query(somewhere, min(len(self.rain), NEAREST))
            for choice in order.reshape(len(places), -1).T:
                found = np.where(np.isfinite(found), found, self.rain[choice])
        return np.nan_to_num(found)


def filled(table: Array, rows: Sequence[object], found: Found) -> Array:
    """The table with what was said in it: of each of the rows' names, the columns and values, packed."""
    row_of = {name: place for place, name in enumerate(rows)}
    for row in found:
        said = np.frombuffer(row["said"], SAID)
        table[row_of[row["name"]], said["at"]] = said["value"]
    return table


def _places(entities: Found) -> Array:
    return np.array([(row["lon"], row["lat"]) for row in entities], float).reshape(-1, 2)
