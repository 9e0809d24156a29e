"""Where a bus is on its way to: the crossing ahead, the lane that goes its way, and when it will be at the line."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from citywide.hub import Point
from citywide.systems.traffic.crossing.shapes import Lane, Shape
from citywide.systems.traffic.packing import Ask

METRES_PER_DEGREE = 111_195.0
REACH_M, STRAIGHT_DEGREES, STANDS_MPS = 400.0, 35.0, 1.0


class Stop(NamedTuple):
    """A crossing by the number that requests call it, with its place and shape."""

    number: int
    place: Point
    shape: Shape


def drives(before: Point, now: Point, seconds: float) -> bool:
    """Whether it is on its way; one that stands, at a stop or a red light, keeps what it has asked."""
    return seconds > 0 and _way(before, now)[0] / seconds >= STANDS_MPS


def next_ask(before: Point, now: Point, seconds: float, stops: Iterable[Stop]) -> Ask | None:
    """What a bus that drives would ask of the nearest crossing that lies ahead."""
    moved, heading = _way(before, now)
    ahead = [(_way(now, stop.place), stop) for stop in stops]
    near = [(away, stop) for (away, way), stop in ahead if away <= REACH_M and _apart(way, heading) <= STRAIGHT_DEGREES]
    if not near:
        return None
    away, stop = min(near, key=lambda one: one[0])
    lane = _lane_of(stop.shape, heading)
    return None if lane is None else Ask(stop.number, lane.number, round(away * seconds / moved))


def _lane_of(shape: Shape, heading: float) -> Lane | None:
    """The lane that goes that way, straight on where it can."""
    off = {lane: _apart(lane.heading, heading) for lane in shape.lanes if lane.heading is not None}
    straight = [lane for lane in off if off[lane] <= STRAIGHT_DEGREES]
    return min(straight, key=lambda lane: (lane.only_left, off[lane]), default=None)


def _way(here: Point, there: Point) -> tuple[float, float]:
    """Metres, and degrees anticlockwise from east."""
    east = (there.lon - here.lon) * METRES_PER_DEGREE * math.cos(math.radians(here.lat))
    north = (there.lat - here.lat) * METRES_PER_DEGREE
    return math.hypot(east, north), math.degrees(math.atan2(north, east))


def _apart(one: float, other: float) -> float:
    return abs((one - other + 180) % 360 - 180)
