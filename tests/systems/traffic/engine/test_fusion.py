from dataclasses import replace

import numpy as np
import pytest

from citywide.systems.traffic.engine.fusion import Fusion, Lanes, Readings, no_readings
from citywide.systems.traffic.engine.incidents import microsim as sim
from citywide.systems.traffic.engine.sight import trusted

ALL = (True, True, True)


def simulated(sources=ALL, seconds=1200, late_s=0, seed=5, crossings=3, lost_at=None):
    """Fusion over simulated crossings: differences of the queue, their sd and confidence, and the fusion."""
    lanes = sim.some_crossings(crossings, seed)
    traffic = sim.no_traffic(lanes)
    sim.seed_kernels(seed)
    rng, n = np.random.default_rng(seed), len(lanes)
    fusion = Fusion(Lanes.of(lanes.crossing, lanes.stop_m, lanes.end_m, np.full(n, 15.0), lanes.speed))
    passed, known = np.zeros(n, np.int64), [set() for _ in range(n)]
    late = [np.zeros((n, 3)) for _ in range(late_s + 1)]
    rows = []
    for now in range(seconds):
        sim.step(lanes, traffic, float(now), 0.8)
        seen = sim.sight(traffic)
        video = np.zeros((n, 3))
        video[:, 1] = np.minimum(rng.binomial(traffic.passed - passed, 0.95), 5)
        passed = traffic.passed.copy()
        late = [video, *late[:-1]]
        loops = rng.binomial([over_loop(traffic, lane, known) for lane in range(n)], 0.9).astype(float)
        working = np.array(sources) & ((lost_at is None or now < lost_at) | np.array([False, True, True]))
        alive = (rng.random((n, 3)) > 0.1) & working
        radar = slice(None) if working[0] else slice(0)
        readings = Readings(
            seen.lane[radar],
            seen.track[radar],
            seen.position_m[radar],
            late[-1] * alive[:, 1:2],
            loops * alive[:, 2],
            alive,
        )
        view = fusion.second(float(now), readings, lanes.lights(float(now))[0])
        if now > 300 and now % 10 == 0:
            off = view.queue - true_queue(lanes, traffic)
            rows.append(np.stack([np.full(n, now), off, view.queue_sd, view.confidence]))
    return np.concatenate(rows, axis=1), fusion


def over_loop(traffic, lane, known):
    count = traffic.count[lane]
    beyond = set(traffic.track[lane, :count][traffic.position[lane, :count] > 15].tolist())
    fresh, known[lane] = beyond - known[lane], beyond
    return min(len(fresh), 2)


def true_queue(lanes, traffic):
    inside = np.arange(sim.SLOTS) < traffic.count[:, None]
    before = traffic.position < lanes.stop_m[:, None] + 3
    return (inside & before & (traffic.velocity < 1.4)).sum(1)


@pytest.mark.slow
def test_the_queue_is_right_to_half_a_vehicle_with_all_sensors():
    (_, off, _, _), _ = simulated()
    assert np.abs(off).mean() < 0.6


@pytest.mark.slow
@pytest.mark.parametrize("sources", [ALL, (False, True, True), (False, False, True)])
def test_the_stated_doubt_covers_nine_errors_of_ten(sources):
    (_, off, sd, _), _ = simulated(sources)
    assert 0.85 <= (np.abs(off) <= 1.645 * sd + 0.5).mean() <= 0.99


@pytest.mark.slow
def test_confidence_falls_when_the_radar_is_lost_and_is_honest_to_a_fifth():
    (now, off, _, confidence), _ = simulated(lost_at=800)
    before, after = now < 800, now > 850
    assert confidence[before].mean() > 0.8 > confidence[after].mean()
    for part in (before, after):
        assert abs((np.abs(off[part]) <= 1).mean() - confidence[part].mean()) < 0.2


@pytest.mark.slow
def test_a_video_clock_that_is_three_seconds_late_is_found_out():
    _, fusion = simulated(late_s=3, seconds=1500)
    assert [fusion.clock_offset_s(crossing)[0] for crossing in range(3)].count(3) >= 2


def a_fusion(lanes=2):
    return Fusion(Lanes.of([0] * lanes, [150.0] * lanes, [250.0] * lanes, [20.0] * lanes, [14.0] * lanes))


def test_turning_shares_follow_what_video_counts():
    fusion, rng = a_fusion(), np.random.default_rng(0)
    for now in range(3600):
        counted = rng.poisson([[0.05, 0.3, 0.15]] * 2).astype(float)
        readings = replace(no_readings(2), counted=np.minimum(counted, 5), alive=np.ones((2, 3), bool))
        view = fusion.second(float(now), readings, np.array([True, True]))
    assert np.allclose(view.turning[0], [0.1, 0.6, 0.3], atol=0.06)


