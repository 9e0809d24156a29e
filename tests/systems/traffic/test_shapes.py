"""Crossings of any shape: three arms, three phases, their own detectors; facts that cannot be are refused by name."""

from datetime import timedelta

import numpy as np
import pytest

from citywide.hub import Entity, Point, Reading
from citywide.hub.database.queries import queries_of
from citywide.hub.people.who import Who
from citywide.hub.screens.data import queries_of_widget, sheet
from citywide.hub.testing import MORNING, TrialCity
from citywide.systems.traffic import SYSTEM, duties
from citywide.systems.traffic.crossing.facts import ShapeError
from citywide.systems.traffic.crossing.shapes import ORDINARY, shape_of
from citywide.systems.traffic.duties.judged import MEASURES
from citywide.systems.traffic.duties.measures import detectors_of, measured
from citywide.systems.traffic.engine.measures import Events
from citywide.systems.traffic.interfaces.map import ELSEWHERE, Connection, read_map, write_map
from citywide.systems.traffic.signals import maps_of, spats_of
from citywide.systems.traffic.timetables import usual_schedule

DESK = Who("desk", roles=("officer",), departments=("traffic",))
SOUTH, WEST, NORTH = 90.0, 0.0, 270.0  # where its vehicles head; there is no arm to the east
TEE = Entity("crossing/tee", "crossing", "Tee", Point(106.5, 29.5), "traffic",
             {"number": 41, "phases": [[1, 3], [2], [4, 5]], "through": 1})  # fmt: skip
LANES = (
    {"lane": 1, "group": 1, "heading": SOUTH, "turns": "through"},
    {"lane": 2, "group": 2, "heading": SOUTH, "turns": "left", "advance": 52, "presence": 62},
    {"lane": 3, "group": 1, "heading": NORTH, "turns": "through, right"},
    {"lane": 4, "group": 4, "heading": WEST, "turns": "left"},
    {"lane": 5, "group": 4, "heading": WEST, "turns": "right"},
)

WALK = Entity("detector/tee-9", "detector", "Walk", None, "traffic",
              {"crossing": "tee", "walk": 9, "crosses": [SOUTH, 180.0]})  # fmt: skip


def lane(facts: dict) -> Entity:
    facts = facts | {"crossing": "tee", "aside_m": 2.0}
    return Entity(f"detector/tee-{facts['lane']}", "detector", f"Lane {facts['lane']}", None, "traffic", facts)


def event(second: float, code: int, parameter: int) -> Reading:
    return Reading(TEE.id, "signal_event", MORNING + timedelta(seconds=second), code * 32768 + parameter)


def an_hour() -> list[Reading]:
    """Group 2 is green for 20 s in each 100 s; a vehicle comes over its own advance loop, number 52, in the red."""
    cycle = [(0, 1, 2), (20, 8, 2), (23, 10, 2), (60, 82, 52), (60, 81, 52)]
    return [event(start + at + place / 100, code, parameter)
            for start in range(0, 1800, 100) for place, (at, code, parameter) in enumerate(cycle)]  # fmt: skip


def test_a_three_arm_crossing_gets_plans_measures_spat_and_map(city: TrialCity) -> None:
    city.add(TEE, *map(lane, LANES), WALK)
    city.clock.set(MORNING + timedelta(minutes=30))
    city.send(*an_hour(), *(Reading(f"detector/tee-{group}", "light", MORNING + timedelta(seconds=1790), light)
                            for group, light in ((1, 0), (2, 2), (4, 3), (9, 3))))  # fmt: skip
    city.settle()
    duties.choose_plans(city.hub)
    (row,) = city.hub.database.rows("select told from traffic.plan_choice")
    assert row["told"]["splits_s"] == [31, 16, 31]
    duties.measure(city.hub)
    found = city.hub.database.rows("select distinct phase, value from traffic.measure where name = 'arrivals_on_green'")
    assert found == [{"phase": 2, "value": 0.0}]
    rows = city.hub.database.rows(queries_of(SYSTEM.folder)["lanes_of_crossings"], {"crossing": TEE.id})
    (spat,) = spats_of(rows, MORNING + timedelta(minutes=30))
    assert {movement.group: movement.event.value for movement in spat.movements} == {
        1: "stop-And-Remain", 2: "protected-Movement-Allowed", 4: "protected-clearance",
        9: "protected-clearance"}  # fmt: skip
    (told,), refused = read_map(write_map(maps_of(rows)))
    assert refused == ()
    exits = {one.number: one.nodes_m[-1] for one in told.lanes if one.kind == "vehicle" and not one.enters}
    leads = {one.number: [(exits[way.to_lane], way.group) for way in one.connects] for one in told.lanes if one.enters}
    south, west, north = (-2.0, -200.0), (-200.0, 2.0), (2.0, 200.0)
    (crosswalk,) = [one for one in told.lanes if one.kind == "crosswalk"]
    assert crosswalk.nodes_m == ((3.75, -11.0), (-3.75, -11.0))
    assert crosswalk.connects == (Connection(ELSEWHERE, 9),)
    assert leads == {1: [(north, 1)], 2: [(west, 2)], 3: [(south, 1), (west, 1)], 4: [(north, 4)], 5: [(south, 4)]}


