"""How crossings serve, from their controllers' events; volumes and daily values for plans and comparisons."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from citywide.hub.database.queries import queries_of
from citywide.systems.traffic.crossing.shapes import Shape
from citywide.systems.traffic.duties.judged import MEASURES
from citywide.systems.traffic.duties.shapes import shapes
from citywide.systems.traffic.engine.measures import Detectors, Events, Table, coordination_diagram

if TYPE_CHECKING:
    from citywide.hub.running import Hub

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
_QUERIES = queries_of(Path(__file__).parents[1])


def measure(hub: "Hub") -> None:
    """Judge the last whole quarters of an hour from the controllers' events."""
    until = floor(hub.clock.now())
    _keep_volumes(hub, until)
    judge(hub, [until - HOUR])
    with hub.database.transaction() as connection:
        connection.execute(_QUERIES["forget_arrivals"], {"before": until - timedelta(days=1)})


def judge(hub: "Hub", hours: Iterable[datetime]) -> int:
    """Judge what controllers logged in the hour from each of these times on; how many values were found."""
    shaped = detectors_of(list(shapes(hub).values()))
    return sum(_judge(hub, shaped, begin, begin + HOUR) for begin in hours)


def _judge(hub: "Hub", detectors: Detectors, since: datetime, until: datetime) -> int:
    found = hub.database.rows(_QUERIES["signal_events_since"], {"since": since, "until": until})
    if not found:
        return 0
    columns = [
        np.array([row[name] for row in found], np.int64) for name in ("time_ms", "crossing", "code", "parameter")
    ]
    events = Events.of(*columns)
    values = list(measured(events, detectors))
    with hub.database.transaction() as connection, connection.cursor() as cursor:
        cursor.executemany(_QUERIES["put_measure"], values)
        cursor.executemany(_QUERIES["put_arrival"], list(_dots(coordination_diagram(events, detectors))))
    return len(values)


def _keep_volumes(hub: "Hub", until: datetime) -> None:
    """Quarter-hourly volumes of each lane, from which day plans are made, and each crossing's day so far."""
    with hub.database.transaction() as connection:
        connection.execute(_QUERIES["put_volumes"], {"since": until - 2 * QUARTER, "until": until})
        zone = {"zone": hub.city.calendar.zone, "since": until - timedelta(days=1)}
        connection.execute(_QUERIES["put_day_values"], zone)


def detectors_of(crossings: Sequence[Shape]) -> Detectors:
    """Every lane's advance and presence detector by the crossings' facts; one counts, one sees who runs the red."""
    rows = [
        (shape.number, lane.group, number, function)
        for shape in crossings
        for lane in shape.lanes
        for number, functions in ((lane.advance, ("Advance", "Count")), (lane.presence, ("Presence", "Yellow_Red")))
        if number is not None
        for function in functions
    ]
    device, phase, detector, function = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Detectors.of(device, phase, detector, function)


def measured(events: Events, detectors: Detectors) -> Iterator[dict[str, Any]]:
    """Every measure's rows; what has no value in a bin has no row."""
    for name, one in MEASURES.items():
        table = one.judge(events, detectors)
        for crossing, key, time, value in _rows(table, "device", one.key, "time_ms", one.value):
            if np.isfinite(value):
                row: dict[str, Any] = {"crossing": crossing, "name": name, "phase": key, "time": _moment(time)}
                yield row | {"value": float(value) * one.scale}


def _dots(table: Table) -> Iterator[dict[str, Any]]:
    names = ("in_cycle_s", "yellow_at_s", "red_at_s", "cycle_s", "on_green")
    for crossing, phase, time, *values in _rows(table, "device", "phase", "time_ms", *names):
        yield {"crossing": crossing, "phase": phase, "time": _moment(time), **dict(zip(names, values, strict=True))}


def _rows(table: Table, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[name].tolist() for name in names), strict=True)


def _moment(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)


def floor(now: datetime) -> datetime:
    """The begin of the quarter of an hour."""
    return begun(now, QUARTER)


def begun(now: datetime, every: timedelta) -> datetime:
    """When the running one of equal spans began."""
    return now - timedelta(seconds=now.timestamp() % every.total_seconds())
