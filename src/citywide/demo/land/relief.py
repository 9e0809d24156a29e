"""Two rivers that meet, the hills around them, and where people build: in metres about the centre."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline, RegularGridInterpolator
from scipy.ndimage import gaussian_filter
from scipy.spatial import KDTree

Array = NDArray[np.float64]
CENTRE = (106.55, 29.56)
METRES_PER_LON, METRES_PER_LAT = 96_830.0, 110_850.0
EDGE = 1.25
LONG_RIVER = ((-1.9, -0.62), (-1.35, -0.42), (-0.98, -0.6), (-0.62, -0.5), (-0.4, -0.26), (-0.02, -0.36),
              (0.3, -0.13), (0.44, 0.16), (0.78, 0.2), (1.02, 0.46), (1.42, 0.5), (1.95, 0.72))  # fmt: skip
CLEAR_RIVER = ((-1.75, 1.1), (-1.28, 0.72), (-0.95, 0.8), (-0.6, 0.5), (-0.3, 0.52), (-0.04, 0.22),
               (0.2, 0.2), (0.42, 0.13))  # fmt: skip


class River(NamedTuple):
    """A river: points along its middle and half its width at each."""

    middle: Array
    half: Array


class Relief(NamedTuple):
    """The ground of a city of half-width `reach` metres."""

    reach: float
    rivers: tuple[River, River]
    axis: Array
    height: Array
    ridge: Array
    finders: tuple[KDTree, KDTree]

    def bank_m(self, xy: Array) -> Array:
        """Metres to the nearest bank, negative in the water."""
        return _bank_m(self.rivers, self.finders, xy)

    def height_m(self, xy: Array) -> Array:
        """Metres above the sea."""
        return self._read(self.height, xy)

    def steep(self, xy: Array) -> Array:
        """How much of a wooded ridge a place is, 0 to 1."""
        return self._read(self.ridge, xy)

    def built(self, xy: Array) -> Array:
        """How densely built a place is: the peninsula first, quarters around it, never the ridges."""
        at = xy / self.reach
        around = sum(
            weight * np.exp(-(((at - np.array(middle)) / wide) ** 2).sum(axis=-1)) for middle, wide, weight in QUARTERS
        )
        return np.clip(around * (1 - 1.6 * self.steep(xy)), 0, 1)

    def _read(self, field: Array, xy: Array) -> Array:
        inside = np.clip(xy, self.axis[0], self.axis[-1])
        return RegularGridInterpolator((self.axis, self.axis), field)(inside)


QUARTERS = (
    ((-0.02, 0.0), 0.36, 1.0), ((-0.5, 0.06), 0.34, 0.8), ((0.12, 0.6), 0.36, 0.75),
    ((0.3, -0.55), 0.36, 0.75), ((-0.8, -0.05), 0.3, 0.6), ((0.72, -0.1), 0.28, 0.6),
    ((-0.35, -0.8), 0.28, 0.5), ((-0.45, 0.88), 0.22, 0.5), ((0.72, 0.66), 0.26, 0.5),
)  # fmt: skip


def make_relief(rng: np.random.Generator, population: int) -> Relief:
    """The ground for a city of so many people."""
    reach = float(np.clip(9000 * np.sqrt(population / 1e6), 2600, 30_000))
    width = float(np.clip(0.034 * reach, 110, 420))
    turn = rng.uniform(-0.16, 0.16)
    rivers = (
        _river(rng, LONG_RIVER, reach, width, turn), _river(rng, CLEAR_RIVER, reach, width * 0.6, turn)
    )  # fmt: skip
    finders = KDTree(rivers[0].middle), KDTree(rivers[1].middle)
    axis = np.linspace(-1.4 * reach, 1.4 * reach, 181)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)
    bank = _bank_m(rivers, finders, grid)
    ridge = _ridges(rng, grid / reach) * (1 - np.exp(-np.maximum(bank, 0) / (0.06 * reach)))
    gentle = 170 + 80 * (1 - np.exp(-np.maximum(bank, 0) / (0.17 * reach))) + 14 * _noise(rng, 181, 5)
    height = np.where(bank < 0, 160.0, gentle + 380 * ridge)
    return Relief(reach, rivers, axis, height, ridge, finders)


def lon_lat(xy: Array) -> Array:
    """Degrees for metres about the centre."""
    return np.array(CENTRE) + xy / np.array([METRES_PER_LON, METRES_PER_LAT])


def metres(lon: Array, lat: Array) -> Array:
    """Metres about the centre for degrees."""
    east, north = np.asarray(lon) - CENTRE[0], np.asarray(lat) - CENTRE[1]
    return np.stack([east * METRES_PER_LON, north * METRES_PER_LAT], axis=-1)


def _bank_m(rivers: tuple[River, River], finders: tuple[KDTree, KDTree], xy: Array) -> Array:
    """Metres to the nearer of the two rivers' banks."""
    found: list[Array] = []
    for river, finder in zip(rivers, finders, strict=True):
        distance, nearest = finder.query(xy)
        found.append(distance - river.half[nearest])
    return np.minimum(*found)


def _river(
    rng: np.random.Generator, through: Sequence[tuple[float, float]], reach: float, width: float, turn: float
) -> River:
    points = np.array(through)
    points[1:-1] += rng.normal(0, 0.03, (len(points) - 2, 2))
    if through is CLEAR_RIVER:
        points[-2:] = through[-2:]
    points = points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) * reach
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.linspace(0, along[-1], 1500)
    waves = np.stack([np.sin(at / (k * reach) + rng.uniform(0, 6)) for k in (0.11, 0.19, 0.37)])
    sway = waves.mean(axis=0)
    return River(CubicSpline(along, points)(at), width * (1 + 0.22 * sway))


def _ridges(rng: np.random.Generator, grid: Array) -> Array:
    """Parallel ridges, north-north-east, as folded country has them, with passes between."""
    angle = np.radians(rng.uniform(58, 70))
    across = grid[..., 0] * np.sin(angle) - grid[..., 1] * np.cos(angle) + 0.05 * _noise(rng, 181, 12)
    found = np.zeros(grid.shape[:2])
    for middle in (-1.02, 0.56, 1.12, -0.62):
        at = middle + rng.normal(0, 0.03)
        crest = np.exp(-(((across - at) / rng.uniform(0.06, 0.1)) ** 2))
        found = np.maximum(found, crest * np.clip(0.72 + 0.34 * _noise(rng, 181, 14), 0, 1))
    return found


def _noise(rng: np.random.Generator, size: int, smooth: float) -> Array:
    field = gaussian_filter(rng.normal(size=(size, size)), smooth, mode="reflect")
    return field / field.std()
