"""A made-up city between two rivers, drawn with a few sines."""

import math
import random
from typing import Any

CENTRE = (106.55, 29.56)
HALF = (0.13, 0.095)
Place = tuple[float, float]


def bounds() -> tuple[float, float, float, float]:
    """West, south, east, north."""
    return (CENTRE[0] - HALF[0], CENTRE[1] - HALF[1], CENTRE[0] + HALF[0], CENTRE[1] + HALF[1])


def anywhere(dice: random.Random) -> Place:
    """A place in the city, denser towards its middle."""
    spread = [max(-1.0, min(1.0, dice.gauss(0, 0.45))) for _ in range(2)]
    return (CENTRE[0] + spread[0] * HALF[0], CENTRE[1] + spread[1] * HALF[1])


def city_map(part: str, seed: int = 1) -> dict[str, Any]:
    """Land, rivers, woods, roads, rail and names, or the buildings, as a GeoJSON collection."""
    dice = random.Random(seed)  # noqa: S311 - a made-up city
    land = [_land(), *_rivers(), *_woods(dice), *_roads(), _rail(), *_names()]
    features = land if part == "land" else _buildings(dice)
    return {"type": "FeatureCollection", "features": features}


def _feature(layer: str, kind: str, geometry: dict[str, Any], name: tuple[str, str] | None = None) -> dict[str, Any]:
    properties: dict[str, Any] = {"layer": layer, "class": kind}
    if name:
        properties |= {"name_en": name[0], "name_zh": name[1]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _polygon(ring: list[Place]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _land() -> dict[str, Any]:
    w, s, e, n = bounds()
    return _feature("land", "land", _polygon([(w - 1, s - 1), (e + 1, s - 1), (e + 1, n + 1), (w - 1, n + 1)]))


def _along(u: float, phase: float, tilt: float) -> Place:
    wave = 0.22 * math.sin(3.1 * u + phase) + 0.07 * math.sin(8.3 * u + phase)
    return (CENTRE[0] + (u * 2.6 - 1.3) * HALF[0], CENTRE[1] + (wave + tilt * (u - 0.5)) * HALF[1])


def _rivers() -> list[dict[str, Any]]:
    rivers = [(0.4, -0.9, 0.055, ("Long River", "长河")), (2.6, 1.5, 0.035, ("Clear River", "清江"))]
    return [_river(*river) for river in rivers]


def _river(phase: float, tilt: float, wide: float, name: tuple[str, str]) -> dict[str, Any]:
    middle = [_along(step / 80, phase, tilt) for step in range(81)]
    near = [(x, y + wide * HALF[1]) for x, y in middle]
    far = [(x, y - wide * HALF[1]) for x, y in reversed(middle)]
    return _feature("water", "river", _polygon([*near, *far]), name)


def _woods(dice: random.Random) -> list[dict[str, Any]]:
    return [_feature(layer, layer, _polygon(_blob(dice))) for layer in ["wood"] * 14 + ["park"] * 10]


def _blob(dice: random.Random) -> list[Place]:
    x, y = anywhere(dice)
    size = dice.uniform(0.03, 0.12) * HALF[1]
    turns = [2 * math.pi * step / 18 for step in range(18)]
    return [
        (x + size * 1.2 * dice.uniform(0.7, 1) * math.cos(t), y + size * dice.uniform(0.7, 1) * math.sin(t))
        for t in turns
    ]


def _roads() -> list[dict[str, Any]]:
    across = [_street(step, lambda a, b: (a, b)) for step in range(-14, 15)]
    along = [_street(step, lambda a, b: (b, a)) for step in range(-14, 15)]
    return across + along


def _street(step: int, turn: Any) -> dict[str, Any]:
    points: list[Place] = []
    for each in range(61):
        a, b = each / 30 - 1, step / 14 + 0.05 * math.sin(each / 7 + step)
        u, v = turn(a * 1.2, b)
        points.append((CENTRE[0] + u * HALF[0], CENTRE[1] + v * HALF[1]))
    major = step % 5 == 0
    name = (f"{step + 15}th Street", f"第{step + 15}街") if major else None
    return _feature("road", "primary" if major else "residential", {"type": "LineString", "coordinates": points}, name)


def _rail() -> dict[str, Any]:
    points = [(CENTRE[0] + (u / 20 - 1) * HALF[0], CENTRE[1] + 0.3 * math.sin(u / 9) * HALF[1]) for u in range(41)]
    return _feature("rail", "metro", {"type": "LineString", "coordinates": points})


def _buildings(dice: random.Random) -> list[dict[str, Any]]:
    return [_building(dice) for _ in range(3000)]


def _building(dice: random.Random) -> dict[str, Any]:
    x, y = anywhere(dice)
    w, h = dice.uniform(0.0001, 0.0005), dice.uniform(0.0001, 0.0004)
    return _feature("building", "house", _polygon([(x, y), (x + w, y), (x + w, y + h), (x, y + h)]))


def _names() -> list[dict[str, Any]]:
    names = [
        ("Old Town", "老城"),
        ("North Bank", "北岸"),
        ("Elm Hill", "榆山"),
        ("New Harbour", "新港"),
        ("West Gate", "西门"),
    ]
    places = [(0, 0.02), (-0.3, 0.55), (0.55, 0.4), (0.5, -0.5), (-0.6, -0.3)]
    return [_name(name, at) for name, at in zip(names, places, strict=True)]


def _name(name: tuple[str, str], at: Place) -> dict[str, Any]:
    place = [CENTRE[0] + at[0] * HALF[0], CENTRE[1] + at[1] * HALF[1]]
    return _feature("label", "district", {"type": "Point", "coordinates": place}, name)
