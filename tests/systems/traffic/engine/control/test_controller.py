"""The controller alone on plain arrays, and against simple rules on the point-queue city."""

from dataclasses import replace

import numpy as np
import pytest

from citywide.systems.traffic.engine.control.controller import Controller, Seen, Shown
from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.layout import Crossing, Feed, Lane, Link, Movement, lay_out
from citywide.systems.traffic.engine.control.rates import late_of, rate_of
from citywide.systems.traffic.engine.pointqueue.streets import Streets, Traffic
from citywide.systems.traffic.engine.safety import Guard, Safety, rules_of

FOUR = tuple(Lane((Movement(),)) for _ in range(4))
PHASES = ((2, 2, 0, 0), (0, 0, 2, 2))
ONE = Crossing(FOUR, PHASES)
GUARD = Guard(PHASES, tuple((a, b) for a in (0, 1) for b in (2, 3)), (5,) * 4, (3,) * 4, (0,) * 4,
              ((0, 30), (1, 30)))  # fmt: skip


def seen(*vehicles, crossed=(), dark=None):
    table = np.array(vehicles, float).reshape(-1, 3)
    return Seen(
        table[:, 0].astype(np.int32),
        table[:, 1].copy(),
        table[:, 2].copy(),
        np.array(crossed, np.int32),
        dark,
    )


def shown(phase=0, settled=True, green_s=20.0):
    return Shown(np.array([phase], np.int32), np.array([settled]), np.array([green_s]))


def test_an_empty_street_gives_way_to_the_one_where_cars_stand():
    waiting = [(2, 3.0 + 7 * at, 0.0) for at in range(4)]
    assert Controller(lay_out([ONE])).decide(seen(*waiting), shown()) == [1]


def test_nobody_waiting_leaves_the_lights_as_they_are():
    assert Controller(lay_out([ONE])).decide(seen(), shown(1)) == [1]


def test_a_platoon_about_to_arrive_is_not_cut_for_a_single_car():
    platoon = [(lane, 15.0 + 14 * at, 13.9) for lane in (0, 1) for at in range(6)]
    assert Controller(lay_out([ONE])).decide(seen(*platoon, (2, 3.0, 0.0)), shown()) == [0]


def test_no_change_is_asked_for_before_the_minimum_green():
    waiting = [(2, 3.0 + 7 * at, 0.0) for at in range(9)]
    assert Controller(lay_out([ONE])).decide(seen(*waiting), shown(green_s=3.0)) == [0]


def test_at_a_slower_cadence_what_was_decided_stands_until_the_next_decision():
    slow, many = Controller(lay_out([ONE]), Habits(cadence_s=10)), [(2, 3.0 + 7 * at, 0.0) for at in range(9)]
    asked = [int(slow.decide(seen(*(many if second else [])), shown())[0]) for second in range(11)]
    assert asked == [0] * 10 + [1]


def test_neighbours_are_told_of_no_departure_before_the_next_decision():
    """Nobody is there at the decision; a second later many wait at red: nine more go by, and three of yellow."""
    slow = Controller(lay_out([ONE, ONE], links=[Link(2, 4, 1.0, 30.0)]), Habits(cadence_s=10))
    two = Shown(np.zeros(2, np.int32), np.array([True, True]), np.full(2, 20.0))
    for vehicles in ([], [(2, 3.0 + 7 * at, 0.0) for at in range(9)]):
        slow.decide(seen(*vehicles), two)
    assert np.flatnonzero(slow._planned[4])[0] >= 30 + 9 + 3


@pytest.mark.parametrize(("amber_s", "leave"), [(0, 0), (1, 1)])
def test_who_is_too_near_to_stop_leaves_in_the_first_second_of_yellow(amber_s, leave):
    """Lane 0 has its first vehicle at the line when the lights change for the many of lanes 2 and 3."""
    controller = Controller(lay_out([ONE, ONE], links=[Link(0, 4, 1.0, 30.0)]), Habits(amber_s=amber_s))
    two = Shown(np.zeros(2, np.int32), np.array([True, True]), np.full(2, 20.0))
    many = [(lane, 3.0 + 7.5 * at, 0.0) for lane in (2, 3) for at in range(9)]
    controller.known.on[0] = 20.0
    assert controller.decide(seen((0, 3.0, 0.0), *many), two)[0] == 1
    assert (controller._planned[4, 30] > 0) == leave


def test_vehicles_on_a_street_upstream_of_a_short_lane_count():
    layout = lay_out([ONE], feeds=[Feed(4, 2, 1.0, 30.0)])
    waiting = [(4, 5.0 + 7 * at, 0.0) for at in range(5)]
    assert Controller(layout).decide(seen(*waiting), shown()) == [1]


