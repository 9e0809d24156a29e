"""A crossing's lanes, exits and crosswalks as MAP, by its shape."""

import math
from collections.abc import Iterator, Mapping, Sequence

from citywide.systems.traffic.crossing.shapes import Lane as ShapeLane
from citywide.systems.traffic.crossing.shapes import Shape, Walk
from citywide.systems.traffic.interfaces.map import ELSEWHERE, Connection, CrossingMap, Lane

MOST_LANE = 254
BOX_M, WALK_M, HALF_LANE_M, REACH_M, NEAR_DEGREES = 14.0, 11.0, 1.75, 200.0, 50.0


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
