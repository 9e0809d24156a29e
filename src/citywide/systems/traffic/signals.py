"""The lights of an ordinary crossing as SPaT and its lanes as MAP; the lane's number is its signal group."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from citywide.systems.traffic.interfaces.map import Connection, CrossingMap, Lane
from citywide.systems.traffic.interfaces.spat import Event, Movement, Spat

EVENTS = {
    0: Event.STOP_AND_REMAIN,
    1: Event.PERMISSIVE_GREEN,
    2: Event.PROTECTED_GREEN,
    3: Event.PROTECTED_CLEARANCE,
}
BOX_M, REACH_M, STALE = 14.0, 200.0, timedelta(seconds=60)


def spat_of(
    crossing: int,
    now: datetime,
    lights: Sequence[int | None],
    left_s: Sequence[float | None],
    groups: Sequence[int] | None = None,
) -> Spat:
    """The lights of each lane in order (0 red … 3 yellow, None unknown), and the least seconds to their change."""
    here = now.astimezone(UTC)
    year = datetime(here.year, 1, 1, tzinfo=UTC)
    minute, ms = divmod(round((here - year).total_seconds() * 1000), 60_000)
    mark = (here.minute * 60 + here.second) * 10 + here.microsecond // 100_000
    movements = [
        Movement(group, event_of(light), None if left is None else (mark + round(10 * left)) % 36_000)
        for group, light, left in zip(groups or range(1, len(lights) + 1), lights, left_s, strict=True)
    ]
    return Spat(crossing, 0, minute, ms, tuple(movements))


def event_of(light: int | None) -> Event:
    """What J2735 calls a light."""
    return Event.UNAVAILABLE if light is None else EVENTS.get(light, Event.DARK)


def map_of(crossing: int, at: tuple[float, float], lanes: Sequence[tuple[int, float, float]]) -> CrossingMap:
    """A crossing at (longitude, latitude) from (number, heading in degrees from east, metres aside) of its lanes."""
    return CrossingMap(crossing, 0, at[1], at[0], tuple(_lane(*lane) for lane in lanes))


def _lane(number: int, heading: float, aside_m: float) -> Lane:
    turn = math.radians(heading)
    nodes = [
        (-away * math.cos(turn) + aside_m * math.sin(turn), -away * math.sin(turn) - aside_m * math.cos(turn))
        for away in (BOX_M, REACH_M)
    ]
    shown = tuple((round(east, 2), round(north, 2)) for east, north in nodes)
    return Lane(number, "vehicle", enters=True, nodes_m=shown, connects=(Connection(number, number),))


def spats_of(lanes: Sequence[Mapping[str, Any]], now: datetime) -> tuple[Spat, ...]:
    """The lights that were told last, crossing by crossing; a light that was told long ago is dark."""
    spats: list[Spat] = []
    for number, rows in groupby(lanes, key=lambda row: row["number"]):
        told = [row for row in rows if row["light"] is not None]
        if told:
            lights = [row["light"] if now - row["time"] < STALE else None for row in told]
            left = [_left(row, now) for row in told]
            groups = [row["lane"] for row in told]
            spats.append(spat_of(number, now, lights, left, groups))
    return tuple(spats)


def maps_of(lanes: Sequence[Mapping[str, Any]]) -> tuple[CrossingMap, ...]:
    """The crossings' geometry as their lanes were registered."""
    maps: list[CrossingMap] = []
    for number, group in groupby(lanes, key=lambda row: row["number"]):
        rows = [row for row in group if row["heading"] is not None]
        if rows and rows[0]["lon"] is not None:
            where = rows[0]["lon"], rows[0]["lat"]
            maps.append(map_of(number, where, [(row["lane"], row["heading"], row["aside"]) for row in rows]))
    return tuple(maps)


def _left(row: Mapping[str, Any], now: datetime) -> float | None:
    """What is left of the least time; only what was told together with the light counts."""
    if row["left_s"] is None or row["left_time"] != row["time"] or now - row["time"] > STALE:
        return None
    return max(0.0, row["left_s"] - (now - row["time"]).total_seconds())
