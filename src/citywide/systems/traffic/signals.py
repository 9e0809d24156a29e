"""The lights of a crossing as SPaT and its lanes as MAP, by its shape."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from citywide.systems.traffic.interfaces.map import Connection, CrossingMap, Lane
from citywide.systems.traffic.interfaces.spat import Event, Movement, Spat
from citywide.systems.traffic.shapes import Lane as ShapeLane
from citywide.systems.traffic.shapes import Shape, ShapeError, shape_of

EVENTS = {
    0: Event.STOP_AND_REMAIN,
    1: Event.PERMISSIVE_GREEN,
    2: Event.PROTECTED_GREEN,
    3: Event.PROTECTED_CLEARANCE,
}
BOX_M, REACH_M, NEAR_DEGREES, STALE = 14.0, 200.0, 50.0, timedelta(seconds=60)


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


def map_of(shape: Shape, at: tuple[float, float]) -> CrossingMap:
    """A crossing at (longitude, latitude): its lanes, one exit for each of its arms, and which lane leads to which."""
    lanes = [lane for lane in shape.lanes if lane.heading is not None]
    outward = {round(((lane.heading or 0.0) + 180) % 360, 1): lane.aside_m for lane in lanes}
    first = max((lane.number for lane in lanes), default=0) + 1
    exits = {heading: first + place for place, heading in enumerate(outward)}
    entering = [_entering(lane, exits) for lane in lanes]
    leaving = [
        Lane(number, "vehicle", enters=False, nodes_m=_nodes(heading, outward[heading], BOX_M, REACH_M), connects=())
        for heading, number in exits.items()
    ]
    return CrossingMap(shape.number, 0, at[1], at[0], (*entering, *leaving))


def _entering(lane: ShapeLane, exits: Mapping[float, int]) -> Lane:
    ways = [way for towards in lane.exits if (way := _exit_towards(towards, exits)) is not None]
    connects = tuple(Connection(exits[way], lane.group) for way in dict.fromkeys(ways))
    nodes = _nodes(lane.heading or 0.0, lane.aside_m, -BOX_M, -REACH_M)
    return Lane(lane.number, "vehicle", enters=True, nodes_m=nodes, connects=connects)


def _exit_towards(heading: float, exits: Mapping[float, int]) -> float | None:
    """The exit that leads most nearly that way; a turn for which there is no street leads nowhere."""
    apart = {way: abs((way - heading + 180) % 360 - 180) for way in exits}
    best = min(apart, key=apart.__getitem__, default=None)
    return best if best is not None and apart[best] <= NEAR_DEGREES else None


def _nodes(heading: float, aside_m: float, *along_m: float) -> tuple[tuple[float, float], ...]:
    turn = math.radians(heading)
    places = [
        (along * math.cos(turn) + aside_m * math.sin(turn), along * math.sin(turn) - aside_m * math.cos(turn))
        for along in along_m
    ]
    return tuple((round(east, 2), round(north, 2)) for east, north in places)


def spats_of(lanes: Sequence[Mapping[str, Any]], now: datetime) -> tuple[Spat, ...]:
    """The lights that were told last, crossing by crossing; a light that was told long ago is dark."""
    spats: list[Spat] = []
    for shape, rows in _shaped(lanes):
        told = {lane.group: row for lane, row in zip(shape.lanes, rows, strict=True) if row["light"] is not None}
        if told:
            lights = [row["light"] if now - row["time"] < STALE else None for row in told.values()]
            left = [_left(row, now) for row in told.values()]
            spats.append(spat_of(shape.number, now, lights, left, list(told)))
    return tuple(spats)


def maps_of(lanes: Sequence[Mapping[str, Any]]) -> tuple[CrossingMap, ...]:
    """The crossings' geometry as their lanes were registered."""
    placed = [(shape, rows[0]) for shape, rows in _shaped(lanes) if rows[0]["lon"] is not None]
    return tuple(
        map_of(shape, (row["lon"], row["lat"]))
        for shape, row in placed
        if any(lane.heading is not None for lane in shape.lanes)
    )


def _shaped(lanes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Shape, list[Mapping[str, Any]]]]:
    """Each crossing and its lanes' rows in order; one whose facts cannot be, or that has no number, is left out."""
    for number, group in groupby(lanes, key=lambda row: row["number"]):
        rows = list(group)
        if number is not None:
            with suppress(ShapeError):
                yield shape_of(number, rows[0]["id"], rows[0]["facts"], [row["lane_facts"] for row in rows]), rows


def _left(row: Mapping[str, Any], now: datetime) -> float | None:
    """What is left of the least time; only what was told together with the light counts."""
    if row["left_s"] is None or row["left_time"] != row["time"] or now - row["time"] > STALE:
        return None
    return max(0.0, row["left_s"] - (now - row["time"]).total_seconds())
