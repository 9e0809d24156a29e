"""Ways through the simulated city's streets, and who drives along them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.kit.geometry import Point


class Way(Struct, frozen=True):
    """A way through the streets: its corners, and the seconds from its beginning to each."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    seconds: NDArray[np.float64]

    def at(self, seconds: float) -> Point:
        """Where one is after so many seconds."""
        lon, lat = (float(np.interp(seconds, self.seconds, column)) for column in (self.lon, self.lat))
        return Point(lon, lat)

    @property
    def takes_s(self) -> float:
        """How long the whole way takes."""
        return float(self.seconds[-1])


class Ways(Protocol):
    """Whoever knows the city's streets, and which places nobody drives through now."""

    closed: Sequence[Point]

    def way(self, start: Point, goal: Point) -> Way:
        """The quickest way from here to there."""
        ...


class CrowFlight(Struct):
    """Where no streets are known: straight on, at about 30 km/h over a detour of a third."""

    closed: Sequence[Point] = ()

    def way(self, start: Point, goal: Point) -> Way:
        """The straight way."""
        seconds = np.array([0.0, start.distance_m(goal) / 8.0])
        return Way(np.array([start.lon, goal.lon]), np.array([start.lat, goal.lat]), seconds)


@dataclass
class Mover:
    """Something that drives through the streets, and how long it has stood since it arrived."""

    streets: Ways
    at: Point
    stood_s: float = 0.0
    _way: Way | None = None
    _driven_s: float = 0.0
    _goal: Point | None = None
    _closed: Sequence[Point] = field(default=(), repr=False)

    @property
    def moving(self) -> bool:
        """Whether it is on its way."""
        return self._way is not None

    def leave_for(self, goal: Point) -> None:
        """Set out by the quickest way."""
        self._goal, self._closed = goal, self.streets.closed
        self._way, self._driven_s, self.stood_s = self.streets.way(self.at, goal), 0.0, 0.0

    def move(self, seconds: float) -> None:
        """Drive on, or stand."""
        if self._way is None:
            self.stood_s += seconds
            return
        if self._goal and self.streets.closed != self._closed:
            self.leave_for(self._goal)  # told on the way that a road was closed, or is open again
        self._driven_s += seconds
        self.at = self._way.at(self._driven_s)
        if self._driven_s >= self._way.takes_s:
            self._way, self.stood_s = None, 0.0
