"""What a technician should look at: every hour the last day of each controller's events, counted by the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from citywide.hub.database.queries import queries_of
from citywide.systems.traffic.duties.measures import QUARTER, detectors_of, floor
from citywide.systems.traffic.duties.shapes import shapes
from citywide.systems.traffic.engine.measures import Record, Thresholds, odd

if TYPE_CHECKING:
    from citywide.hub.running import Hub

DAY, LEAST = timedelta(days=1), timedelta(hours=1)
_QUERIES = queries_of(Path(__file__).parents[1])


def look_after_devices(hub: "Hub") -> None:
    """Judge the controllers that have ever told events; what was found before is replaced."""
    until = floor(hub.clock.now())
    rows = hub.database.rows(_QUERIES["counted_events"], {"since": until - DAY, "until": until})
    whole = [row for row in rows if row["packed"] is None]
    begun = min((row["first"] for row in whole if row["first"] is not None), default=until - DAY)
    since = max(floor(begun), until - DAY)
    if not whole or until - since < LEAST:
        return
    known = shapes(hub)
    detectors = detectors_of([known[row["crossing"]] for row in whole if row["crossing"] in known])
    found = [
        {"crossing": crossing, "what": what, "part": part, "value": value, "until": until}
        for what, crossing, part, value in odd(_record(rows, since, until), detectors, _thresholds(until - since))
    ]
    with hub.database.transaction() as connection, connection.cursor() as cursor:
        cursor.execute(_QUERIES["forget_faults"])
        cursor.executemany(_QUERIES["put_fault"], found)


def _record(rows: Sequence[Mapping[str, Any]], since: datetime, until: datetime) -> Record:
    """Rows of one event have its number, rows of a whole crossing have none."""
    events = {
        (row["crossing"], *divmod(row["packed"], 32768)): row["times"] for row in rows if row["packed"] is not None
    }
    quarters = {row["crossing"]: row["quarters"] for row in rows if row["packed"] is None}
    return Record(events, quarters, (until - since) // QUARTER)


def _thresholds(lasts: timedelta) -> Thresholds:
    """Of a record that is shorter than a day, less is expected."""
    share, whole = lasts / DAY, Thresholds()
    return whole._replace(records=whole.records * share, hits=whole.hits * share)
