"""The city's own vector map: land, water, woods, parks, streets, rail, houses, names."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from contourpy import contour_generator
from numpy.typing import NDArray
from scipy.spatial import Voronoi

from citywide.demo.land.geojson import Array, Feature, box, clipped, degrees, feature, line_string, point, polygon
from citywide.demo.land.names import name_stream, with_suffix
from citywide.demo.land.pieces import BRIDGE, CLASSES, MAJOR_EVERY, MOTORWAY, PRIMARY, TRUNK
from citywide.demo.land.quarters import Districts
from citywide.demo.land.relief import EDGE, Relief, River, lon_lat
from citywide.demo.land.streets import Streets, chains
from citywide.hub.simulated.twin import Place
from citywide.kit.text import Text

MOST_HOUSES = 30_000
LABELLED = {"hospital": "hospital", "station": "station"}
RIVERS = (Text("Long River", "长河"), Text("Clear River", "清江"))


def draw(
    rng: np.random.Generator,
    relief: Relief,
    streets: Streets,
    districts: Districts,
    rails: Sequence[Array],
    places: Sequence[Place],
) -> Feature:
    """The whole map as one collection, what lies below first."""
    parks = rng.random(streets.lattice[:-1, :-1].shape) < 0.035
    features = [
        feature("land", "land", polygon([box(EDGE * relief.reach * 3)])),
        *_woods(relief), *_parks(streets, relief, parks), *_waters(relief), *_districts(relief, districts),
        *_roads(rng, streets), *(feature("rail", "metro", line_string(line)) for line in rails),
        *_houses(rng, streets, relief, parks), *_labels(relief, districts, places),
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def _waters(relief: Relief) -> Iterator[Feature]:
    for river, name in zip(relief.rivers, RIVERS, strict=True):
        ahead = np.gradient(river.middle, axis=0)
        normal = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) / np.hypot(ahead[:, 0], ahead[:, 1])[:, None]
        banks = [(river.middle + side * normal * river.half[:, None])[::6] for side in (1, -1)]
        yield feature("water", "river", polygon([np.concatenate([banks[0], banks[1][::-1]])]), name)


def _woods(relief: Relief) -> Iterator[Feature]:
    contours = contour_generator(relief.axis, relief.axis, relief.ridge.T, fill_type="OuterOffset")
    filled: Any = contours.filled(0.3, 9.0)
    for points, offset in zip(*filled, strict=True):
        rings = [points[begin:end:2] for begin, end in pairwise(offset)]
        if len(rings[0]) > 5:
            yield feature("wood", "wood", polygon([ring for ring in rings if len(ring) > 5]))


def _parks(streets: Streets, relief: Relief, parks: NDArray[np.bool_]) -> Iterator[Feature]:
    corners, cell = _cells(streets)
    chosen = corners[parks[cell[:, 0], cell[:, 1]]]
    for park in chosen[relief.built(chosen.mean(axis=1)) > 0.2]:
        yield feature("park", "park", polygon([park.mean(axis=0) + 0.93 * (park - park.mean(axis=0))]))


def _roads(rng: np.random.Generator, streets: Streets) -> Iterator[Feature]:
    names = name_stream(np.random.default_rng(rng.integers(1 << 32)))
    titles: dict[int, Text] = {-1: Text("Ring Expressway", "绕城快速路")}
    for nodes, kind, line in chains(streets):
        name = None
        if PRIMARY <= kind <= MOTORWAY and line > -10:
            if line not in titles:
                titles[line] = _street_name(next(names), kind, line)
            name = titles[line]
        elif kind == BRIDGE:
            name = with_suffix(next(names), "Bridge", "大桥")
        yield feature("road", CLASSES[kind], line_string(streets.xy[nodes]), name)


def _street_name(name: Text, kind: int, line: int) -> Text:
    if line < -1:
        return with_suffix(name, "Riverside Road", "滨江路")
    return with_suffix(name, *(("Avenue", "大道") if kind == TRUNK else ("Road", "路")))


def _houses(rng: np.random.Generator, streets: Streets, relief: Relief, parks: NDArray[np.bool_]) -> Iterator[Feature]:
    """Six to a block at most, each turned as its block is."""
    corners, cell = _cells(streets)
    corners = corners[~parks[cell[:, 0], cell[:, 1]]]
    built = relief.built(corners.mean(axis=1))
    corners, built = corners[built > 0.2], built[built > 0.2]
    lots = np.array([(u, v) for u in (0.2, 0.5, 0.8) for v in (0.27, 0.73)])
    whole = np.repeat(corners, len(lots), axis=0)
    keep = rng.random(len(whole)) < np.minimum(np.repeat(built, len(lots)), MOST_HOUSES / max(len(whole), 1) * 1.6)
    middle = np.tile(lots, (len(corners), 1))[keep] + rng.normal(0, 0.02, (int(keep.sum()), 2))
    half = rng.uniform((0.05, 0.08), (0.12, 0.19), middle.shape)
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    outline = _inside(whole[keep], middle[:, None] + signs * half[:, None])
    dry = relief.bank_m(outline.mean(axis=1)) > 25
    for house in degrees(outline[dry][:MOST_HOUSES]):
        yield feature("building", "building", {"type": "Polygon", "coordinates": [[*house, house[0]]]})


def _inside(corners: Array, share: Array) -> Array:
    """Points of a block by their shares across and along."""
    u, v = share[..., :1], share[..., 1:]
    a, b, c, d = (corners[:, None, number] for number in range(4))
    return a * (1 - u) * (1 - v) + b * u * (1 - v) + c * u * v + d * (1 - u) * v


def _cells(streets: Streets) -> tuple[Array, NDArray[np.int64]]:
    """The blocks whose four corners stand: corners, and where in the lattice."""
    n = streets.lattice
    four = np.stack([n[:-1, :-1], n[1:, :-1], n[1:, 1:], n[:-1, 1:]], axis=-1)
    cell = np.argwhere((four >= 0).all(axis=-1))
    return streets.xy[four[cell[:, 0], cell[:, 1]]], cell


def grids(streets: Streets, districts: Districts) -> Feature:
    """The management grid: a cell of the city between main roads, with its district."""
    corners, cell = _cells(streets)
    middle = corners.mean(axis=1)
    whose = districts.of(middle)
    block = cell // MAJOR_EVERY
    found: list[Feature] = []
    for key in np.unique(block, axis=0):
        inside = (block == key).all(axis=1)
        rings = [[[*ring, ring[0]]] for ring in degrees(corners[inside])]
        district = districts.ids[int(np.bincount(whose[inside]).argmax())]
        properties = {"id": f"{district}-{key[0]:02d}{key[1]:02d}", "district": district}
        found.append({"type": "Feature", "properties": properties,
                      "geometry": {"type": "MultiPolygon", "coordinates": rings}})  # fmt: skip
    return {"type": "FeatureCollection", "features": found}


def _districts(relief: Relief, districts: Districts) -> Iterator[Feature]:
    far = 40 * relief.reach
    cells = Voronoi(np.concatenate([districts.middle, box(far)]))
    edge = EDGE * relief.reach
    for number, name in enumerate(districts.names):
        region = cells.regions[cells.point_region[number]]
        ring = clipped(cells.vertices[region], edge)
        yield feature("district", "district", polygon([ring]), name)


def _labels(relief: Relief, districts: Districts, places: Sequence[Place]) -> Iterator[Feature]:
    for name, middle in zip(districts.names, lon_lat(districts.middle), strict=True):
        yield feature("label", "district", point(middle), name)
    for river, name in zip(relief.rivers, RIVERS, strict=True):
        for share in (0.3, 0.75):
            yield feature("label", "water", point(lon_lat(_along(river, share))), name)
    for place in places:
        if place.kind in LABELLED:
            yield feature("label", LABELLED[place.kind], point(np.array([place.at.lon, place.at.lat])), place.name)


def _along(river: River, share: float) -> Array:
    return river.middle[int(share * len(river.middle))]
