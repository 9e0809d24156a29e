import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.traffic.engine import measures as m

START = 1_713_182_400_000  # a full hour
CYCLE, GREEN_S = 60_000, 25_000


def record(minutes=60, device=7):
    """A phase with a green of 25 s each minute, yellow 4 s, and events as a controller logs them."""
    rows = []
    for k in range(minutes):
        t = START + k * CYCLE
        rows += [
            (t, 1),
            (t + GREEN_S, 7),
            (t + GREEN_S, 8),
            (t + GREEN_S + 4000, 9),
            (t + GREEN_S + 4000, 10),
        ]
        rows += [(t + GREEN_S + 6000, 11)]
    return [(t, device, code, 2) for t, code in rows]


def hits(moments, detector, device=7, length=500):
    return [(START + round(1000 * t), device, 82, detector) for t in moments] + [
        (START + round(1000 * t) + length, device, 81, detector) for t in moments
    ]


def events_of(rows):
    return m.Events.of(*(np.array(column) for column in zip(*rows, strict=True)))


def detectors(*rows):
    return m.Detectors.of(*zip(*rows, strict=True))


ADVANCE = detectors((7, 2, 11, "Advance"))


def test_events_come_in_order_once_and_without_impossible_numbers():
    rows = [*record(2), *record(2), (START, 7, 1, 40_000), (START, 7, -1, 2)]
    events = events_of(rows)
    assert len(events) == 12
    assert (np.diff(events.time_ms) >= 0).all()


def test_ordering_by_packed_keys_equals_ordering_by_columns():
    rng = np.random.default_rng(1)
    columns = [rng.integers(0, high, 5000) for high in (10**6, 9, 300, 200)]
    fast = m.Events.of(*columns)
    slow = m.Events.of(columns[0] + np.where(np.arange(5000) == 0, 2**50, 0), *columns[1:])
    late = slow.time_ms >= 2**50
    table = np.column_stack([slow.device, slow.parameter, slow.time_ms, slow.code])[~late]
    assert {tuple(row) for row in table} <= {
        tuple(row) for row in np.column_stack([fast.device, fast.parameter, fast.time_ms, fast.code])
    }
    assert sorted(map(tuple, table)) == [tuple(row) for row in table]


@given(st.lists(st.floats(0, 3599), min_size=1, max_size=60, unique=True))
@settings(max_examples=40, deadline=None)
def test_arrivals_on_green_are_those_in_the_first_25_of_60_seconds(moments):
    moments = sorted({round(t, 1) for t in moments})
    events = events_of([*record(), *hits(moments, 11)])
    table = m.arrivals_on_green(events, ADVANCE, zeros=True)
    green = [(t % 60) < 25 for t in moments]
    assert table["total"].sum() == len(moments)
    assert np.isclose((table["total"] * table["on_green"]).sum(), sum(green), atol=1e-4)


@given(st.lists(st.floats(1, 3500), min_size=1, max_size=40, unique=True))
@settings(max_examples=40, deadline=None)
def test_approach_delay_is_the_wait_for_the_next_green(moments):
    moments = sorted({round(t, 1) for t in moments})
    table = m.approach_delay(events_of([*record(), *hits(moments, 11)]), ADVANCE)
    wanted = sum(60 - t % 60 for t in moments if t % 60 >= 29 and t < 3540)
    known = [t for t in moments if t < 3540 or t % 60 < 29]
    assert table["arrivals"].sum() == len(known)
    assert np.isclose((table["delay_s"] * table["arrivals"]).sum(), wanted)


def test_uniform_arrivals_have_a_platoon_ratio_of_one():
    moments = np.arange(0.5, 3600, 1.0)
    table = m.platoon_ratio(events_of([*record(), *hits(moments, 11, length=200)]), ADVANCE)
    assert np.allclose(table["platoon_ratio"], 1.0, atol=1e-3)
    assert set(table["arrival_type"]) == {3}


def test_the_diagram_shows_every_arrival_at_its_time_in_the_cycle():
    table = m.coordination_diagram(events_of([*record(), *hits([130, 200], 11)]), ADVANCE)
    assert table["in_cycle_s"].tolist() == [10, 20]
    assert table["yellow_at_s"].tolist() == [25, 25]
    assert table["cycle_s"].tolist() == [60, 60]


PRESENCE = detectors((7, 2, 21, "Presence"), (7, 2, 22, "Presence"))


def test_a_queue_that_outlasts_its_green_is_a_split_failure():
    rows = [*record(), (START - 5000, 7, 82, 21), (START + 3_590_000, 7, 81, 21)]
    table = m.split_failures(events_of(rows), PRESENCE)
    assert table["split_failures"].sum() == 60
    assert np.allclose(table["green_occupancy"], 1)


