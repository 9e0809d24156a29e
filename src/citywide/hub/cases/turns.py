"""Whoever opens a case waits for those alone who may be opening the same at this moment.

Two that are as near as their category merges have a point between them that is within half that distance of both. So
each takes the cells of a grid that its half lies in, four at most, always in one order: both then take the cell of that
point. A thing's cases take turns on the thing; what has neither place nor thing is found by nobody and waits for none.
"""

from collections.abc import Iterator
from hashlib import sha256
from math import cos, floor, radians

from psycopg import Connection

from citywide.hub.cases.opening import where
from citywide.hub.vocabulary.affairs import Category
from citywide.hub.vocabulary.commands import OpenCase
from citywide.kit.geometry import Point

DEGREE_M = 111_000.0  # a little less than it is: a cell may be too large, never too small
LEAST_M, EARTH = 1.0, 181.0
FLATTEST = 0.05
"""No city lies so near a pole that a degree of longitude is shorter."""


def take_turns(connection: Connection, category: Category, order: OpenCase) -> None:
    """Wait until nobody else opens what may be the same."""
    for lock in sorted(_locks(category, order)):
        connection.execute("select pg_advisory_xact_lock(%s)", (lock,))


def _locks(category: Category, order: OpenCase) -> set[int]:
    names = {f"about {order.about.id}"} if order.about else set[str]()
    if place := where(order):
        names |= {f"in {row}, {column}" for row, column in cells(place, category.merge_within_m)}
    return {_number(f"open {category.name} {name}") for name in names}


def cells(place: Point, metres: float) -> Iterator[tuple[int, int]]:
    """The cells, by row and column, that lie within half of this distance."""
    side = max(metres, LEAST_M) / DEGREE_M
    for row in _within(place.lat, side):
        width = side / max(FLATTEST, cos(radians(min(90.0, (abs(row) + 2) * side))))
        for lon in (place.lon - 360, place.lon, place.lon + 360):  # on either side of the date line
            yield from ((row, column) for column in _within(lon, width) if abs(column * width) <= EARTH)


def _within(middle: float, side: float) -> range:
    return range(floor(middle / side - 0.5), floor(middle / side + 0.5) + 1)


def _number(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