def test_a_first_vehicle_that_wants_red_makes_its_lane_useless_to_this_phase():
    """Lane 0 goes straight in phase 0 and left in phase 1; after 4 s of standing at green it wants left."""
    shared = (Lane((Movement(), Movement())), Lane((Movement(),)))
    layout = lay_out([Crossing(shared, ((2, 0, 0), (0, 2, 0), (0, 0, 2)))])
    controller = Controller(layout)
    line = [(0, 2.0 + 7 * at, 0.0) for at in range(4)]
    asked = [int(controller.decide(seen(*line), shown(0, green_s=s))[0]) for s in range(1, 12)]
    assert asked[0] == 0
    assert asked[-1] == 1


def sent_of_three(first):
    """Departures planned of three who stand in a lane of which the one phase serves a way that 60 % want."""
    shared = Crossing((Lane((Movement(), Movement())),), ((2, 0),))
    controller = Controller(lay_out([shared], links=[Link(0, 0, 1.0, 30.0)]))
    known = controller.known
    known.turns[:], known.front[:] = (60.0, 40.0), (first, 1.0 - first)
    controller.decide(seen(*[(0, 3.0 + 7 * at, 0.0) for at in range(3)]), shown())
    return controller._sent[0].sum()


def test_a_phase_for_a_part_of_a_lane_sends_those_before_the_first_who_may_not_go():
    """The first goes with 60 %, the first two with 36 %, all three with 22 %; it may be known what the first wants."""
    assert sent_of_three(first=0.6) == pytest.approx(0.6 + 0.36 + 0.216)
    assert sent_of_three(first=1.0) == pytest.approx(1.0 + 0.6 + 0.36)
    assert sent_of_three(first=0.0) == 0


def test_who_stands_at_a_green_line_is_believed_by_degrees_to_want_otherwise():
    """Half go either way; each second of standing at the green for one halves the odds of that one."""
    shared = (Lane((Movement(), Movement())), Lane((Movement(),)))
    controller = Controller(lay_out([Crossing(shared, ((2, 0, 0), (0, 2, 0), (0, 0, 2)))]))
    for second in range(1, 6):
        controller.decide(seen((0, 2.0, 0.0)), shown(0, green_s=second))
    assert controller.known.front[:2] == pytest.approx([1 / 9, 8 / 9])
    controller.decide(seen((0, 7.0, 3.0), crossed=[0]), shown(0, green_s=6))
    assert controller.known.front[0] == pytest.approx(2 / 3)


def learned(controller, headway_s, first_s, others=(), queue=6, cycles=40):
    """Cycles of 30 s of green and 20 s of red in which a queue of lane 0 leaves at this pace."""
    for _ in range(cycles):
        for second in range(50):
            green, left = second >= 20, queue
            now = second - 19
            times = [first_s + headway_s * at for at in range(queue)]
            crossed = [0] if green and now in times else []
            left = sum(time > now for time in times) if green else queue
            line = [(0, 2.0 + 7.5 * at, 0.0) for at in range(left)]
            controller.decide(seen(*line, *others, crossed=crossed), shown(0 if green else 1))
    rate = rate_of(controller.known, 0)
    return 1 / rate, late_of(controller.known, 0, 0, rate)


@pytest.mark.parametrize("headway_s", [2, 3])
@pytest.mark.parametrize("first_s", [2, 4])
def test_headway_and_start_up_loss_are_learned_from_queues_that_leave(headway_s, first_s):
    headway, late = learned(Controller(lay_out([ONE])), headway_s, first_s)
    assert headway == pytest.approx(headway_s, rel=0.1)
    assert late == pytest.approx(max(first_s - headway_s, -2), abs=0.6)


def test_where_a_lane_gives_way_its_first_vehicle_is_counted_on_at_once_and_the_others_later():
    giving_way = Crossing(FOUR, ((1, 1, 0, 0), (0, 0, 1, 1)))
    headway, late = learned(Controller(lay_out([giving_way])), headway_s=4, first_s=1)
    assert headway == pytest.approx(4, rel=0.15)
    assert (1 - late) / headway == pytest.approx(1, abs=0.15)


def test_who_drives_on_through_a_change_of_phases_teaches_no_start_up_loss():
    controller = Controller(lay_out([Crossing(FOUR[:3], ((2, 2, 0), (2, 0, 2)))]))
    line = [(0, 2.0 + 7.5 * at, 0.0) for at in range(9)]
    for phase in (0, 1):
        before = controller.known.late[0]
        for second in range(8):
            crossed = [0] if phase and second > 3 else []
            controller.decide(seen(*line, crossed=crossed), shown(phase, settled=second > 2 or not phase))
    assert controller.known.late[0] == before


def test_who_starts_far_from_the_line_is_no_queue_and_teaches_nothing():
    headway, _ = learned(Controller(lay_out([ONE])), 2, 2, others=[(0, 150.0, 0.0)])
    assert headway == pytest.approx(2, rel=0.1)


