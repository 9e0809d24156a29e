"""Points on the earth and the distances between them."""

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

EARTH_RADIUS_M = 6_371_008.8


class Point(Struct, frozen=True):
    """A place in degrees, WGS 84."""

    lon: float
    lat: float

    def distance_m(self, other: "Point") -> float:
        """Metres along the great circle."""
        lat1, lat2 = radians(self.lat), radians(other.lat)
        half = sin((lat2 - lat1) / 2) ** 2
        half += cos(lat1) * cos(lat2) * sin(radians(other.lon - self.lon) / 2) ** 2
        return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def distances_m(place: Point, others: Iterable[Point]) -> NDArray[np.float64]:
    """Metres from one place to each of the others, at once."""
    pairs = np.radians(np.array([(other.lon, other.lat) for other in others]).reshape(-1, 2))
    lon, lat = radians(place.lon), radians(place.lat)
    half = np.sin((pairs[:, 1] - lat) / 2) ** 2
    half += cos(lat) * np.cos(pairs[:, 1]) * np.sin((pairs[:, 0] - lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(half)))


def metres_from_lines(place: Point, starts: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres from a place to each straight line between two (lon, lat), on the flat land about the place."""
    scale = radians(1) * EARTH_RADIUS_M * np.array([cos(radians(place.lat)), 1.0])
    start, end = (scale * (corner - (place.lon, place.lat)) for corner in (starts, ends))
    along = end - start
    length = np.maximum(np.einsum("ij,ij->i", along, along), 1e-12)
    share = np.clip(-np.einsum("ij,ij->i", start, along) / length, 0.0, 1.0)
    return np.hypot(*(start + share[:, None] * along).T)
