"""Lanes that are closed for a run take no way from any class of vehicle."""

import pytest

from benchmarks.traffic.sumo.classes import classes_of
from benchmarks.traffic.sumo.closures import lanes_to_close, ways_open
from benchmarks.traffic.sumo.roads import Connection, Roads

CARS, BUSES = frozenset({"passenger"}), frozenset({"bus"})


def roads(ways, classes):
    lanes = {lane for way in ways for lane in way}
    connections = tuple(Connection(a, b, "", "", -1) for a, b in ways)
    allowed = {lane: classes.get(lane, CARS | BUSES) for lane in lanes}
    return Roads(dict.fromkeys(lanes, 90.0), dict.fromkeys(lanes, 14.0), connections, {}, allowed)


def test_one_of_two_equal_lanes_may_be_closed():
    found = lanes_to_close(roads([("a_0", "b_0"), ("a_1", "b_0")], {}), 5, 1)
    assert found in (["a_0"], ["a_1"])


def test_the_only_lane_of_a_class_stays_open():
    two = roads([("a_0", "b_0"), ("a_1", "b_0")], {"a_0": BUSES, "a_1": CARS})
    assert lanes_to_close(two, 5, 1) == []


def test_the_lane_that_alone_leads_somewhere_stays_open():
    turns = roads([("a_0", "b_0"), ("a_1", "b_0"), ("a_1", "c_0")], {})
    assert {tuple(lanes_to_close(turns, 5, seed)) for seed in range(20)} == {("a_0",)}


def test_the_lane_that_alone_is_led_to_stays_open():
    widens = roads([("u_0", "a_0"), ("a_0", "b_0"), ("a_1", "b_0")], {})
    assert {tuple(lanes_to_close(widens, 5, seed)) for seed in range(20)} == {("a_1",)}


@pytest.mark.parametrize("seed", range(20))
def test_two_closures_together_leave_every_way_open(seed):
    crossed = roads([("u_0", "a_0"), ("u_1", "a_1"), ("a_0", "b_0"), ("a_1", "b_0")], {})
    closed = lanes_to_close(crossed, 9, seed)
    assert closed
    assert ways_open(crossed, closed) == ways_open(crossed, ())


@pytest.mark.parametrize(
    ("allow", "disallow", "cars", "buses"),
    [(None, None, True, True), ("bus", None, False, True), (None, "passenger tram", False, True),
     ("pedestrian", None, False, False), (None, "all", False, False), ("all", None, True, True)],
)  # fmt: skip
def test_the_classes_of_a_lane_are_read_as_the_network_tells_them(allow, disallow, cars, buses):
    found = classes_of(allow, disallow)
    assert ("passenger" in found, "bus" in found) == (cars, buses)
