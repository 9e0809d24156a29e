"""Travel times: over the city's road graph where there is one, else along the crow's flight."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.kit.geometry import EARTH_RADIUS_M, Point, distances_m

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from scipy.spatial import KDTree

CROW_M_PER_S = 8.0  # about 30 km/h over a detour factor of 1.3


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
        return np.where(np.isfinite(by_road), np.maximum(by_road, walk / 4), walk)

    def _nearest(self, places: Sequence[Point]) -> NDArray[np.int64]:
        return self.finder.query(_on_sphere([p.lon for p in places], [p.lat for p in places]))[1]


class Travel(Struct, frozen=True):
    """How long the way takes in this city."""

    roads: Roads | None = None

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

    graph = csr_array((seconds, (start, end)), shape=(lon.size, lon.size))
    return Roads(lon, lat, graph, KDTree(_on_sphere(lon, lat)))


def _on_sphere(lon: object, lat: object) -> NDArray[np.float64]:
    east, north = np.radians(np.asarray(lon, float)), np.radians(np.asarray(lat, float))
    flat = np.cos(north)
    return EARTH_RADIUS_M * np.column_stack([flat * np.cos(east), flat * np.sin(east), np.sin(north)])