def test_a_queue_that_cannot_leave_into_a_full_exit_teaches_nothing():
    layout = lay_out([Crossing(tuple(Lane((Movement(at),)) for at in range(4)), PHASES)], exits=4)
    controller = Controller(layout)
    line = [(0, 2.0 + 7.5 * at, 0.0) for at in range(5)]
    for _ in range(300):
        full = replace(seen(*line), room=np.zeros(4))
        controller.decide(full, shown())
    assert rate_of(controller.known, 0) == pytest.approx(0.5)


def test_a_dark_lane_is_carried_on_by_what_is_known_of_it():
    controller = Controller(lay_out([ONE]))
    waiting = [(2, 3.0 + 7 * at, 0.0) for at in range(6)]
    controller.decide(seen(*waiting), shown(green_s=1.0))
    dark = np.array([False, False, True, False])
    assert controller.decide(seen(dark=dark), shown()) == [1]


def test_planned_departures_reach_the_crossing_downstream():
    layout = lay_out([ONE, ONE], links=[Link(0, 4, 1.0, 30.0)])
    controller = Controller(layout)
    two = Shown(np.zeros(2, np.int32), np.array([True, True]), np.full(2, 20.0))
    controller.decide(seen(*[(0, 3.0 + 7 * at, 0.0) for at in range(5)]), two)
    assert controller._planned[4, 30:45].sum() == pytest.approx(5.0, abs=0.5)


def test_the_same_sights_bring_the_same_decisions():
    runs = [drive(Controller(lay_out([ONE])).decide, seed=3, seconds=300)[1] for _ in range(2)]
    assert np.array_equal(*runs)


@pytest.mark.parametrize(
    "arrivals",
    [(0.15, 0.1, 0.1, 0.1), (0.3, 0.05, 0.1, 0.05), (0.02, 0.02, 0.02, 0.02)],
)
def test_control_beats_the_fixed_plan_by_a_quarter(arrivals):
    adaptive, _ = drive(Controller(lay_out([ONE])).decide, arrivals)
    fixed, _ = drive(None, arrivals)
    assert adaptive <= 0.75 * fixed


def test_a_described_crossing_with_a_short_phase_is_refused():
    with pytest.raises(ValueError, match="every phase must show 4 movements"):
        lay_out([Crossing(FOUR, ((2, 2, 0),))])


def at_a_full_exit(room_of, seconds=12):
    """What the first of lane 0 (two movements, both green, the one into a full exit) may want after so long."""
    crossing = Crossing((Lane((Movement(0), Movement(1))), Lane((Movement(2),))), ((2, 2, 0), (0, 0, 2)))
    controller = Controller(lay_out([crossing], exits=3))
    line = seen(*[(0, 2.0 + 7.5 * at, 0.0) for at in range(4)])
    for second in range(seconds):
        controller.decide(replace(line, room=np.array(room_of)), shown(green_s=1.0 + second))
    return controller.known.front[0]


def test_who_stands_at_green_before_a_full_exit_wants_that_exit():
    assert at_a_full_exit([0.0, 9.0, 9.0]) > 0.99


def test_who_stands_at_green_with_free_exits_tells_nothing_where_all_is_surely_green():
    assert at_a_full_exit([9.0, 9.0, 9.0]) == 0.5


def test_a_full_exit_that_passes_vehicles_on_is_worth_a_green():
    """Two equal queues; the one's exit is full now but has taken a vehicle every three seconds."""
    layout = lay_out([Crossing(tuple(Lane((Movement(at),)) for at in range(4)), PHASES)], exits=4)
    controller = Controller(layout)
    waiting = [(2, 3.0 + 7.5 * at, 0.0) for at in range(12)]
    room = np.array([9.0, 9.0, 0.0, 9.0])
    asked = controller.decide(replace(seen(*waiting), room=room), shown())
    assert asked == [1]


def test_beyond_capacity_control_sends_as_many_as_long_fixed_greens():
    sent = [
        drive(how, (0.4, 0.4, 0.4, 0.4), seconds=2400, gone=True) for how in (Controller(lay_out([ONE])).decide, None)
    ]
    assert sent[0] >= 0.98 * sent[1]


def drive(decide, arrivals=(0.15, 0.1, 0.1, 0.1), seed=1, seconds=1200, gone=False):
    """Delay and wishes of a point-queue crossing under this control, behind the safety layer."""
    layout = lay_out([ONE])
    streets = Streets(layout, Traffic(np.array(arrivals), np.ones(4)), seed)
    safety, sight, wishes = Safety(rules_of([GUARD])), seen(), []
    for _ in range(seconds):
        lamps = safety.lamps
        state = Shown(lamps.target.copy(), lamps.settled.copy(), lamps.green_s + 1.0)
        wish = decide(sight, state) if decide else np.zeros(1, np.int32)
        calls = np.bincount(sight.sighting, minlength=4) > 0
        lights = safety.step(wish, np.array([decide is not None]), calls)
        sight = streets.step(lights == 1)
        wishes.append(int(wish[0]))
    return streets.gone if gone else (streets.delay_s, wishes)
