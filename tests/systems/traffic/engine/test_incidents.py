import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.traffic.engine.incidents import (
    Detectors,
    Kind,
    Memory,
    Road,
    Watch,
    microsim,
    newly_blind,
    newly_dark,
)

GREEN, RED = (np.array([True]), np.array([60.0])), (np.array([False]), np.array([60.0]))


def a_watch(**more):
    return Watch(Road.of([0], [150.0], [260.0], [False]), **more)


def play(watch, tracks, *, lights=GREEN, seconds=60, start=0, seed=0):
    """Vehicles that move as functions of time, seen with noise; the incidents that ring."""
    rng, found = np.random.default_rng(seed), []
    for now in range(start, start + seconds):
        seen = [(number, at(now)) for number, at in enumerate(tracks, 1) if rng.random() > 0.1]
        seen = [(number, place) for number, place in seen if 0 <= place < 260]
        lane, track = np.zeros(len(seen), np.int64), np.array([n for n, _ in seen], np.int64)
        place = np.array([p for _, p in seen], float) + rng.standard_normal(len(seen))
        found += watch.look(float(now), (lane, track, place), lights)
    return found


def standing(at):
    return lambda now: min(10.0 * now, at)


@pytest.mark.parametrize("seed", range(8))
def test_a_vehicle_that_stops_on_a_free_road_rings_once_within_20_seconds(seed):
    found = play(a_watch(), [standing(80)], seed=seed)
    assert [one.kind for one in found] == [Kind.STOPPED_VEHICLE]
    assert 8 <= found[0].noticed_s - 8 <= 20


@pytest.mark.parametrize("seed", range(8))
def test_a_queue_at_red_is_nothing(seed):
    queue = [standing(148 - 7 * k) for k in range(6)]
    assert play(a_watch(), queue, lights=RED, seconds=120, seed=seed) == []


def test_a_vehicle_that_holds_another_up_blocks_the_lane():
    found = play(a_watch(), [standing(80), standing(72)])
    assert found[-1].kind is Kind.BLOCKED_LANE


