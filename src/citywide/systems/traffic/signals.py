"""The lights of a crossing as SPaT, its lanes and crosswalks as MAP, by its shape."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from citywide.systems.traffic.interfaces.map import ELSEWHERE, Connection, CrossingMap, Lane
from citywide.systems.traffic.interfaces.spat import Event, Movement, Spat
from citywide.systems.traffic.shapes import Lane as ShapeLane
from citywide.systems.traffic.shapes import Shape, ShapeError, Walk, shape_of, walk_of

EVENTS = {
    0: Event.STOP_AND_REMAIN,
    1: Event.PERMISSIVE_GREEN,
    2: Event.PROTECTED_GREEN,
    3: Event.PROTECTED_CLEARANCE,
}
MOST_NUMBER = 65_535  # of a crossing in such messages
MOST_LANE = 254
BOX_M, WALK_M, HALF_LANE_M, REACH_M, NEAR_DEGREES = 14.0, 11.0, 1.75, 200.0, 50.0
STALE = timedelta(seconds=60)


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


def map_of(shape: Shape, at: tuple[float, float], walks: Sequence[Walk] = ()) -> CrossingMap:
    """A crossing at (longitude, latitude): its lanes, an exit for each of its arms, and its crosswalks."""
    lanes = [lane for lane in shape.lanes if lane.heading is not None]
    outward = {round(((lane.heading or 0.0) + 180) % 360, 1): lane.aside_m for lane in lanes}
    free = _free_numbers([lane.number for lane in lanes])
    exits = dict(zip(outward, free, strict=False))
    entering = [_entering(lane, exits) for lane in lanes]
    leaving = [
        Lane(number, "vehicle", enters=False, nodes_m=_nodes(heading, outward[heading], BOX_M, REACH_M), connects=())
        for heading, number in exits.items()
    ]
    crosswalks = _crosswalks(lanes, walks, free)
    return CrossingMap(shape.number, 0, at[1], at[0], (*entering, *leaving, *crosswalks))


def _crosswalks(lanes: Sequence[ShapeLane], walks: Sequence[Walk], free: Iterator[int]) -> Iterator[Lane]:
    """From kerb to kerb of every arm that somebody walks across, before its stop line."""
    outermost = {lane.heading: max(abs(one.aside_m) for one in lanes if one.heading == lane.heading) for lane in lanes}
    across = [(walk.group, heading) for walk in walks for heading in walk.crosses if heading in outermost]
    for (group, heading), number in zip(across, free, strict=False):
        kerb = outermost[heading] + HALF_LANE_M
        nodes = (*_nodes(heading, kerb, -WALK_M), *_nodes(heading, -kerb, -WALK_M))
        yield Lane(number, "crosswalk", enters=False, nodes_m=nodes, connects=(Connection(ELSEWHERE, group),))


def _free_numbers(taken: Sequence[int]) -> Iterator[int]:
    """Lane numbers that nobody has, those after the last first."""
    last = max(taken, default=0)
    return (number for number in (*range(last + 1, MOST_LANE + 1), *range(1, last)) if number not in taken)


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


def spats_of(heads: Sequence[Mapping[str, Any]], now: datetime) -> tuple[Spat, ...]:
    """The lights that were told last, crossing by crossing; a light that was told long ago is dark."""
    spats: list[Spat] = []
    for one in _shaped(heads):
        told = {group: row for group, row in one.lights.items() if row["light"] is not None}
        if told:
            lights = [row["light"] if now - row["time"] < STALE else None for row in told.values()]
            left = [_left(row, now) for row in told.values()]
            spats.append(spat_of(one.shape.number, now, lights, left, list(told)))
    return tuple(spats)


def maps_of(heads: Sequence[Mapping[str, Any]]) -> tuple[CrossingMap, ...]:
    """The crossings' geometry as their lanes and walks were registered."""
    return tuple(
        map_of(one.shape, one.at, one.walks)
        for one in _shaped(heads)
        if one.at is not None and any(lane.heading is not None for lane in one.shape.lanes)
    )


class _Shaped(NamedTuple):
    shape: Shape
    at: tuple[float, float] | None
    walks: list[Walk]
    lights: dict[int, Mapping[str, Any]]  # of each signal group


def _shaped(heads: Sequence[Mapping[str, Any]]) -> Iterator[_Shaped]:
    """Each crossing by the rows of its lanes and walks; one whose facts cannot be, or with no number, is left out."""
    for _, group in groupby(heads, key=lambda row: row["id"]):
        rows = list(group)
        number = rows[0]["number"]
        if number is None or number > MOST_NUMBER:
            continue
        with suppress(ShapeError):
            lanes = [row for row in rows if "lane" in row["lane_facts"]]
            shape = shape_of(number, rows[0]["id"], rows[0]["facts"], [row["lane_facts"] for row in lanes])
            walks = {walk.group: (walk, row) for walk, row in _walking(rows)}
            lights = {group: row for group, (_, row) in walks.items()}
            lights = {lane.group: row for lane, row in zip(shape.lanes, lanes, strict=True)} | lights
            at = None if rows[0]["lon"] is None else (rows[0]["lon"], rows[0]["lat"])
            yield _Shaped(shape, at, [walk for walk, _ in walks.values()], lights)


def _walking(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Walk, Mapping[str, Any]]]:
    """A walk whose facts cannot be is left out, and nothing else."""
    for row in rows:
        if "lane" not in row["lane_facts"]:
            with suppress(ShapeError):
                yield walk_of(row["id"], row["lane_facts"]), row


def _left(row: Mapping[str, Any], now: datetime) -> float | None:
    """What is left of the least time; only what was told together with the light counts."""
    if row["left_s"] is None or row["left_time"] != row["time"] or now - row["time"] > STALE:
        return None
    return max(0.0, row["left_s"] - (now - row["time"]).total_seconds())