def test_an_arrival_is_expected_when_its_speed_brings_it():
    fusion = a_fusion()
    for now in range(6):
        readings = replace(
            no_readings(2, np.array([0])),
            track=np.array([5]),
            position_m=np.array([10.0 + 10 * now]),
            alive=np.ones((2, 3), bool),
        )
        view = fusion.second(float(now), readings, np.array([False, False]))
    assert view.arrivals[0].argmax() in (8, 9, 10)
    assert view.arrivals[0, :12].sum() == pytest.approx(1, abs=0.3)


def test_malformed_readings_are_refused_by_name_and_the_rest_is_used():
    readings = Readings(
        np.array([0, 9, 1]),
        np.array([1, 2, 3]),
        np.array([40.0, 50.0, np.nan]),
        np.array([[0, 1, 0], [0, -4, 0]], float),
        np.zeros(2),
        np.ones((2, 3), bool),
    )
    view = a_fusion().second(0.0, readings, np.array([True, True]))
    said = [str(refusal) for refusal in view.refused]
    assert said[0].startswith("track 1: lane 9, track 2, 50 m; accepted: lanes 0–1")
    assert said[1].startswith("track 2: lane 1, track 3, nan m")
    assert said[2] == "video count, lane 1: -4; accepted: 0 to 5 in one second"
    assert np.isfinite(view.queue).all()


def test_readings_of_another_shape_are_refused_with_the_shape_that_is_accepted():
    with pytest.raises(ValueError, match=r"pulses has shape \(3,\); accepted: \(2,\)"):
        a_fusion().second(0.0, replace(no_readings(2), pulses=np.zeros(3)), np.array([True, True]))


def test_no_sensor_at_all_leaves_a_picture_without_confidence():
    fusion = a_fusion()
    for now in range(600):
        view = fusion.second(float(now), no_readings(2), np.array([now % 60 < 30] * 2))
    assert (view.confidence < 0.6).all()
    assert np.isfinite(view.queue).all()


ONE = Lanes.of([0], [100.0], [200.0], [15.0], [13.9])
ALIVE = np.ones((1, 3), bool)


def told(pulses=0.0, place=None):
    """One second of one lane: pulses of its loop, and a vehicle at a place."""
    at = np.array([] if place is None else [place])
    ones = np.ones(len(at), np.int64)
    return Readings(ones - 1, ones, at, np.zeros((1, 3)), np.array([pulses]), ALIVE)


@pytest.mark.parametrize("leap", [1.7e9, -1.7e9, 1e11, 64.0, -6.0])
def test_after_a_leap_of_the_clock_the_picture_begins_anew_and_follows_the_new_time(leap):
    """As a fusion that begins at the new time, whose queue nobody knows yet."""
    fusion, fresh = Fusion(ONE), Fusion(ONE)
    for now in range(100):
        fusion.second(float(now), told(pulses=1.0, place=95.0), np.array([False]))
    start = 99 + leap
    doubt = fusion.second(start, no_readings(1), np.array([False])).confidence[0]
    assert doubt < 0.4
    fresh.second(start, no_readings(1), np.array([False]))
    for later in range(1, 30):
        view, other = (one.second(start + later, told(place=60.0), np.array([False])) for one in (fusion, fresh))
    assert view.queue == pytest.approx(other.queue, abs=0.1)
    assert view.arrivals == pytest.approx(other.arrivals, abs=0.5)


def test_seconds_that_nobody_told_of_hold_no_pulses_of_a_minute_ago():
    gap, none = Fusion(ONE), Fusion(ONE)
    for now in range(64):
        gap.second(float(now), told(pulses=1.0), np.array([False]))
        none.second(float(now), told(pulses=1.0), np.array([False]))
    for now in range(64, 90):
        none.second(float(now), told(), np.array([False]))
    assert gap._rings.sum() > 0
    gap.second(90.0, told(), np.array([False]))
    none.second(90.0, told(), np.array([False]))
    assert gap._rings[0, 2].tolist() == none._rings[0, 2].tolist()


@pytest.mark.parametrize("now", [float("nan"), float("inf"), -1e300])
def test_a_time_that_is_no_time_is_refused(now):
    with pytest.raises(ValueError, match="accepted: a number within"):
        Fusion(ONE).second(now, no_readings(1), np.array([False]))


@pytest.mark.parametrize("back", [1.0, 3.0])
def test_a_clock_that_is_set_back_a_little_keeps_the_picture(back):
    fusion = Fusion(ONE)
    for now in range(100):
        before = fusion.second(float(now), told(place=95.0), np.array([False])).confidence[0]
    for now in np.arange(100 - back, 110):
        view = fusion.second(float(now), told(place=95.0), np.array([False]))
        assert view.queue[0] == pytest.approx(1.0, abs=0.3)
        assert view.confidence[0] > before - 0.1


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
