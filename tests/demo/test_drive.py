"""Crews of the simulated city drive around the roads that the hub names as closed."""

import numpy as np
import pytest

from citywide.demo.land import make_city
from citywide.hub.simulated.ways import Mover
from citywide.kit.geometry import Point


@pytest.fixture(scope="module")
def city():
    return make_city(2, 60_000)


@pytest.fixture
def far_apart(city):
    housing = city.plan.of_kind("housing")
    yield housing[0].at, max((place.at for place in housing), key=housing[0].at.distance_m)
    city.plan.streets.closed = ()


def nearest_m(way, place: Point) -> float:
    moments = np.linspace(0, way.takes_s, 2000)
    return min(way.at(float(moment)).distance_m(place) for moment in moments)


def test_the_way_leads_around_a_closed_road_and_takes_longer(city, far_apart):
    start, goal = far_apart
    straight = city.plan.streets.way(start, goal)
    middle = straight.at(straight.takes_s / 2)
    city.plan.streets.closed = (middle,)
    around = city.plan.streets.way(start, goal)
    assert nearest_m(straight, middle) < 1
    assert nearest_m(around, middle) > 25
    assert straight.takes_s < around.takes_s < 3 * straight.takes_s


def test_a_closed_road_is_where_its_own_crew_wants_to_be(city, far_apart):
    start, goal = far_apart
    free = city.plan.streets.way(start, goal)
    city.plan.streets.closed = (goal,)
    assert city.plan.streets.way(start, goal).takes_s == free.takes_s


def test_who_hears_of_it_on_the_way_turns_aside_and_still_arrives(city, far_apart):
    start, goal = far_apart
    way = city.plan.streets.way(start, goal)
    closed = way.at(0.75 * way.takes_s)
    crew = Mover(city.plan.streets, start)
    crew.leave_for(goal)
    crew.move(way.takes_s / 4)
    city.plan.streets.closed = (closed,)
    passed = []
    while crew.moving:
        crew.move(1.0)
        passed.append(crew.at.distance_m(closed))
    assert min(passed) > 25
    assert crew.at.distance_m(goal) < 1
