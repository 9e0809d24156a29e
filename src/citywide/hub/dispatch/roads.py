"""Travel times: over the city's road graph where there is one, else along the crow's flight."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from citywide.kit.geometry import EARTH_RADIUS_M, Point, distances_m, metres_from_lines

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from scipy.spatial import KDTree

CROW_M_PER_S = 8.0  # about 30 km/h over a detour factor of 1.3
CLOSED_WITHIN_M = 30.0  # a closed place closes every road that passes as near as this
DETOUR_S = 3600.0  # longer than any way around, yet whoever is shut in is still better than nobody
NO_ROAD_S = 2 * DETOUR_S  # the same for whom no road leads from: it may be the graph that lacks one


class Roads(Struct, frozen=True):
    """A road graph: where its crossings are and how many seconds each road takes."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    seconds: "csr_array"
    finder: "KDTree"

    def seconds_to(self, place: Point, others: Sequence[Point]) -> NDArray[np.float64]:
        """Seconds from each of the others to the place."""
        from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415 - loads slowly

        goal = self._nearest([place])[0]
        reached = dijkstra(self.seconds.T, indices=goal)
        walk = distances_m(place, others) / CROW_M_PER_S
        by_road = reached[self._nearest(others)]
        return np.where(np.isfinite(by_road), np.maximum(by_road, walk / 4), NO_ROAD_S + walk)

    def around(self, closed: Sequence[Point]) -> "Roads":
        """The same roads, where nobody drives through these places if there is another way."""
        start, end = (np.column_stack([self.lon, self.lat])[ends] for ends in self.seconds.tocoo().coords)
        nearest = np.min([metres_from_lines(place, start, end) for place in closed], axis=0)
        slower = self.seconds.copy()
        slower.data += DETOUR_S * (nearest < CLOSED_WITHIN_M)
        return structs.replace(self, seconds=slower)

    def _nearest(self, places: Sequence[Point]) -> NDArray[np.int64]:
        return self.finder.query(_on_sphere([p.lon for p in places], [p.lat for p in places]))[1]


class Travel(Struct, frozen=True):
    """How long the way takes in this city."""

    roads: Roads | None = None
    closed: int = 0

    def around(self, closed: Sequence[Point], goal: Point) -> "Travel":
        """The same without the closed roads; the one at the goal itself is where one wants to be."""
        others = [place for place in closed if place.distance_m(goal) > CLOSED_WITHIN_M]
        if self.roads is None or not others:
            return self
        return Travel(self.roads.around(others), len(others))

    def seconds_to(self, place: Point, others: Sequence[Point]) -> NDArray[np.float64]:
        """Seconds from each of the others to the place."""
        if self.roads is not None:
            return self.roads.seconds_to(place, others)
        return distances_m(place, others) / CROW_M_PER_S


def load_roads(file: Path) -> Roads:
    """A road graph from a file of arrays: lon, lat of crossings; start, end, seconds of roads."""
    with np.load(file) as arrays:
        return make_roads(arrays["lon"], arrays["lat"], arrays["start"], arrays["end"], arrays["seconds"])


def make_roads(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    seconds: NDArray[np.float64],
) -> Roads:
    """A road graph from its crossings and its one-way roads."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - loads slowly
    from scipy.spatial import KDTree  # noqa: PLC0415 - loads slowly

    order = np.lexsort((seconds, end, start))
    pairs = start[order].astype(np.int64) * lon.size + end[order]
    used = order[np.flatnonzero(np.diff(pairs, prepend=-1))]  # of several roads between two crossings the quickest
    graph = csr_array((np.asarray(seconds, float)[used], (start[used], end[used])), shape=(lon.size, lon.size))
    return Roads(lon, lat, graph, KDTree(_on_sphere(lon, lat)))


def _on_sphere(lon: object, lat: object) -> NDArray[np.float64]:
    east, north = np.radians(np.asarray(lon, float)), np.radians(np.asarray(lat, float))
    flat = np.cos(north)
    return EARTH_RADIUS_M * np.column_stack([flat * np.cos(east), flat * np.sin(east), np.sin(north)])
