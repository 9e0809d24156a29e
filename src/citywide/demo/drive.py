"""The way from here to there over the city's streets, and where one is after so many seconds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from citywide.hub.dispatch.roads import Roads, Travel
from citywide.hub.simulated.ways import Way
from citywide.kit.geometry import Point


@dataclass
class Driving:
    """Quickest ways over a road graph, around what is closed now."""

    roads: Roads
    closed: Sequence[Point] = ()

    def way(self, start: Point, goal: Point) -> Way:
        """The quickest way; it begins and ends where asked, not at the nearest crossing."""
        finder = KDTree(np.column_stack([self.roads.lon, self.roads.lat]))
        ends = np.array([(start.lon, start.lat), (goal.lon, goal.lat)])
        first, last = np.asarray(finder.query(ends)[1], np.int64).tolist()
        _, before = dijkstra(self._open_roads(goal).seconds, indices=first, return_predecessors=True)
        nodes = [last]
        while nodes[-1] != first and before[nodes[-1]] >= 0:
            nodes.append(int(before[nodes[-1]]))
        nodes.reverse()
        return self._along(start, goal, np.array(nodes))

    def _open_roads(self, goal: Point) -> Roads:
        return Travel(self.roads).around(self.closed, goal).roads or self.roads

    def _along(self, start: Point, goal: Point, nodes: np.ndarray) -> Way:
        lon = np.concatenate([[start.lon], self.roads.lon[nodes], [goal.lon]])
        lat = np.concatenate([[start.lat], self.roads.lat[nodes], [goal.lat]])
        hops = np.asarray(self.roads.seconds[nodes[:-1], nodes[1:]]).ravel() if len(nodes) > 1 else []
        return Way(lon, lat, np.cumsum(np.concatenate([[0.0, 10.0], hops, [10.0]])))
