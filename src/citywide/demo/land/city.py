"""A whole simulated city from a seed and a population, and the folder a hub reads it from."""

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct, json
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from citywide.demo.drive import Driving
from citywide.demo.land.drawing import draw, grids
from citywide.demo.land.quarters import Districts, make_districts, make_places, stations
from citywide.demo.land.relief import EDGE, Relief, lon_lat, make_relief
from citywide.demo.land.streets import Streets, make_streets
from citywide.hub.dispatch.roads import make_roads
from citywide.hub.simulated.twin import Place, Plan
from citywide.kit.text import Text

Array = NDArray[np.float64]
NAME = Text("Yuzui (simulated)", "渝嘴市（模拟）")
RAILS = (
    ((-1.1, 0.2), (-0.6, 0.02), (-0.2, 0.05), (0.06, -0.02), (0.2, -0.3), (0.4, -0.62), (0.75, -0.95)),
    (
        (-0.55, -1.0),
        (-0.4, -0.7),
        (-0.3, -0.1),
        (-0.12, 0.1),
        (0.02, 0.45),
        (0.22, 0.68),
        (0.6, 0.8),
        (1.0, 0.95),
    ),
    ((-0.95, -0.25), (-0.55, -0.1), (0.0, -0.1), (0.45, -0.25), (0.8, -0.1), (1.1, 0.05)),
)


class SimulatedCity(Struct, frozen=True):
    """The land, its streets and places, and the plan that the twins see."""

    relief: Relief
    streets: Streets
    districts: Districts
    rails: Sequence[Array]
    plan: Plan

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        corner = np.array([[-1.0, -1.0], [1.0, 1.0]]) * EDGE * self.relief.reach * 0.9
        (west, south), (east, north) = np.round(lon_lat(corner), 5).tolist()
        return west, south, east, north


def make_city(seed: int = 1, population: int = 1_000_000) -> SimulatedCity:
    """The same seed and population give the same city, stone by stone."""
    rng = np.random.default_rng([seed, 20_251])
    relief = make_relief(rng, population)
    streets = make_streets(rng, relief)
    districts = make_districts(rng, relief, population)
    rails = [_rail(through, relief.reach) for through in RAILS]
    places: list[Place] = make_places(rng, relief, streets, districts, population)
    for line in rails:
        places += stations(line, relief, districts, rng)
    plan = Plan(seed, population, places, districts.named(), Driving(_roads(streets)))
    return SimulatedCity(relief, streets, districts, rails, plan)


def write_city(city: SimulatedCity, folder: Path) -> Path:
    """The folder that `citywide serve --city` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = city.plan.rng("drawing")
    drawn = draw(rng, city.relief, city.streets, city.districts, city.rails, city.plan.places)
    _write(folder / "map.geojson.gz", drawn)
    _write(folder / "grids.geojson.gz", grids(city.streets, city.districts))
    _keep_roads(folder / "roads.npz", _arrays(city.streets))
    (folder / "city.toml").write_text(_about(city), encoding="utf-8")
    return folder


def _keep_roads(file: Path, arrays: dict[str, NDArray[Any]]) -> None:
    np.savez(file, allow_pickle=False, **arrays)


def _about(city: SimulatedCity) -> str:
    zoom = 12.2 - np.log2(city.relief.reach / 9000)
    lines = ["centre = [106.55, 29.56]", f"zoom = {zoom:.2f}", f"bounds = {list(city.bounds)}", "[name]"]
    return "\n".join([*lines, f'en = "{NAME.en}"', f'zh = "{NAME.zh}"', ""])


def _write(file: Path, collection: dict[str, Any]) -> None:
    file.write_bytes(gzip.compress(json.encode(collection), compresslevel=4, mtime=0))


def _roads(streets: Streets) -> Any:
    arrays = _arrays(streets)
    return make_roads(arrays["lon"], arrays["lat"], arrays["start"], arrays["end"], arrays["seconds"])


def _arrays(streets: Streets) -> dict[str, NDArray[Any]]:
    """Every street in both directions."""
    degrees, seconds = lon_lat(streets.xy), streets.seconds()
    return {
        "lon": degrees[:, 0].copy(), "lat": degrees[:, 1].copy(),
        "start": np.concatenate([streets.start, streets.end]),
        "end": np.concatenate([streets.end, streets.start]),
        "seconds": np.concatenate([seconds, seconds]),
    }  # fmt: skip


def _rail(through: Sequence[tuple[float, float]], reach: float) -> Array:
    points = np.array(through) * reach
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    return CubicSpline(along, points)(np.linspace(0, along[-1], 160))