def test_a_detector_that_stays_on_for_over_half_an_hour_keeps_its_failures_and_is_named():
    rows = [*record(), (START - 5000, 7, 82, 21)]
    events = events_of([*rows, (START + 2_400_000, 7, 81, 21)])
    assert m.split_failures(events, PRESENCE)["split_failures"].sum() == 40
    stuck = m.stuck_detectors(events)
    assert stuck["detector"].tolist() == [21]
    assert stuck["on_s"].tolist() == [2405]
    assert m.stuck_detectors(events_of(rows))["detector"].tolist() == [21]


def test_a_phase_without_presence_detector_gives_no_silent_zero_but_its_name():
    events = events_of([*record(), *hits([3, 70], 11)])
    assert len(m.split_failures(events, ADVANCE)["time_ms"]) == 0
    blind = m.blind_phases(events, ADVANCE)
    assert list(zip(blind["device"], blind["phase"], strict=True)) == [(7, 2)]
    assert len(m.blind_phases(events, PRESENCE)["phase"]) == 0


def occupancy_by_hand(rows, detector, start, end):
    """Share of a span with the detector on, one millisecond at a time in steps of 100."""
    changes = sorted((t, code) for t, _, code, p in rows if p == detector and code in (81, 82))
    on = [
        next((code == 82 for t, code in reversed(changes) if t <= moment), False) for moment in range(start, end, 100)
    ]
    return sum(on) / len(on)


