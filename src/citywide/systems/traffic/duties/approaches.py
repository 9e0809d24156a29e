"""Buses that send no requests of their own: the hub asks for them, by where they are and how they move."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from citywide.hub import Point
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import queries_of
from citywide.systems.traffic.approaches import Stop, drives, next_ask
from citywide.systems.traffic.duties.priority import carry_out
from citywide.systems.traffic.duties.shapes import shapes
from citywide.systems.traffic.packing import Ask

if TYPE_CHECKING:
    from citywide.hub.running import Hub

FRESH = timedelta(seconds=45)
_QUERIES = queries_of(Path(__file__).parents[1])


def ask_for_buses(hub: "Hub") -> None:
    """Each bus asks the crossing ahead of it and takes back what it asked of others."""
    now = hub.clock.now()
    buses = hub.database.rows(_QUERIES["buses_on_the_way"], {"since": now - FRESH})
    if not buses:
        return
    known = shapes(hub)
    stops = [
        Stop(row["called"], Point(row["lon"], row["lat"]), known[row["number"]])
        for row in hub.database.rows(_QUERIES["numbered_crossings"])
        if row["number"] in known
    ]
    with hub.database.transaction() as connection:
        for bus in buses:
            _ask_for(connection, bus, stops, now)


def _ask_for(connection: Connection, bus: Mapping[str, Any], stops: Sequence[Stop], now: datetime) -> None:
    before, here = Point(bus["lon_before"], bus["lat_before"]), Point(bus["lon"], bus["lat"])
    seconds = (bus["time"] - bus["time_before"]).total_seconds()
    if not drives(before, here, seconds):
        return
    ask = next_ask(before, here, seconds, stops)
    for old in rows(connection, _QUERIES["asked_of"], {"vehicle": bus["vehicle"]}):
        if ask is None or old["called"] != ask.crossing:
            carry_out(connection, bus, Ask(old["called"], old["lane"], None), now)
    if ask is not None:
        carry_out(connection, bus, ask, now)
