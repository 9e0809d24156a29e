"""The record of the gauges in five-minute slots, with the rain of the nearest rain gauge beside each."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.hub.database.pool import Database
from citywide.hub.database.queries import read_queries

Array = NDArray[np.float64]
Found = list[dict[str, Any]]
SLOT = timedelta(minutes=5)
METRES = np.array([96_500.0, 110_850.0])
SQL = read_queries((Path(__file__).parent / "record.sql").read_text())


class Slots(Struct, frozen=True):
    """Depth (cm) and rain (mm in five minutes) as (gauge, slot); NaN where nothing was said."""

    gauges: list[str]
    places: Array
    depth: Array
    rain: Array


def slot_of(moment: datetime) -> datetime:
    """The last full five minutes before a moment."""
    return datetime.fromtimestamp(moment.timestamp() // SLOT.total_seconds() * SLOT.total_seconds(), UTC)


def read_slots(database: Database, since: datetime, until: datetime) -> Slots:
    """What every gauge said in each slot from `since` to `until`."""
    gauges = database.rows(SQL["gauges"], {"kind": "gauge"})
    stations = database.rows(SQL["gauges"], {"kind": "rain_gauge"})
    span = {"since": since, "until": until}
    depth = _table(database.rows(SQL["slots"], span | {"quantity": "water_depth"}), gauges, since, until)
    rain = _table(database.rows(SQL["slots"], span | {"quantity": "rain"}), stations, since, until)
    places = _places(gauges)
    return Slots([row["id"] for row in gauges], places, depth, _nearest(places, _places(stations), rain))


def read_lags(database: Database, since: datetime, until: datetime) -> Array:
    """How many seconds after its stamp each gauge's promptest reading of each slot came."""
    found = database.rows(SQL["lags"], {"since": since, "until": until})
    return _table(found, database.rows(SQL["gauges"], {"kind": "gauge"}), since, until)


def _table(found: Found, entities: Found, since: datetime, until: datetime) -> Array:
    row_of = {row["number"]: place for place, row in enumerate(entities)}
    table = np.full((len(entities), max(0, (until - since) // SLOT)), np.nan)
    for row in found:
        table[row_of[row["entity"]], (row["slot"] - since) // SLOT] = row["value"]
    return table


def _places(entities: Found) -> Array:
    return np.array([(row["lon"], row["lat"]) for row in entities], float).reshape(-1, 2)


def _nearest(places: Array, stations: Array, rain: Array) -> Array:
    """Each gauge's rain: of the nearest station that spoke in that slot, else none."""
    if not len(stations):
        return np.zeros((len(places), rain.shape[1]))
    far = (((places[:, None] - stations) * METRES) ** 2).sum(axis=2)
    order = np.argsort(np.where(np.isfinite(far), far, np.inf), axis=1)[:, :3]
    found = rain[order[:, 0]]
    for choice in order.T[1:]:
        found = np.where(np.isfinite(found), found, rain[choice])
    return np.nan_to_num(found)
