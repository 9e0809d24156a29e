"""Side roads right before a line: on plain arrays against a slow reference, and by what is decided and believed."""

import numpy as np
import pytest

from citywide.systems.traffic.engine.control.controller import Controller, Seen, Shown
from citywide.systems.traffic.engine.control.layout import Crossing, Lane, Layout, Movement, lay_out
from citywide.systems.traffic.engine.control.rollout import set_out
from citywide.systems.traffic.engine.control.sides import FOLLOW_S, GAP_S, SQUEEZES, is_side, slips_out
from citywide.systems.traffic.engine.control.view import View, desk_for
from citywide.systems.traffic.engine.control.yields import Yield

PHASES = ((2, 1, 0), (0, 0, 2))  # the approach and those who turn left over it; the street across
ROOM, MOUTH_S = 2.0, 1
JOINS, STREAM = Yield(0, 0, room=ROOM, joins=True), Yield(0, 0, room=ROOM, seconds=MOUTH_S)
ACROSS, LEAVE = Yield(1, 0, room=ROOM, seconds=MOUTH_S), Yield(1, 1, moves=1)
SIDE = Lane((Movement(), Movement()), 8.0, (JOINS, STREAM, ACROSS, LEAVE))


def town() -> Layout:
    lit = tuple(Lane((Movement(),)) for _ in range(3))
    return lay_out([Crossing((*lit, SIDE), PHASES)])


def view_of(layout: Layout, queue: list[float], coming: np.ndarray, passing: float, inside: float) -> View:
    cells = np.zeros((2, 4))
    controller = Controller(layout)
    return View(
        np.array(queue), coming, cells, cells, controller.known.serves.reshape(2, 4), cells, layout.move_from,
        np.array([1.0, 1.0, 1.0, 0.3, 0.7]), np.array([1.0, 1.0, 1.0, 0.4, 0.6]), cells, cells, cells,
        np.ones(4), np.ones(4), 3.0, 5.0, layout.yields.start, layout.yields,
        np.array([passing, passing, 0.0, 0.0]), np.array([0.0, inside, 0.0, 0.0]),
    )  # fmt: skip


def slow(queue: list[float], coming: np.ndarray, passing: float, inside: float, green: bool) -> float:
    """Who leaves in the first second, told in words: first by first, way by way."""
    window = coming[0, MOUTH_S : MOUTH_S + GAP_S].sum()
    moving = queue[0] > ROOM and passing > SQUEEZES
    stream = min(1, window + (queue[0] - ROOM if moving else 0))
    full = min(1, max(0, queue[0] - ROOM + 1))
    leave = min(1, passing + inside + (queue[1] if green else 0))
    into, over = (1 - full) * (1 - stream), (1 - stream) * (1 - leave)
    rate = [SQUEEZES + (1 / FOLLOW_S - SQUEEZES) * free for free in (into, over)]
    return min(1, queue[3]) * (0.4 * rate[0] + 0.6 * rate[1])


@pytest.mark.parametrize("seed", range(20))
def test_who_leaves_a_side_road_is_what_gaps_room_and_turners_allow(seed: int) -> None:
    dice, layout = np.random.default_rng(seed), town()
    queue, coming = dice.uniform(0, 4, 4).tolist(), dice.uniform(0, 0.2, (4, 60))
    passing, inside, green = dice.uniform(0, 0.6), dice.uniform(0, 0.4), bool(dice.integers(2))
    view, desk = view_of(layout, queue, coming, passing, inside), desk_for(layout)
    set_out(view, desk)
    desk.may[1] = int(green)
    sent = slips_out(view, desk, 3, 0)
    assert sent == pytest.approx(slow(queue, coming, passing, inside, green))
    assert desk.queue[3] == pytest.approx(queue[3] - sent)
    assert desk.front[3:5].sum() == pytest.approx(1)
    assert desk.queue[0] - queue[0] <= sent


def test_only_a_lane_that_yields_is_a_side_road() -> None:
    layout = town()
    view = view_of(layout, [0, 0, 0, 0], np.zeros((4, 60)), 0, 0)
    assert [is_side(view, lane) for lane in range(4)] == [False, False, False, True]


def test_a_side_road_may_go_by_every_phase_and_needs_no_light_described() -> None:
    layout = town()
    assert layout.green.reshape(2, 5)[:, 3:].tolist() == [[1, 1], [1, 1]]
    with pytest.raises(ValueError, match="side roads come after"):
        lay_out([Crossing((SIDE, Lane((Movement(),))), ((2,),))])


def seen(*vehicles: tuple[float, float, float], inside: tuple[int, ...] = ()) -> Seen:
    table = np.array(vehicles, float).reshape(-1, 3)
    nobody = np.zeros(0, np.int32)
    where = table[:, 0].astype(np.int32), table[:, 1].copy(), table[:, 2].copy()
    return Seen(*where, nobody, inside=np.array(inside, np.int32))


def shown() -> Shown:
    return Shown(np.zeros(1, np.int32), np.array([True]), np.array([20.0]))


def test_lights_change_for_a_side_road_that_a_waiting_turner_shuts_off() -> None:
    """Eight stand in the side road: with nobody within the crossing they go by any phase; a turner there stops them."""
    queue = [(3, 2.0 + 7.5 * at, 0.0) for at in range(8)]
    assert Controller(town()).decide(seen(*queue), shown()) == [0]
    assert Controller(town()).decide(seen(*queue, inside=(1,)), shown()) == [1]


def test_who_stays_first_in_a_side_road_although_its_way_is_free_wants_the_other_way() -> None:
    """Those who would join find the lane full, those who cross are free: after ten seconds it wants to join."""
    controller, full = Controller(town()), [(0, 2.0 + 7.5 * at, 0.0) for at in range(4)]
    for _ in range(10):
        controller.decide(seen(*full, (3, 2.0, 0.0)), Shown(np.ones(1, np.int32), np.array([True]), np.array([20.0])))
    assert controller.known.front[3] > 0.9


def test_a_side_road_that_nobody_sees_is_carried_on_without_harm() -> None:
    controller = Controller(town())
    dark = np.array([False, False, False, True])
    for _ in range(30):
        one = seen((0, 3.0, 0.0))
        assert controller.decide(Seen(one.sighting, one.distance, one.speed, one.crossed, dark), shown()) == [0]
