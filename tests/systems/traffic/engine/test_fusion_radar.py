"""A radar with its usual faults: the queue stays right, and one that hangs is found out and believed again."""

from dataclasses import replace

import numpy as np
import pytest

from citywide.systems.traffic.engine.fusion import Fusion, Readings, no_readings
from citywide.systems.traffic.engine.sight import trusted
from tests.systems.traffic.engine.test_fusion import ONE, a_fusion, told


def a_street(seconds):
    """Second by second: whether it is green, how many stand, and where each vehicle with its number is."""
    vehicles = {}
    for now in range(seconds):
        green, lead, standing = now // 40 % 2 == 1, 1e9, 0
        if now % 8 == 0:
            vehicles[now // 8 + 1] = (0.0, 13.9)
        for number, (place, before) in list(vehicles.items()):
            room = max(min(lead - 7.0, 1e9 if green or place > 98.0 else 98.0) - place, 0.0)
            speed = min(13.9, before + 2.0, (6.0 * room) ** 0.5, room)
            lead = place + speed
            vehicles[number] = lead, speed
            standing += speed < 1.4 and lead < 101.0
        vehicles = {number: one for number, one in vehicles.items() if one[0] < 195}
        yield now, green, standing, np.array([one[0] for one in vehicles.values()]), np.array(list(vehicles), np.int64)


def error_of_queue(fault, seed=0):
    """How far the queue is off, on average, under a radar with this fault."""
    fusion, rng, off = Fusion(ONE), np.random.default_rng(seed), []
    for now, green, standing, at, number in a_street(400):
        place, track = fault(now, at + rng.normal(0, 0.7, len(at)), number, rng)
        nothing = no_readings(1)
        readings = replace(nothing, lane=np.zeros(len(track), np.int64), track=track, position_m=place,
                           alive=np.array([[True, False, False]]))  # fmt: skip
        off += [abs(fusion.second(float(now), readings, np.array([green])).queue[0] - standing)] if now > 60 else []
    return float(np.mean(off))


def ghosts(now, place, track, rng):
    return np.append(place, rng.uniform(0, 190, 3)), np.append(track, 10**6 + 9 * now + np.arange(3))


def in_any_order(now, place, track, rng):
    order = rng.permutation(len(place))
    return place[order], track[order]


def ten_a_second(now, place, track, rng):
    return np.concatenate([place - 0.1 * ago for ago in range(10)][::-1]), np.tile(track, 10)


def two_change_numbers(now, place, track, rng):
    return place, np.concatenate([track[:2][::-1], track[2:]]) if now % 2 else track


@pytest.mark.parametrize(
    ("fault", "most"),
    [
        (lambda now, place, track, rng: (place, track), 0.35),  # none
        (in_any_order, 0.35),
        (ten_a_second, 0.35),
        (two_change_numbers, 0.5),
        (lambda now, place, track, rng: (place, track % 4), 0.35),  # numbers of two bits, 0 among them
        (lambda now, place, track, rng: (place, track + 1000 * now), 0.8),  # new numbers each second
        (ghosts, 0.7),
    ],
)
def test_a_radar_with_its_usual_faults_leaves_the_queue_right(fault, most):
    assert error_of_queue(fault) < most


def test_a_number_that_is_given_again_at_once_begins_a_new_vehicle():
    """Seen twice far up the road, then the same number stands at the line: nobody has flown there."""
    fusion = Fusion(ONE)
    for now, place in enumerate([5.0, 18.0, *[95.0] * 7]):
        view = fusion.second(float(now), told(place=place), np.array([False]))
    assert view.speed_mps[0] < 20
    assert view.queue[0] > 0.6


def pictures(change, noise=0.7, seconds=300, sources=(True, False, False), counted=0.0, seed=0):
    """Second by second the picture of a street whose radar's frames go through `change`."""
    fusion, rng = Fusion(ONE), np.random.default_rng(seed)
    for now, green, _, at, number in a_street(seconds):
        place, track = change(now, at + rng.normal(0, noise, len(at)), number)
        passed = np.array([[0.0, counted * (now % 8 == 0), 0.0]])
        readings = Readings(np.zeros(len(track), np.int64), track, place, passed, np.zeros(1), np.array([sources]))
        yield now, fusion.second(float(now), readings, np.array([green]))


def hangs_from(start, until=10**9):
    """A radar that from some second on says the same frame again and again."""
    kept = []

    def change(now, place, track):
        if now == start:
            kept.extend([place, track])
        return tuple(kept) if start <= now < until else (place, track)

    return change


def hung_since(pictures):
    return next((now for now, view in pictures if view.frozen[0]), None)


@pytest.mark.parametrize("start", [200, 215, 239, 250])
@pytest.mark.parametrize("noise", [0.2, 0.7, 1.5])
def test_a_radar_that_hangs_is_found_out_within_ten_seconds_and_the_crossing_is_trusted_no_more(start, noise):
    for now, view in pictures(hangs_from(start), noise):
        assert not (view.frozen[0] and now < start)
        if now >= start + 10:
            assert view.frozen[0]
            assert view.confidence[0] < 0.45
        if now >= start + 30:
            assert not trusted(view, np.zeros(1, np.int32), 1)[0]


def test_a_radar_that_wakes_up_is_believed_again_within_seconds():
    woken, never = pictures(hangs_from(200, until=240), seconds=260), pictures(hangs_from(999), seconds=260)
    for (now, view), (_, sound) in zip(woken, never, strict=True):
        assert view.frozen[0] == (200 <= now < 240) or 200 <= now < 210
        if now >= 250:
            assert view.queue[0] == pytest.approx(sound.queue[0], abs=0.3)
            assert view.confidence[0] > 0.7


def test_vehicles_that_stand_under_a_radar_without_noise_are_no_hang():
    assert hung_since(pictures(lambda now, place, track: (place, track), noise=0.0, seconds=1200)) is None
    fusion = Fusion(ONE)
    for now in range(600):
        view = fusion.second(float(now), told(place=95.0), np.array([False]))
        assert not view.frozen[0]


def test_a_radar_without_noise_hangs_when_the_camera_counts_whom_it_does_not_move():
    change = hangs_from(250)
    assert hung_since(pictures(change, 0.0, sources=(True, True, False), counted=1.0)) is not None
    blind = pictures(lambda now, place, track: (place[:0], track[:0]), sources=(True, True, False), counted=1.0)
    assert hung_since(blind) < 60


def test_the_empty_lanes_of_a_crossing_hang_with_the_others():
    fusion, places = a_fusion(3), 40.0 + np.random.default_rng(0).normal(0, 0.7, (40, 2))
    for now in range(60):
        place = places[min(now, 39)]
        readings = replace(no_readings(3, np.array([0, 1])), track=np.array([5, 6]), position_m=place,
                           alive=np.ones((3, 3), bool))  # fmt: skip
        view = fusion.second(float(now), readings, np.zeros(3, bool))
        assert view.frozen.tolist() == [now >= 46] * 3 or 40 <= now < 46
