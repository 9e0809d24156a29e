"""Districts, and the places in them that people and devices speak of."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from citywide.demo.land.names import name_stream, with_suffix
from citywide.demo.land.pieces import BRIDGE, MOTORWAY, PRIMARY, TUNNEL
from citywide.demo.land.relief import QUARTERS, Relief, lon_lat
from citywide.demo.land.streets import Streets
from citywide.hub.simulated.twin import Place
from citywide.kit.geometry import Point
from citywide.kit.text import Text

Array = NDArray[np.float64]


class Districts(NamedTuple):
    """Districts by id, with their middles in metres."""

    ids: tuple[str, ...]
    names: tuple[Text, ...]
    middle: Array

    def of(self, xy: Array) -> NDArray[np.int64]:
        """The number of the district of each place."""
        return np.asarray(KDTree(self.middle).query(xy)[1], np.int64)

    def named(self) -> Mapping[str, Text]:
        """Names by id."""
        return dict(zip(self.ids, self.names, strict=True))


class Sort(NamedTuple):
    """A sort of place: one for so many people, its words, how far apart, where it likes to be."""

    kind: str
    people: int
    least: int
    most: int
    en: str
    zh: str
    apart_m: float
    facts: Mapping[str, tuple[float, float]]


SORTS = (
    Sort("underpass", 25_000, 8, 300, "Underpass", "下穿道", 420, {}),
    Sort("hospital", 45_000, 3, 220, "Hospital", "医院", 500, {"beds": (80, 1600)}),
    Sort("school", 9000, 6, 900, "School", "学校", 200, {"pupils": (300, 2600)}),
    Sort("housing", 6000, 10, 1500, "Gardens", "小区", 150, {"homes": (200, 2400), "floors": (6, 33)}),
    Sort("crossing", 14_000, 8, 600, "Crossing", "路口", 200, {}),
    Sort("depot", 65_000, 4, 120, "Depot", "抢险站", 700, {}),
    Sort("rain_station", 40_000, 5, 250, "Weather Station", "气象站", 700, {}),
)


def make_districts(rng: np.random.Generator, relief: Relief, population: int) -> Districts:
    """Districts about the quarters; the smallest city has four."""
    count = int(np.clip(round(3 + population / 250_000), 4, len(QUARTERS)))
    names = name_stream(np.random.default_rng(rng.integers(1 << 32)))
    middle = np.array([quarter[0] for quarter in QUARTERS[:count]]) * relief.reach
    chosen = [Text("Yuzui", "渝嘴"), *(next(names) for _ in range(count - 1))]
    titles = [with_suffix(name, "District", "区") for name in chosen]
    ids = tuple(name.en.split()[0].lower().replace("'", "") for name in titles)
    return Districts(ids, tuple(titles), middle)


def make_places(
    rng: np.random.Generator, relief: Relief, streets: Streets, districts: Districts, population: int
) -> list[Place]:
    """Every named place of the city."""
    names = name_stream(np.random.default_rng(rng.integers(1 << 32)))
    found: list[Place] = []
    for sort in SORTS:
        count = int(np.clip(population / sort.people, sort.least, sort.most))
        score = _liking(rng, sort.kind, relief, streets)
        chosen = _spread(streets.xy, score, count, sort.apart_m * min(1, relief.reach / 9000))
        found += _named(rng, sort, streets.xy[chosen], districts, names)
    return found


def stations(line: Array, relief: Relief, districts: Districts, rng: np.random.Generator) -> Iterator[Place]:
    """Stations along a railway, every twelve hundred metres on dry land."""
    names = name_stream(np.random.default_rng(rng.integers(1 << 32)))
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.searchsorted(along, np.arange(600, along[-1] - 300, 1250))
    good = line[at][(relief.bank_m(line[at]) > 60) & (relief.built(line[at]) > 0.15)]
    sort = Sort("station", 0, 0, 0, "Station", "站", 0, {"passengers": (4000, 60_000)})
    yield from _named(rng, sort, good, districts, names)


def _named(rng: np.random.Generator, sort: Sort, xy: Array, districts: Districts, names: Iterator[Text]) -> list[Place]:
    degrees, where = lon_lat(xy), districts.of(xy)
    return [
        Place(
            sort.kind, with_suffix(next(names), sort.en, sort.zh), Point(*np.round(at, 6).tolist()),
            districts.ids[number],
            {name: float(round(rng.uniform(*span))) for name, span in sort.facts.items()},
        )
        for at, number in zip(degrees, where.tolist(), strict=True)
    ]  # fmt: skip


def _liking(rng: np.random.Generator, kind: str, relief: Relief, streets: Streets) -> Array:
    """How well each crossing suits a sort of place; -inf where it cannot be."""
    built = relief.built(streets.xy)
    major = _touches(streets, (streets.kind >= PRIMARY) & (streets.kind <= MOTORWAY))
    over = _touches(streets, np.isin(streets.kind, (BRIDGE, TUNNEL, MOTORWAY)))
    chance = rng.gumbel(0, 0.35, len(built))
    if kind == "underpass":
        low = -relief.height_m(streets.xy) / 250
        return np.where(major & ~over & (built > 0.12), low + built + chance, -np.inf)
    if kind == "crossing":
        return np.where(major & ~over & (built > 0.15), 2 * built + chance, -np.inf)
    return np.where((built > 0.15) & ~over, 1.5 * built - 0.5 * major + 1.6 * chance, -np.inf)


def _touches(streets: Streets, which: NDArray[np.bool_]) -> NDArray[np.bool_]:
    touched = np.zeros(len(streets.xy), bool)
    touched[streets.start[which]] = touched[streets.end[which]] = True
    return touched


def _spread(xy: Array, score: Array, count: int, apart: float) -> list[int]:
    """The best places that keep their distance."""
    finder, free, chosen = KDTree(xy), np.isfinite(score), list[int]()
    for place in np.argsort(-score).tolist():
        if len(chosen) == count or not np.isfinite(score[place]):
            break
        if free[place]:
            chosen.append(place)
            free[finder.query_ball_point(xy[place], apart)] = False
    return chosen
