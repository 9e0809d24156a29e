"""Vehicles of the point-queue city neither vanish nor pass a red light."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.traffic.engine.control.layout import Crossing, Lane, Link, Movement, lay_out
from citywide.systems.traffic.engine.pointqueue.streets import Streets, Traffic

TWO = (Lane((Movement(),)), Lane((Movement(),)))
PAIR = lay_out([Crossing(TWO, ((2, 0), (0, 2)))] * 2, links=[Link(0, 2, 1.0, 18.0)])


def streets(arrivals, seed=1):
    return Streets(PAIR, Traffic(np.array(arrivals), np.ones(4)), seed)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 15), min_size=1, max_size=30), st.integers(0, 99))
def test_every_vehicle_is_on_a_street_or_gone(lights, seed):
    city = streets([0.3, 0.2, 0.1, 0.3], seed)
    for light in lights:
        for _ in range(10):
            city.step(np.array([bool(light >> at & 1) for at in range(4)]))
        inside = sum(map(len, city.lanes)) + sum(map(len, city.outside))
        assert city.born == inside + city.gone


def test_nobody_crosses_at_red_and_a_long_green_lets_a_queue_go_every_two_seconds():
    city = streets([0.5, 0.0, 0.0, 0.0])
    assert all(not len(city.step(np.zeros(4, bool)).crossed) for _ in range(60))
    crossed = sum(len(city.step(np.array([True, False, False, False])).crossed) for _ in range(22))
    assert crossed == 10  # 2 s to start, then one each 2 s


def test_a_full_street_downstream_lets_nobody_in():
    city = streets([0.5, 0.0, 0.0, 0.0])
    for _ in range(600):
        city.step(np.array([True, False, False, False]))
    assert len(city.lanes[2]) == 33
    assert city.gone == 0