def half_an_hour() -> Events:
    """Cycles of a minute: phase 2 is called, served and maxes out; walkers push; one runs the red; help comes."""
    cycle = [(0, 43, 2), (5, 90, 2), (20, 1, 2), (20, 21, 2), (21, 44, 2), (30, 22, 2), (40, 5, 2), (40, 7, 2),
             (40, 8, 2), (43, 9, 2), (43, 10, 2), (44, 11, 2), (45, 82, 62), (46, 81, 62), (50, 82, 52),
             (51, 81, 52)]  # fmt: skip
    rows = [(60 * n + at, code, number) for n in range(45) for at, code, number in cycle]
    rows += [(100, 102, 1), (130, 104, 1), (200, 112, 3), (240, 115, 3), (400, 82, 99)]
    seconds, code, number = zip(*rows, strict=True)
    return Events.of(np.array(seconds) * 1000, np.full(len(rows), 7), code, number)


def test_everything_that_a_controller_logs_is_measured_by_phase_and_quarter() -> None:
    shape = shape_of(7, TEE.id, TEE.facts, [dict(one) for one in LANES])
    found = list(measured(half_an_hour(), detectors_of([shape])))
    at = {(row["name"], row["phase"], row["time"].minute): row["value"] for row in found}
    expected = {
        ("max_outs", 2, 15): 15, ("max_outs_in_a_row", 2, 0): 45, ("over_red", 2, 15): 15, ("split_monitor", 2, 15): 20,
        ("pedestrian_delay", 2, 15): 15, ("pedestrians", 2, 15): 15, ("phase_wait", 2, 15): 20,
        ("arrivals_on_green", 2, 15): 0, ("approach_delay", 2, 15): 30, ("approach_volume", 2, 15): 60,
        ("preempt_requests", 1, 0): 1, ("cycles", 2, 15): 15, ("priority_helped", 3, 0): 0,
        ("preemptions", 1, 1): 30, ("priority_services", 3, 3): 40, ("stuck_detectors", 99, 6): 2291,
    }  # fmt: skip
    assert {key: at.get(key) for key in expected} == pytest.approx(expected)
    assert {name for name, *_ in at} <= set(MEASURES)


def test_volumes_of_a_mixed_street_give_each_crossing_a_split_for_each_of_its_phases(city: TrialCity) -> None:
    along = {"corridor": "high street", "travel_s": 20}
    plain = Entity("crossing/x", "crossing", "Plain", Point(106.51, 29.5), "traffic", along | {"along": 1})
    tee = Entity(TEE.id, "crossing", "Tee", TEE.place, "traffic", {**TEE.facts, **along, "along": 0})
    lanes = [
        Entity(f"detector/x-{one['lane']}", "detector", "x", None, "traffic", one | {"crossing": "x"})
        for one in ORDINARY
    ]
    city.add(tee, plain, *map(lane, LANES), *lanes)
    with city.hub.database.transaction() as connection:
        connection.execute(COUNTED, {"day": MORNING})
    duties.derive_plans(city.hub)
    found = city.hub.database.rows(SPLITS)
    assert found == [{"id": "crossing/tee", "phases": 3}, {"id": "crossing/x", "phases": 4}]


