"""Nobody is sent along a closed road while there is another way, and whoever is sent around it is told so."""

import heapq
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from citywide.hub import OpenCase, Point, Text
from citywide.hub.dispatch.roads import DETOUR_S, Roads, Travel, load_roads, make_roads
from citywide.hub.testing import MORNING, TrialCity
from citywide.kit.geometry import metres_from_lines
from tests.hub.dispatch.test_choose import KIND, Known, put

Streets = tuple[int, list[tuple[int, int, int]]]
SIDE = 0.01  # degrees between the crossings of a grid


def at(node: int) -> Point:
    """The crossings lie in rows of four."""
    return Point(106.5 + SIDE * (node % 4), 29.5 + SIDE * (node // 4))


def roads_of(count: int, streets: list[tuple[int, int, int]]) -> Roads:
    places = [at(node) for node in range(count)]
    start, end, seconds = (np.array(column) for column in zip(*streets, strict=True))
    lon, lat = np.array([place.lon for place in places]), np.array([place.lat for place in places])
    return make_roads(lon, lat, start, end, seconds.astype(float))


def quickest(streets: list[tuple[int, int, int]], start: int, goal: int, closed: set[int]) -> float:
    """The obvious search: from crossing to crossing, the nearest first."""
    waiting, done = [(0.0, start)], set[int]()
    while waiting:
        spent, here = heapq.heappop(waiting)
        if here == goal:
            return spent
        if here in done:
            continue
        done.add(here)
        for begin, end, seconds in streets:
            if begin == here:
                heapq.heappush(waiting, (spent + seconds + DETOUR_S * bool({begin, end} & closed), end))
    return float("inf")


@st.composite
def streets(draw: st.DrawFn) -> Streets:
    """Streets between neighbours of a grid, each way with its own seconds."""
    count = 4 * draw(st.integers(2, 4))
    beside = [(node, node + 1) for node in range(count) if node % 4 < 3]
    above = [(node, node + 4) for node in range(count - 4)]
    both = [pair for one, two in (*beside, *above) for pair in ((one, two), (two, one))]
    kept = draw(st.lists(st.sampled_from(both), min_size=1, unique=True))
    return count, [(one, two, draw(st.integers(1000, 3000))) for one, two in kept]


@given(city=streets(), start=st.integers(0, 7), goal=st.integers(0, 7), closed=st.sets(st.integers(0, 7), max_size=3))
def test_the_way_around_is_the_one_that_an_obvious_search_finds(
    city: Streets, start: int, goal: int, closed: set[int]
) -> None:
    count, known = city
    travel = Travel(roads_of(count, known)).around([at(node) for node in closed], at(goal))
    expected = quickest(known, start, goal, closed - {goal})
    if np.isfinite(expected):
        assert travel.seconds_to(at(goal), [at(start)]).item() == pytest.approx(expected)
    assert travel.closed == len(closed - {goal})


@given(st.tuples(*[st.floats(-0.01, 0.01)] * 4))
def test_the_distance_to_a_street_is_that_to_the_nearest_of_many_points_along_it(ends: tuple[float, ...]) -> None:
    here, (west, south, east, north) = Point(106.5, 29.5), ends
    start, end = np.array([[106.5 + west, 29.5 + south]]), np.array([[106.5 + east, 29.5 + north]])
    along = [Point(*(start[0] + share * (end[0] - start[0]))) for share in np.linspace(0, 1, 400)]
    nearest = min(here.distance_m(point) for point in along)
    assert metres_from_lines(here, start, end).item() == pytest.approx(nearest, abs=8)


@pytest.fixture
def one_long_street(tmp_path: Path) -> Travel:
    """Six crossings in a row, a minute from each to the next, as a city keeps its roads."""
    lon = 106.5 + SIDE * np.arange(6)
    start, end = np.array([*range(5), *range(1, 6)]), np.array([*range(1, 6), *range(5)])
    file = tmp_path / "roads.npz"
    np.savez(file, lon=lon, lat=np.full(6, 29.5), start=start, end=end, seconds=np.full(10, 60))
    return Travel(load_roads(file))


def test_a_crew_behind_the_closed_road_is_passed_over_for_one_with_a_free_way(
    lasting_city: TrialCity, one_long_street: Travel
) -> None:
    desk, goal = structs.replace(lasting_city.hub.desk, travel=one_long_street), at(2)
    two_minutes_west, three_minutes_east = (Known(east, 0, True, 1, ("pump",), 1, None) for east in (0, 5))
    with lasting_city.hub.database.transaction() as connection:
        put(connection, [two_minutes_west, three_minutes_east])
        before = desk.nearest(connection, KIND, goal, {}, MORNING)
        case = desk.open(connection, OpenCase(Text("Close it", "封闭"), "closed_road", place=at(1)), MORNING)
        during = desk.nearest(connection, KIND, goal, {}, MORNING)
        at_the_water = desk.nearest(connection, KIND, at(1), {}, MORNING)
        desk.close(connection, case, MORNING, "wen")
        after = desk.nearest(connection, KIND, goal, {}, MORNING)
        connection.rollback()
    sent = [unit.entity if unit else None for unit in (before, during, at_the_water)]
    assert sent == [f"{KIND}/0", f"{KIND}/1", f"{KIND}/0"]
    assert during
    assert during.because == Text(
        "nearest of 2 free (2 known): about 3 min away, around 1 closed road",
        "2 支力量中 2 支空闲，此支最近，约 3 分钟到达（已避开 1 处封闭道路）",
    )
    assert after == before


def test_whoever_has_a_way_there_goes_before_the_nearer_one_beyond_the_river() -> None:
    """Two banks without a bridge; a crew alone in the city still goes."""
    roads = roads_of(4, [(0, 1, 60), (1, 0, 60), (2, 3, 600), (3, 2, 600)])
    beyond, with_a_way = Travel(roads).seconds_to(at(2), [at(1), at(3)])
    assert with_a_way < beyond < np.inf


def test_of_two_roads_between_the_same_crossings_the_quicker_is_driven() -> None:
    lon, lat = np.array([106.5, 106.6]), np.full(2, 29.5)
    roads = make_roads(lon, lat, np.array([0, 0, 1]), np.array([1, 1, 0]), np.array([700.0, 300.0, 500.0]))
    assert roads.seconds.toarray().tolist() == [[0, 300], [500, 0]]
