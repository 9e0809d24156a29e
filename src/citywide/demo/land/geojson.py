"""Shapes of the map as GeoJSON."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citywide.demo.land.relief import lon_lat
from citywide.kit.text import Text

Array = NDArray[np.float64]
Feature = dict[str, Any]


def feature(layer: str, kind: str, geometry: Feature, name: Text | None = None) -> Feature:
    """A shape on a layer of the map, with its name in both languages."""
    properties: Feature = {"layer": layer, "class": kind}
    if name:
        properties["name"] = {"en": name.en, "zh": name.zh}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def degrees(xy: Array) -> Any:
    """Metres as degrees, to about a metre."""
    return np.round(lon_lat(xy), 5).tolist()


def polygon(rings: Sequence[Array]) -> Feature:
    """An area, the holes behind its outer ring."""
    closed = [[*points, points[0]] for points in map(degrees, rings)]
    return {"type": "Polygon", "coordinates": closed}


def line_string(xy: Array) -> Feature:
    """A line."""
    return {"type": "LineString", "coordinates": degrees(xy)}


def point(at: Array) -> Feature:
    """A point, which is in degrees already."""
    return {"type": "Point", "coordinates": np.round(at, 5).tolist()}


def box(half: float) -> Array:
    """A square around the middle."""
    return np.array([(-half, -half), (half, -half), (half, half), (-half, half)])


def clipped(ring: Array, edge: float) -> Array:
    """A convex ring cut at the four sides of the map (Sutherland and Hodgman)."""
    for axis, side in ((0, 1), (0, -1), (1, 1), (1, -1)):
        inside = side * ring[:, axis] <= edge
        points: list[Array] = []
        for here, there in zip(range(len(ring)), np.roll(range(len(ring)), -1), strict=True):
            if inside[here]:
                points.append(ring[here])
            if inside[here] != inside[there]:
                share = (side * edge - ring[here, axis]) / (ring[there, axis] - ring[here, axis])
                points.append(ring[here] + share * (ring[there] - ring[here]))
        ring = np.array(points)
    return ring
