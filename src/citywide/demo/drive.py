"""The way from here to there over the city's streets, and where one is after so many seconds."""

import numpy as np
from msgspec import Struct
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from citywide.hub.dispatch.roads import Roads
from citywide.hub.simulated.ways import Way
from citywide.kit.geometry import Point


class Driving(Struct, frozen=True):
    """Quickest ways over a road graph."""

    roads: Roads

    def way(self, start: Point, goal: Point) -> Way:
        """The quickest way; it begins and ends where asked, not at the nearest crossing."""
        finder = KDTree(np.column_stack([self.roads.lon, self.roads.lat]))
        ends = np.array([(start.lon, start.lat), (goal.lon, goal.lat)])
        first, last = np.asarray(finder.query(ends)[1], np.int64).tolist()
        _, before = dijkstra(self.roads.seconds, indices=first, return_predecessors=True)
        nodes = [last]
        while nodes[-1] != first and before[nodes[-1]] >= 0:
            nodes.append(int(before[nodes[-1]]))
        nodes.reverse()
        return self._along(start, goal, np.array(nodes))

    def _along(self, start: Point, goal: Point, nodes: np.ndarray) -> Way:
        lon = np.concatenate([[start.lon], self.roads.lon[nodes], [goal.lon]])
        lat = np.concatenate([[start.lat], self.roads.lat[nodes], [goal.lat]])
        hops = np.asarray(self.roads.seconds[nodes[:-1], nodes[1:]]).ravel() if len(nodes) > 1 else []
        return Way(lon, lat, np.cumsum(np.concatenate([[0.0, 10.0], hops, [10.0]])))
