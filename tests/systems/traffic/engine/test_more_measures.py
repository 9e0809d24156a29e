"""Pre-emptions, bus priority, cycles, gaps and the watchdog, each against a slow and obvious count."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.traffic.engine import measures as m

START, BIN = 1_713_182_400_000, 900_000


def events_of(rows):
    return m.Events.of(*(np.array(column, np.int64) for column in zip(*rows, strict=True)))


def logged(codes):
    """Up to 60 events of two controllers and three numbers in an hour and a half, no two at one moment."""
    row = st.tuples(st.integers(0, 53_999), st.integers(7, 8), st.sampled_from(codes), st.integers(1, 3))
    rows = st.lists(row, min_size=1, max_size=60, unique_by=lambda one: one[0])
    return rows.map(lambda found: [(START + 100 * t, *rest) for t, *rest in sorted(found)])


def of_one(rows):
    """Rows of each controller and number by themselves."""
    for owner in sorted({(device, number) for _, device, _, number in rows}):
        yield owner, [(t, code) for t, device, code, number in rows if (device, number) == owner]


def requests(rows, opens, closes):
    """Each request with its proper end, and what else was logged for it from its begin on."""
    for owner, own in of_one(rows):
        ends = [(t, code) for t, code in own if code in (opens, closes)]
        for place, (begin, code) in enumerate(ends[:-1]):
            end, last = ends[place + 1]
            if (code, last) == (opens, closes):
                yield owner, begin, end, [(t, code) for t, code in own if t >= begin]


def first(code, since, later, until):
    return next(((t - since) / 1000 for t, other in later if other == code and t <= until), float("nan"))


@settings(max_examples=80, deadline=None)
@given(logged([102, 103, 104, 105, 106, 107, 110, 111]))
def test_a_preemption_is_told_from_its_request_to_its_exit(rows):
    table, wanted = m.preemptions(events_of(rows)), []
    for (device, number), begin, end, later in requests(rows, 102, 104):
        following = [t for t, code in later if code == 102 and t > end and is_whole(later, t)]
        until = min([end + 600_000, *(t - 1 for t in following[:1])])
        times = [first(code, begin, later, end) for code in (103, 105, 106, 107)]
        too_long = not np.isnan(first(110, begin, later, end))
        wanted.append((begin, device, number, *times, too_long, first(111, begin, later, until)))
    columns = ("time_ms", "device", "preempt", "gate_s", "entry_s", "track_clear_s", "dwell_s", "too_long", "exit_s")
    assert np.array_equal(np.array([table[name] for name in columns], float).T.reshape(-1, 9),
                          np.array(wanted, float).reshape(-1, 9), equal_nan=True)  # fmt: skip


def is_whole(later, begin):
    """Whether the request that begins then has its proper end."""
    after = [code for t, code in later if t > begin and code in (102, 104)]
    return after[:1] == [104]


@settings(max_examples=50, deadline=None)
@given(logged([102, 104, 105]))
def test_requests_and_services_are_counted_by_bin(rows):
    table = m.preempt_counts(events_of(rows))
    counted = Counter((t - t % BIN, device, number, code) for t, device, code, number in rows)
    owners = {(t - t % BIN, device, number) for t, device, code, number in rows if code != 104}
    found = dict(zip(zip(table["time_ms"], table["device"], table["preempt"], strict=True),
                     zip(table["requests"], table["services"], strict=True), strict=True))  # fmt: skip
    assert found == {owner: (counted[*owner, 102], counted[*owner, 105]) for owner in owners}


@settings(max_examples=50, deadline=None)
@given(logged([112, 113, 114, 115]))
def test_bus_priority_is_summed_up_by_bin(rows):
    table, wanted = m.priority_summary(events_of(rows)), {}
    for (device, number), begin, end, later in requests(rows, 112, 115):
        early, longer = (not np.isnan(first(code, begin, later, end)) for code in (113, 114))
        sums = wanted.setdefault((begin - begin % BIN, device, number), np.zeros(5))
        sums += [1, early, longer, early or longer, (end - begin) / 1000]
    keys = list(zip(table["time_ms"], table["device"], table["number"], strict=True))
    assert set(keys) == set(wanted)
    for place, key in enumerate(keys):
        asked, early, longer, helped, total = wanted[key]
        row = [table[name][place] for name in ("asked", "early_greens", "extensions", "helped", "mean_s")]
        assert row == pytest.approx([asked, early, longer, helped, total / asked])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(50, 400), st.integers(30, 60), st.integers(10, 900)), min_size=1, max_size=12))
def test_cycles_and_their_colours_add_up_by_bin(cycles):
    """Green, yellow and red of each cycle in tenths; the last cycle has no end and is not counted."""
    rows, wanted, now = [], {}, START
    for green, yellow, red in cycles:
        parts = [100 * green, 100 * yellow, 100 * red]
        rows += [(now, 7, 1, 2), (now + parts[0], 7, 8, 2), (now + parts[0] + parts[1], 7, 10, 2)]
        wanted.setdefault(now - now % BIN, []).append(parts)
        now += sum(parts)
    list(wanted.values())[-1].pop()
    table = m.phase_cycles(events_of(rows))
    found = {
        bin_ms: [table[name][place] for name in ("cycles", "green_s", "yellow_s", "red_s")]
        for place, bin_ms in enumerate(table["time_ms"])
    }
    expected = {at: [len(some), *np.sum(some, axis=0) / 1000] for at, some in wanted.items() if some}
    assert found.keys() == expected.keys()
    for at, row in expected.items():
        assert found[at] == pytest.approx(row)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(0, 8999), max_size=40, unique=True), st.lists(st.integers(0, 8999), max_size=10, unique=True)
)
def test_room_for_left_turners_is_what_the_gaps_of_each_green_leave(opposing, lefts):
    """Phase 6 is green for 30 s of each minute; the second left turner of a gap needs 2.5 s more than the first."""
    lights = [
        row for k in range(15) for t in [START + 60_000 * k] for row in ((t, 1), (t + 30_000, 8), (t + 34_000, 10))
    ]
    rows = [(t, 7, code, 6) for t, code in lights]
    rows += [(START + 100 * t, 7, 82, 31) for t in opposing] + [(START + 100 * t, 7, 82, 32) for t in lefts]
    serving = m.Detectors.of([7, 7], [6, 1], [31, 32], ["Count", "Count"])
    table = m.gap_versus_demand(events_of(rows), serving, opposing=6, left=1)
    room = 0
    for one, other in zip(sorted(opposing), sorted(opposing)[1:], strict=False):
        left_s = (other - one) / 10
        if one // 600 == other // 600 and one % 600 < 300 and other % 600 < 300:
            while left_s >= 4.5:
                room, left_s = room + 1, left_s - 2.5
    assert (table["room"].sum(), table["demand"].sum()) == (room, len(lefts))


def test_the_watchdog_names_all_that_a_technician_should_look_at():
    serving = m.Detectors.of([7, 7, 9], [2, 2, 2], [11, 12, 11], ["Advance"] * 3)
    hits = [(START + 1000 * k, 7, 82, 11) for k in range(600)]
    pushes = [(START + 2000 * k, 7, 90, 4) for k in range(201)]
    ends = [(START + 60_000 * k, 7, 5 if k % 20 else 4, 2) for k in range(60)]
    forced = [(START + 60_000 * k, 7, 6, 6) for k in range(49)]  # too few to judge
    table = m.watchdog(events_of([*hits, *pushes, *ends, *forced, (START, 8, 1, 2)]), serving)
    found = set(zip(table["what"], table["device"], table["part"], np.round(table["value"], 2), strict=True))
    assert found == {
        ("few_records", 8, 0, 1), ("few_records", 9, 0, 0),
        ("low_hits", 7, 12, 0), ("low_hits", 9, 11, 0),
        ("stuck_button", 7, 4, 201), ("max_outs", 7, 2, 0.95),
    }  # fmt: skip
    quiet = m.watchdog(events_of([*hits]), m.Detectors.of([7], [2], [11], ["Advance"]))
    assert len(quiet["what"]) == 0


@pytest.mark.parametrize("measure", [m.preemptions, m.preempt_counts, m.priority_summary, m.phase_cycles])
def test_an_empty_record_gives_empty_tables(measure):
    empty = np.zeros(0, np.int64)
    assert len(measure(m.Events.of(empty, empty, empty, empty))["time_ms"]) == 0


def test_who_comes_to_a_stand_before_the_line_has_not_run_the_red():
    lights = [(START, 7, 1, 2), (START + 20_000, 7, 8, 2), (START + 24_000, 7, 10, 2), (START + 60_000, 7, 1, 2)]
    runs = [(START + 25_000, 7, 82, 32), (START + 26_000, 7, 81, 32)]
    stands = [(START + 30_000, 7, 82, 32), (START + 61_000, 7, 81, 32)]
    late_yellow = [(START + 23_500, 7, 82, 32), (START + 24_200, 7, 81, 32)]
    serving = m.Detectors.of([7], [2], [32], ["Yellow_Red"])
    table = m.red_running(events_of([*lights, *late_yellow, *runs, *stands]), serving)
    assert [(table["phase"].tolist(), table["count"].tolist())] == [([2], [1])]
    assert len(m.red_running(events_of([*lights, *late_yellow, *stands]), serving)["count"]) == 0