def frames(seconds, hangs_at, seed):
    """A street with a vehicle every nine seconds, its queue at red, and a radar that hangs."""
    rng, said = np.random.default_rng(seed), None
    for now in range(seconds):
        if said is None or now < hangs_at:
            ahead = [(k, 12.0 * (now - 9 * k)) for k in range(now // 9 + 1) if now - 9 * k < 21]
            at = [(k + 1, min(place, 148.0 - 7 * (k % 5)) if now % 90 < 45 else place) for k, place in ahead]
            track, place = np.array([k for k, _ in at]), np.array([p for _, p in at]) + rng.normal(0, 1.0, len(at))
            said = np.zeros(len(at), np.int64), track, place
        yield now, said


@pytest.mark.parametrize("seed", range(8))
def test_a_radar_that_hangs_is_frozen_and_nothing_else_is_wrong(seed):
    watch, found = a_watch(), []
    for now, seen in frames(150, 90 + 4 * seed, seed):
        found += watch.look(float(now), seen, RED if now % 90 < 45 else GREEN)
    assert [one.kind for one in found] == [Kind.FROZEN_DETECTOR]
    assert 0 <= found[0].noticed_s - (90 + 4 * seed) <= 10
    assert watch.frozen.all()


@pytest.mark.parametrize("seed", range(8))
def test_driving_against_the_lane_rings_within_ten_seconds(seed):
    found = play(a_watch(), [lambda now: 250 - 8.0 * now], seconds=30, seed=seed)
    assert [one.kind for one in found] == [Kind.WRONG_WAY]
    assert found[0].noticed_s <= 10


def test_a_queue_where_none_ever_was_is_sudden():
    memory = Memory.fresh(1)
    memory.watched_s[:] = 1e6
    found = play(a_watch(memory=memory), [standing(255 - 7 * k) for k in range(7)])
    assert Kind.SUDDEN_QUEUE in {one.kind for one in found}


def test_a_queue_behind_a_bus_at_its_stop_is_sudden_only_when_the_bus_stays_too_long():
    watch = a_watch(memory=Memory.fresh(1))
    watch.learned.watched_s[:] = 1e6
    watch.learned.expect_stops(0, 235.0, 42.0, watch.rules)
    line = [standing(235 - 7 * k) for k in range(7)]
    assert Kind.SUDDEN_QUEUE not in {one.kind for one in play(watch, line, seconds=60)}
    assert Kind.SUDDEN_QUEUE in {one.kind for one in play(watch, line, start=60, seconds=40)}


def test_feedback_false_makes_the_watch_patient_at_that_place_only():
    watch = a_watch()
    first = play(watch, [standing(80)])[0]
    watch.feedback(first, was_real=False, lasted_s=40)
    assert play(watch, [lambda now: standing(80)(now - 200)], start=200, seconds=40) == []
    assert play(watch, [lambda now: standing(30)(now - 400)], start=400, seconds=40)


def test_feedback_real_brings_the_patience_back():
    watch = a_watch()
    incident = play(watch, [standing(80)])[0]
    watch.feedback(incident, was_real=False, lasted_s=40)
    for _ in range(40):
        watch.feedback(incident, was_real=True)
    assert watch.learned.patience.max() == pytest.approx(1.0)


def test_a_silent_detector_is_noticed_after_ten_seconds_and_comes_back():
    state = Detectors.heard(2)
    said = [newly_dark(state, np.array([True, now < 30]), float(now)).tolist() for now in range(60)]
    assert said[39] == [1]
    assert sum(map(len, said)) == 1
    assert newly_dark(state, np.array([True, True]), 60.0).tolist() == []
    assert not state.dark.any()


def test_a_blind_detector_is_noticed_by_the_vehicles_it_did_not_see():
    state = Detectors.heard(1)
    row = np.zeros(1, np.int64)
    for _ in range(50):
        assert newly_blind(state, row, np.array([True])).tolist() == []
    misses = next(k for k in range(1, 30) if len(newly_blind(state, row, np.array([False]))))
    assert misses <= 12


@given(st.floats(1, 400), st.floats(-50, 400))
@settings(max_examples=50, deadline=None)
def test_a_road_is_refused_exactly_when_its_line_is_out_of_view(stop, end):
    if stop <= end:
        assert len(Road.of([0], [stop], [end], [False])) == 1
    else:
        with pytest.raises(ValueError, match="lane 0: stop line at"):
            Road.of([0], [stop], [end], [False])


@pytest.mark.slow
def test_an_ordinary_evening_at_three_crossings_rings_nothing():
    lanes = microsim.some_crossings(3, 11)
    traffic = microsim.no_traffic(lanes)
    microsim.seed_kernels(11)
    watch = Watch(Road.of(lanes.crossing, lanes.stop_m, lanes.end_m, lanes.permissive))
    for lane in np.flatnonzero(~np.isnan(lanes.bus_stop_m)):
        watch.learned.expect_stops(int(lane), float(lanes.bus_stop_m[lane]), 42, watch.rules)
    found = []
    for second in range(4 * 3600):
        microsim.step(lanes, traffic, float(second), microsim.day_load(16 + second / 3600))
        seen = microsim.sight(traffic)
        found += watch.look(float(second), (seen.lane, seen.track, seen.position_m), lanes.lights(float(second)))
    assert [one for one in found if one.kind is not Kind.SUDDEN_QUEUE] == []
    assert traffic.passed.sum() > 2000


def test_sightings_that_cannot_be_are_passed_over_and_the_others_watched():
    watch, found = a_watch(), []
    for now in range(40):
        at = standing(80)(now) + np.sin(9.0 * now)
        lane, track = np.array([0, 7, -1, 0, 0]), np.array([1, 2, 3, 4, -5])
        found += watch.look(float(now), (lane, track, np.array([at, 50.0, 50.0, np.nan, 60.0])), GREEN)
    assert [(one.kind, one.track) for one in found] == [(Kind.STOPPED_VEHICLE, 1)]
    with pytest.raises(ValueError, match="accepted: a number within"):
        watch.look(float("nan"), (lane, track, np.zeros(5)), GREEN)


@pytest.mark.parametrize("leap", [-3000, 3000, 10**7, -5])
def test_after_a_leap_of_the_clock_the_watch_begins_anew(leap):
    """A vehicle that stood before the leap is nobody's afterwards; one that stops then rings in its time."""
    watch = a_watch()
    first = play(watch, [standing(80)], seconds=40)
    later = play(watch, [lambda now: standing(80)(now - 45 - leap)], start=45 + leap, seconds=40)
    assert [one.kind for one in first] == [Kind.STOPPED_VEHICLE]
    assert [one.kind for one in later] == [Kind.STOPPED_VEHICLE]
    assert 8 <= later[0].noticed_s - (45 + leap) - 8 <= 20
