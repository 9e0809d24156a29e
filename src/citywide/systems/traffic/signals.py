"""The lights that crossings told last, as SPaT, and their geometry as MAP, by their registered shapes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from citywide.systems.traffic.crossing.facts import ShapeError
from citywide.systems.traffic.crossing.geometry import map_of
from citywide.systems.traffic.crossing.shapes import Shape, Walk, shape_of, walk_of
from citywide.systems.traffic.interfaces.map import CrossingMap
from citywide.systems.traffic.interfaces.spat import Event, Movement, Spat

EVENTS = {
    0: Event.STOP_AND_REMAIN,
    1: Event.PERMISSIVE_GREEN,
    2: Event.PROTECTED_GREEN,
    3: Event.PROTECTED_CLEARANCE,
}
MOST_NUMBER = 65_535  # of a crossing in such messages
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
        if rows[0]["number"] is not None and rows[0]["number"] <= MOST_NUMBER:
            with suppress(ShapeError):
                yield _crossing(rows)


def _crossing(rows: Sequence[Mapping[str, Any]]) -> _Shaped:
    first, lanes = rows[0], [row for row in rows if "lane" in row["lane_facts"]]
    shape = shape_of(first["number"], first["id"], first["facts"], [row["lane_facts"] for row in lanes])
    walks = {walk.group: (walk, row) for walk, row in _walking(rows)}
    lights = {lane.group: row for lane, row in zip(shape.lanes, lanes, strict=True)}
    lights |= {group: row for group, (_, row) in walks.items()}
    at = None if first["lon"] is None else (first["lon"], first["lat"])
    return _Shaped(shape, at, [walk for walk, _ in walks.values()], lights)


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
