"""Two who open cases at once wait for one another where it may be the same matter, and nowhere else."""

from concurrent.futures import Future, ThreadPoolExecutor
from math import asin, atan2, cos, degrees, radians, sin
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.hub import Entity, OpenCase, Point, Text
from citywide.hub.cases.turns import cells
from citywide.hub.testing import MORNING, TrialCity
from citywide.kit.geometry import EARTH_RADIUS_M

HOME, METRE = Point(106.5, 29.5), 1 / 111_195.0
GAUGES = [Entity(f"gauge/{name}", "gauge", name, HOME, "drainage") for name in ("elm", "oak")]
WAITING = "select from pg_locks where locktype = 'advisory' and not granted"
FAR = """
select count(*) as pairs from hub.cases one join hub.cases other on other.category = one.category and other.id > one.id
where hub.metres(one.lon, one.lat, other.lon, other.lat) <= %(metres)s
"""


def north(metres: float) -> Point:
    return Point(HOME.lon, HOME.lat + metres * METRE)


def off(place: Point, bearing: float, metres: float) -> Point:
    """Where one comes to by going so far in this direction."""
    lat, far, way = radians(place.lat), metres / EARTH_RADIUS_M, radians(bearing)
    there = asin(sin(lat) * cos(far) + cos(lat) * sin(far) * cos(way))
    turn = atan2(sin(way) * sin(far) * cos(lat), cos(far) - sin(lat) * sin(there))
    return Point((place.lon + degrees(turn) + 540) % 360 - 180, degrees(there))


PLACES = st.builds(Point, st.one_of(st.floats(-180, 180), st.floats(179.99, 180), st.floats(-180, -179.99)),
                   st.floats(-80, 80))  # fmt: skip
REACHES = st.sampled_from([5.0, 30.0, 80.0, 300.0])


@given(PLACES, st.floats(0, 360), st.floats(0, 1), REACHES)
def test_two_that_may_be_the_same_meet_in_a_cell_wherever_on_earth(place, bearing, share, metres) -> None:
    mine, theirs = set(cells(place, metres)), set(cells(off(place, bearing, share * metres), metres))
    assert mine & theirs
    assert len(mine) <= (4 if abs(place.lon) < 179 else 8)


@given(PLACES, st.floats(0, 360), st.floats(4, 100), REACHES)
def test_two_that_are_far_apart_meet_in_none(place, bearing, times, metres) -> None:
    assert not set(cells(place, metres)) & set(cells(off(place, bearing, times * metres), metres))


def opens(city: TrialCity, order: OpenCase) -> int:
    with city.hub.database.transaction() as connection:
        return city.hub.desk.open(connection, order, MORNING)


def pothole(place: Point | None = None, about: Entity | None = None) -> OpenCase:
    return OpenCase(Text("x", "x"), "pothole", about, place)


@pytest.mark.parametrize(("first", "second"), [
    (pothole(HOME), pothole(north(1000))),
    (pothole(HOME), pothole()),
    (pothole(), pothole()),
    (pothole(about=GAUGES[0]), pothole(about=GAUGES[1], place=north(1000))),
])  # fmt: skip
def test_nobody_waits_for_a_case_elsewhere(city: TrialCity, first: OpenCase, second: OpenCase) -> None:
    city.add(*GAUGES)
    with ThreadPoolExecutor(1) as other, city.hub.database.transaction() as connection:
        case = city.hub.desk.open(connection, first, MORNING)
        assert other.submit(opens, city, second).result(20) > case


@pytest.mark.parametrize(("first", "second"), [
    (pothole(HOME), pothole(north(25))),
    (pothole(about=GAUGES[0]), pothole(north(25))),
    (pothole(about=GAUGES[0], place=north(1000)), pothole(about=GAUGES[0])),
])  # fmt: skip
@pytest.mark.parametrize("kept", [True, False])
def test_the_same_matter_waits_and_is_one_case_if_the_first_stands(
    city: TrialCity, first: OpenCase, second: OpenCase, *, kept: bool
) -> None:
    city.add(*GAUGES)
    with ThreadPoolExecutor(1) as other:
        with city.hub.database.transaction() as connection:
            case = city.hub.desk.open(connection, first, MORNING)
            found: Future[int] = other.submit(opens, city, second)
            while not city.hub.database.rows(WAITING):
                assert not found.done()
            if not kept:
                connection.rollback()
        assert (found.result(20) == case) is kept


def test_whatever_two_sessions_open_at_once_no_two_cases_are_the_same_matter(city: TrialCity) -> None:
    metres, dice = city.hub.desk.categories["pothole"].merge_within_m, Random(7)
    places = [off(HOME, dice.uniform(0, 360), dice.uniform(0, 3 * metres)) for _ in range(60)]
    with ThreadPoolExecutor(2) as both:
        numbers = list(both.map(lambda place: opens(city, pothole(place)), places))
    assert len(set(numbers)) > 1
    assert city.hub.database.rows(FAR, {"metres": metres}) == [{"pairs": 0}]
