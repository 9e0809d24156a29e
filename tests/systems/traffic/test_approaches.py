"""A bus that only tells where it is is let through all the same."""

from datetime import timedelta

from citywide.hub import Entity, Point, Reading
from citywide.hub.testing import MORNING, TrialCity
from citywide.systems.traffic import duties
from citywide.systems.traffic.approaches import Stop, drives, next_ask
from citywide.systems.traffic.crossing.shapes import shape_of
from citywide.systems.traffic.packing import Ask

LANES = [{"lane": 1, "heading": 0.0, "turns": "left"}, {"lane": 2, "heading": 0.0}, {"lane": 3, "heading": 90.0}]
HERE = Point(106.55, 29.56)
CROSSING = Entity("crossing/07", "crossing", "Crossing 7", HERE, "traffic", {"number": 7})
ARMS = [
    Entity(f"detector/07-{facts['lane']}", "detector", "Lane", HERE, "traffic", {"crossing": "07", **facts})
    for facts in LANES
]
BUS = Entity("priority_vehicle/bus-9", "priority_vehicle", "Bus 9", None, "traffic", {"role": "bus"})
METRE = 1 / 96_714  # degrees of longitude here


def west(metres: float) -> Point:
    return Point(HERE.lon - metres * METRE, HERE.lat)


STOP = Stop(7, HERE, shape_of(7, "crossing/07", {}, LANES))


def test_a_bus_asks_the_crossing_ahead_for_the_lane_that_goes_straight_on() -> None:
    assert next_ask(west(300), west(200), 10, [STOP]) == Ask(7, 2, 20)


def test_a_crossing_behind_or_beside_or_far_ahead_is_not_asked() -> None:
    assert next_ask(west(-10), west(-60), 10, [STOP]) is None
    assert next_ask(Point(HERE.lon - 0.001, HERE.lat), Point(HERE.lon - 0.001, HERE.lat + 0.001), 10, [STOP]) is None
    assert next_ask(west(800), west(700), 10, [STOP]) is None


def test_a_bus_at_a_red_light_stands() -> None:
    assert drives(west(300), west(200), 10)
    assert not drives(west(20), west(18), 10)


def test_a_bus_on_the_map_asks_keeps_its_request_while_it_stands_and_takes_it_back_when_past(city: TrialCity) -> None:
    city.add(CROSSING, *ARMS, BUS)
    states = []
    for second, away in ((0, 300), (10, 200), (20, 20), (30, 20), (40, -60)):
        at = MORNING + timedelta(seconds=second)
        city.clock.set(at)
        city.send(Reading(BUS.id, "position_lon", at, west(away).lon))
        city.send(Reading(BUS.id, "position_lat", at, HERE.lat))
        duties.ask_for_buses(city.hub)
        states.append(city.hub.database.rows("select state, lane, arrives from traffic.priority"))
    assert states[0] == []
    assert [[row["state"] for row in rows] for rows in states[1:]] == [["asked"], ["asked"], ["asked"], ["passed"]]
    assert (states[1][0]["lane"], states[1][0]["arrives"]) == (2, MORNING + timedelta(seconds=30))
