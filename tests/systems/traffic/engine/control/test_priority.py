"""Buses wait less, emergency vehicles find green, and whoever has passed changes nothing."""

import math

import numpy as np
import pytest

from citywide.systems.traffic.crossing.phases import VEHICLES, WALKS, crossing, guard
from citywide.systems.traffic.engine.control.controller import Controller, Seen, Shown
from citywide.systems.traffic.engine.control.layout import Crossing, Lane, Movement, lay_out
from citywide.systems.traffic.engine.control.priority import Priority, Request
from citywide.systems.traffic.engine.safety import GREEN, Safety, rules_of

CITY = lay_out([crossing(), crossing()])


def test_a_bus_makes_its_lane_weigh_more_from_shortly_before_it_comes_until_it_has_gone():
    priority = Priority(CITY)
    priority.check_in(Request("bus 7", 4, arrives_s=100.0))
    assert priority.weights(50.0).max() == 1.0
    assert np.flatnonzero(priority.weights(85.0) > 1).tolist() == [CITY.move_lane[4]]
    priority.check_out("bus 7")
    assert priority.weights(86.0).max() == 1.0


def test_a_lane_with_a_bus_is_served_before_a_longer_queue():
    one = lay_out(
        [Crossing((Lane((Movement(),)), Lane((Movement(),)), Lane((Movement(),))), ((2, 0, 0), (0, 2, 0), (0, 0, 2)))]
    )
    seen = Seen(np.array([1, 2, 2], np.int32), np.array([2.0, 2.0, 9.0]), np.zeros(3), np.zeros(0, np.int32))
    shown = Shown(np.array([0], np.int32), np.array([True]), np.array([30.0]))
    controller, priority = Controller(one), Priority(one)
    assert controller.decide(seen, shown) == [2]
    priority.check_in(Request("bus 7", 1, arrives_s=0.0))
    controller = Controller(one)
    controller.weight = priority.weights(0.0)
    assert controller.decide(seen, shown) == [1]


@pytest.mark.parametrize("movement", range(VEHICLES))
def test_an_emergency_vehicle_that_checks_in_in_time_finds_green(movement):
    priority, safety = Priority(CITY), Safety(rules_of([guard(), guard()]))
    calls, trusted = np.ones(2 * (VEHICLES + WALKS), bool), np.ones(2, bool)
    priority.check_in(Request("fire 1", VEHICLES + movement, arrives_s=80.0, emergency=True))
    for second in range(81):
        urgent = priority.urgent(float(second))
        assert urgent[0] == -1
        light = safety.step(np.array([second // 17 % 4] * 2, np.int32), trusted, calls, urgent)
    assert light[VEHICLES + WALKS + movement] == GREEN
    priority.check_out("fire 1")
    assert priority.urgent(81.0).tolist() == [-1, -1]


def test_of_two_emergencies_the_first_to_arrive_is_served_first():
    priority = Priority(CITY)
    priority.check_in(Request("late", 0, 15.0, emergency=True))
    priority.check_in(Request("early", 4, 10.0, emergency=True))
    assert priority.urgent(5.0)[0] == priority.phase_for(4)


def test_a_vehicle_that_never_checks_out_is_forgotten():
    priority = Priority(CITY)
    priority.check_in(Request("lost", 0, 10.0, emergency=True))
    assert priority.urgent(200.0).max() == -1
    assert not priority.waiting


def test_requests_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="accepted: 0 to 23"):
        Priority(CITY).check_in(Request("bus", 24, 0.0))
    with pytest.raises(ValueError, match="accepted: a time"):
        Priority(CITY).check_in(Request("bus", 0, math.nan))


def test_a_crossing_with_more_lanes_than_the_kernel_holds_is_refused():
    with pytest.raises(ValueError, match="crossing 0 has 65 lanes; accepted: at most 64"):
        lay_out([Crossing((Lane((Movement(),)),) * 65, ((2,) * 65,))])
