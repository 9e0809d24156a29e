"""The lights of an ordinary crossing as SPaT and its lanes as MAP; the lane's number is its signal group."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from citywide.systems.traffic.interfaces.map import Connection, CrossingMap, Lane
from citywide.systems.traffic.interfaces.spat import Event, Movement, Spat

EVENTS = {
    0: Event.STOP_AND_REMAIN,
    1: Event.PERMISSIVE_GREEN,
    2: Event.PROTECTED_GREEN,
    3: Event.PROTECTED_CLEARANCE,
}
BOX_M, REACH_M = 14.0, 200.0


def spat_of(crossing: int, now: datetime, lights: Sequence[int], left_s: Sequence[int | None]) -> Spat:
    """The lights of each lane in order (0 red … 3 yellow), and the least seconds to their change."""
    here = now.astimezone(UTC)
    year = datetime(here.year, 1, 1, tzinfo=UTC)
    minute, ms = divmod(round((here - year).total_seconds() * 1000), 60_000)
    mark = (here.minute * 60 + here.second) * 10 + here.microsecond // 100_000
    movements = [
        Movement(lane + 1, EVENTS.get(light, Event.DARK), None if left is None else (mark + round(10 * left)) % 36_000)
        for lane, (light, left) in enumerate(zip(lights, left_s, strict=True))
    ]
    return Spat(crossing, 0, minute, ms, tuple(movements))


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