@given(st.lists(st.integers(0, 2399), min_size=2, max_size=40, unique=True))
@settings(max_examples=30, deadline=None)
def test_occupancies_equal_a_count_by_hand(tenths):
    tenths = sorted(tenths)[: len(tenths) // 2 * 2]
    changes = [(START + 100 * t, 7, 82 if k % 2 == 0 else 81, 21) for k, t in enumerate(tenths)]
    rows = [*record(6), (START - 900, 7, 82, 21), (START - 800, 7, 81, 21), *changes]
    cycles = m.split_cycles(events_of(rows), detectors((7, 2, 21, "Presence")))
    for place in range(len(cycles["time_ms"])):
        red = int(cycles["time_ms"][place]) - 5000
        green = red - 29_000
        wanted = occupancy_by_hand(rows, 21, green, green + GREEN_S)
        assert np.isclose(cycles["green_occupancy"][place], wanted, atol=1e-6)
        assert np.isclose(cycles["red_occupancy"][place], occupancy_by_hand(rows, 21, red, red + 5000), atol=1e-6)


def test_pushes_within_15_seconds_are_one_person():
    rows = [(START + 1000 * t, 7, 90, 4) for t in (0, 5, 10, 100, 110, 200)]
    table = m.unique_pedestrians(events_of(rows))
    assert table["unique_actuations"].tolist() == [2]


def test_consecutive_max_outs_are_watched():
    rows = [(START + 60_000 * k, 7, 5 if 3 <= k < 9 else 4, 2) for k in range(15)]
    table = m.consecutive_max_outs(events_of(rows))
    assert table["in_a_row"].tolist() == [6]


def whole_hour():
    return [(START + 20_000 * k, 7, 150, 0) for k in range(180)]


def test_a_wait_is_from_the_call_to_the_green_and_a_long_one_is_a_skip():
    rows = [*record(), *whole_hour(), (START + 90_000, 7, 43, 2), (START + 125_000, 7, 44, 2)]
    events = events_of(rows)
    table = m.phase_wait(events, m.has_data(events))
    assert table["wait_s"].tolist() == [30]
    assert table["skips"].tolist() == [0]
    tight = m.phase_wait(events, m.has_data(events), assumed_cycle_s=15)
    assert tight["skips"].tolist() == [1]


def test_waits_near_a_preemption_are_left_out():
    rows = [*record(), *whole_hour(), (START + 90_000, 7, 43, 2), (START + 125_000, 7, 44, 2)]
    rows += [(START + 40_000, 7, 102, 1), (START + 50_000, 7, 104, 1)]
    events = events_of(rows)
    assert len(m.phase_wait(events, m.has_data(events))["wait_s"]) == 0
    assert m.preemptions(events)["length_s"].tolist() == [10]


def test_detectors_without_hits_count_zero_only_where_the_device_spoke():
    rows = [*record(16), *hits([10], 11), *hits([905], 12)]
    table = m.actuations(events_of(rows), zeros=True)
    found = dict(zip(zip(table["detector"], table["time_ms"] - START, strict=True), table["total"], strict=True))
    assert found == {(11, 0): 1, (11, 900_000): 0, (12, 0): 0, (12, 900_000): 1}


def test_a_shift_of_ten_seconds_brings_the_platoon_on_green():
    greens = np.arange(0, 3600, 60) * 1000
    out = m.Link(greens + 10_000 + 20_000, greens, greens + 20_000)
    back = m.Link(np.zeros(0, np.int64), greens, greens + 20_000)
    shift, before, after = m.link_pivot(out, back, 60)
    assert (shift, before, after) == (11, 0.0, 1.0)


def test_a_diagram_tells_of_the_greens_that_its_arrivals_met():
    rows = [*record(3), *hits([10, 70, 80], 11)]
    table = m.coordination_diagram(events_of(rows), ADVANCE)
    link = m.link_of(table["time_ms"], table["in_cycle_s"], table["yellow_at_s"])
    assert (link.green_from_ms - START).tolist() == [0, 60_000]
    assert (link.green_to_ms - link.green_from_ms).tolist() == [25_000, 25_000]
    assert m.on_green(link) == 3


def test_speeds_have_the_percentiles_that_numpy_gives():
    rng = np.random.default_rng(3)
    speed = rng.normal(50, 8, 400)
    table = m.approach_speed(np.full(400, START), np.repeat([2, 6], 200), speed)
    assert np.allclose(table["p85"], [np.quantile(speed[:200], 0.85), np.quantile(speed[200:], 0.85)])
    assert np.allclose(table["median"], [np.median(speed[:200]), np.median(speed[200:])])


def test_a_detector_that_halves_its_count_is_odd_and_a_storm_is_not():
    rng = np.random.default_rng(4)
    counts = rng.poisson(60, (12, 14, 24)).astype(float)
    counts[:, 9] *= 0.5
    counts[3, 11, 6:18] *= 0.3
    odd = m.detector_anomalies(counts)
    assert (np.abs(odd[3, 11, 6:18]) > 0).all()
    assert (odd[:, 9] != 0).mean() < 0.01


@pytest.mark.parametrize("measure", [m.actuations, m.terminations, m.pedestrians, m.communications, m.splits])
def test_an_empty_record_gives_empty_tables(measure):
    empty = np.zeros(0, np.int64)
    assert len(measure(m.Events.of(empty, empty, empty, empty))["time_ms"]) == 0


def test_the_split_monitor_reports_the_greens_that_were_given():
    table = m.split_monitor(events_of(record(15)))
    assert (table["greens"].tolist(), table["mean_s"].tolist(), table["p85_s"].tolist()) == ([15], [25], [25])


def test_movements_are_counted_apart():
    counting = detectors((7, 2, 31, "Left"), (7, 2, 32, "Through"), (7, 2, 33, "Through"))
    rows = [*record(10), *hits([1, 2], 31), *hits([3, 4, 5], 32), *hits([6], 33)]
    table = m.turning_counts(events_of(rows), counting)
    assert dict(zip(table["movement"], table["volume"], strict=True)) == {"Left": 2, "Through": 4}


def test_the_use_of_green_is_counted_from_its_start():
    counting = detectors((7, 2, 31, "Count"))
    table = m.green_use(events_of([*record(10), *hits([61, 65, 121, 150], 31)]), counting)
    assert table["since_green_s"].tolist() == [0, 4]
    assert table["per_green"].tolist() == [0.2, 0.1]


def test_gaps_for_left_turners_lie_within_one_green():
    counting = detectors((7, 2, 31, "Count"))
    table = m.left_turn_gaps(events_of([*record(10), *hits([61, 63, 73, 125], 31)]), counting, phase=2)
    assert dict(zip(table["longer_than"], table["gaps"], strict=True)) == {1: 1, 4: 1}


def test_a_priority_service_knows_its_early_green():
    rows = [*record(10), (START + 5000, 7, 112, 3), (START + 9000, 7, 113, 3), (START + 20_000, 7, 115, 3)]
    table = m.priority_services(events_of(rows))
    assert (table["early_green"].tolist(), table["extension"].tolist()) == ([True], [False])
    assert table["length_s"].tolist() == [15]


def test_times_of_any_unit_are_the_same_moment():
    whole = np.array(["2026-03-02T08:00"], "datetime64[s]")
    for unit in ("s", "ms", "us", "ns"):
        assert m.Events.of(whole.astype(f"datetime64[{unit}]"), [1], [1], [1]).time_ms.tolist() == [1772438400000]


def test_a_clock_that_has_lost_its_date_does_not_spoil_the_record():
    times = [1772438400000 + 1000 * k for k in range(9)]
    events = m.Events.of([0, *times, 4_000_000_000_000], [1] * 11, [1] * 11, [2] * 11)
    assert events.time_ms.tolist() == times


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (lambda: m.Events.of([0, 1], [1], [1], [1]), "columns of 2, 1, 1, 1 rows"),
        (lambda: m.Events.of([np.nan], [1], [1], [1]), "time nan; accepted: milliseconds since 1970"),
        (lambda: m.actuations(m.Events.of([0], [1], [82], [1]), 0), "bins of 0 ms"),
        (lambda: m.approach_volume(m.Events.of([0], [1], [82], [1]), m.Detectors.of(["1"], [2], [1], ["Count"])),
         "accepted: one kind"),
    ],
)  # fmt: skip
def test_columns_that_do_not_fit_are_refused_in_words(ask, why):
    with pytest.raises(ValueError, match=why):
        ask()
