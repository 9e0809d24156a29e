"""All sensors of a crossing as one picture: the queue, how sure it is, and clocks that leap."""

from dataclasses import replace

import numpy as np
import pytest

from citywide.systems.traffic.engine.fusion import Fusion, Lanes, Readings, no_readings
from citywide.systems.traffic.engine.incidents import microsim as sim

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