COUNTED = """
    insert into traffic.volume (lane, quarter, vph)
    select entity.number, date_trunc('day', %(day)s::timestamptz) - ago * interval '1 day'
        + step * interval '15 minutes', 100 + 3 * step
    from hub.entity cross join generate_series(0, 95) step cross join generate_series(1, 9) ago where kind = 'detector'
"""
SPLITS = """
    select distinct entity.id, cardinality(splits_s) as phases
    from traffic.timetable join hub.entity on number = crossing order by 1
"""


def test_a_crossing_without_a_word_of_its_phases_is_the_ordinary_one_or_goes_arm_by_arm() -> None:
    ordinary = shape_of(1, "crossing/1", {}, ORDINARY)
    plans = usual_schedule(ordinary).plans
    assert [plans[name].splits_s for name in plans] == [(18, 12, 18, 12), (28, 16, 28, 16), (31, 16, 31, 16)]
    arms = shape_of(2, "crossing/2", {}, LANES)
    assert arms.phases == ((0, 1), (2,), (3, 4))


@pytest.mark.parametrize(
    ("facts", "lanes", "says"),
    [
        ({"phases": [[1, 3], [2]]}, LANES, "phases: [4, 5]; accepted: each of its lanes [1, 2, 3, 4, 5]"),
        ({"phases": "two"}, LANES, "accepted: a list of lanes for each phase"),
        ({"phases": [[[1]], [2]]}, LANES, "accepted: a list of lanes for each phase"),
        ({"phases": [[1]], "through": 2}, LANES[:1], "through: 2; accepted: a phase from 1 to 1"),
        ({}, [{"lane": 1, "turns": "back"}], "lane 1, turns: 'back'; accepted: left, through, right"),
        ({}, [{"lane": 1, "presence": "loop"}], "presence: 'loop'; accepted: a whole number"),
        ({}, [{"lane": 1}, {"lane": 1}], "each lane once"),
        ({"yellow_s": "short"}, LANES[:1], "yellow_s: 'short'; accepted: a whole number"),
        ({"min_green_s": 90}, LANES, "282 s to serve everybody once'; accepted: at most 240 s"),
        ({}, [{"lane": 1, "exits": "north"}], "exits: None; accepted: a number from -360 to 360"),
        ({}, [{"lane": 1, "aside_m": 1e9}], "aside_m: 1000000000.0; accepted: a number from -60 to 60"),
    ],
)
def test_facts_that_cannot_be_are_refused_with_what_is_accepted(facts, lanes, says) -> None:
    with pytest.raises(ShapeError) as refused:
        shape_of(1, "crossing/1", facts, lanes)
    assert says in str(refused.value)


NONSENSE: list[object] = ["north", [], {"x": 1}, True, -1, 1e300, None]


@pytest.mark.slow
def test_facts_of_which_no_sense_can_be_made_take_no_page_and_no_door_down(city: TrialCity) -> None:
    facts = {"phases", "through", "connected", "number", "corridor", "along", "travel_s", "lane", "heading", "aside_m",
             "turns", "exits", "group", "advance", "presence", "walk", "crosses", "on_shift", "role", "signal",
             "min_green_s", "yellow_s", "all_red_s", "walk_s", "walk_clears_s"}  # fmt: skip
    kinds = {"crossing": "bad-{}", "detector": "bad-{}-1", "traffic_officer": "bad-{}", "priority_vehicle": "bad-{}"}
    city.add(
        *(
            Entity(f"{kind}/{name.format(n)}", kind, "x", Point(106.5, 29.5), "traffic",
                   {name: NONSENSE[(n + k) % len(NONSENSE)] for k, name in enumerate(sorted(facts))}
                   | {"crossing": f"bad-{n}"})
            for kind, name in kinds.items() for n in range(len(NONSENSE))
        ),
        TEE, *map(lane, LANES), WALK,
    )  # fmt: skip
    city.send(Reading("detector/tee-2", "light", MORNING, 2), Reading("detector/bad-0-1", "light", MORNING, 2))
    city.settle()
    for page in SYSTEM.pages:
        for number in range(len(page.widgets)):
            for query in queries_of_widget(page, number):
                assert sheet(city.hub.database, DESK, SYSTEM, query, city.clock.now()).rows is not None
    for one in SYSTEM.schedules:
        one.run(city.hub)
    rows = city.hub.database.rows(queries_of(SYSTEM.folder)["lanes_of_crossings"], {"crossing": None})
    assert [one.crossing for one in maps_of(rows)] == [41]
    assert [one.crossing for one in spats_of(rows, MORNING)] == [41]
