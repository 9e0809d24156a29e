"""Coordination along streets: the later or earlier green at the next crossing that meets most vehicles, both ways."""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from citywide.hub.database.queries import queries_of
from citywide.systems.traffic.crossing.shapes import Shape
from citywide.systems.traffic.duties.shapes import shapes
from citywide.systems.traffic.engine.measures import Link, link_of, link_pivot

if TYPE_CHECKING:
    from citywide.hub.running import Hub

LOOK_BACK, LEAST_ARRIVALS = timedelta(hours=1), 20
_QUERIES = queries_of(Path(__file__).parents[1])
Rows = list[dict[str, Any]]


def advise(hub: "Hub") -> None:
    """For every two neighbours of a street: arrivals on green of the last hour, as it is and with the best shift."""
    now, known = hub.clock.now(), shapes(hub)
    for street in hub.database.rows(_QUERIES["corridors"]):
        stops = [known.get(number) for number in street["crossings"]]
        places = list(zip(street["lon"], street["lat"], strict=True))
        for at, (near, far) in enumerate(pairwise(stops)):
            if near is not None and far is not None and None not in (*places[at], *places[at + 1]):
                _advise(hub, near, far, _bearing(places[at], places[at + 1]), now)


def _advise(hub: "Hub", near: Shape, far: Shape, bearing: float, now: datetime) -> None:
    group = group_along(far, bearing)
    outward = _arrivals(hub, far, group, now)
    inward = _arrivals(hub, near, group_along(near, bearing + 180), now)
    if len(outward) < LEAST_ARRIVALS or len(inward) < LEAST_ARRIVALS:
        return
    cycle_s = round(float(np.median([row["cycle_s"] for row in (*outward, *inward)])))
    found = link_pivot(_link(outward), _link(inward), cycle_s)
    kept = {"crossing": far.number, "phase": group, "time": now}
    with hub.database.transaction() as connection:
        for name, value in _told(found, cycle_s):
            connection.execute(_QUERIES["put_measure"], kept | {"name": name, "value": value})


def _told(found: tuple[int, float, float], cycle_s: int) -> Iterator[tuple[str, float]]:
    """A shift by most of a cycle is a shift the other way."""
    shift, before, after = found
    yield "link_shift", shift if shift <= cycle_s / 2 else shift - cycle_s
    yield "link_on_green", 100 * before
    yield "link_on_green_best", 100 * after


def group_along(shape: Shape, bearing: float) -> int:
    """The signal group, of those that go along the street, that goes most nearly that way."""
    lanes = [shape.lanes[at] for at in shape.phases[shape.through]]
    return min(lanes, key=lambda lane: abs(((lane.heading or 0.0) - bearing + 180) % 360 - 180)).group


def _bearing(here: tuple[float, float], there: tuple[float, float]) -> float:
    """The way from here to there, in degrees anticlockwise from east."""
    east = (there[0] - here[0]) * math.cos(math.radians(here[1]))
    return math.degrees(math.atan2(there[1] - here[1], east))


def _arrivals(hub: "Hub", shape: Shape, group: int, now: datetime) -> Rows:
    asked = {"crossing": shape.number, "phase": group, "since": now - LOOK_BACK}
    return hub.database.rows(_QUERIES["arrivals_of_group"], asked)


def _link(arrivals: list[Mapping[str, Any]] | Rows) -> Link:
    columns = [np.array([row[name] for row in arrivals]) for name in ("time_ms", "in_cycle_s", "yellow_at_s")]
    return link_of(*columns)
