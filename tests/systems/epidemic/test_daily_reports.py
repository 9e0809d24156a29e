from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.kit.clock import microseconds
from citywide.systems.epidemic.analysis.weeks import (
    CITY,
    continued,
    filled,
    last_sunday,
    made_at,
    shown,
    triangle,
    weeks_known,
)
from citywide.systems.epidemic.engine.privacy import MINIMUM
from citywide.systems.epidemic.model import SYNDROMES
from citywide.systems.epidemic.reports.daily_reports import DailyReports, by_week, sums

ZONE = "Asia/Shanghai"
FIRST = date(2026, 1, 5)  # a Monday
MORNING = datetime(2026, 1, 5, 2, tzinfo=UTC)
REPORTS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 27), st.integers(0, 60), st.integers(0, 50)), max_size=60
)
PLACES = [{"number": n, "id": f"hospital/{n}", "name": f"H{n}", "district": "ab"[n % 2]} for n in range(3)]


def told(reports: list[tuple[int, int, int, int]], days: int = 28) -> DailyReports:
    """Reports (place, day, days from the first to the report, count) in the order in which they came."""
    rows = sorted(reports, key=lambda one: one[2])
    row, day, said, count = np.array(rows, np.int64).reshape(-1, 4).T
    at = np.array([microseconds(MORNING + timedelta(days=int(later))) for later in said], np.int64)
    return DailyReports(PLACES, SYNDROMES[:1], FIRST, days, row, day, at, count.astype(np.float64))


@settings(max_examples=80, deadline=None)
@given(REPORTS, st.integers(0, 60))
def test_what_was_known_is_the_last_word_up_to_then(reports, days) -> None:
    known = told(reports).known(MORNING + timedelta(days=days))
    for place in range(3):
        for day in range(28):
            words = [
                one for one in sorted(reports, key=lambda one: one[2]) if one[:2] == (place, day) and one[2] <= days
            ]
            assert np.isnan(known[place, day]) if not words else known[place, day] == words[-1][3]


@settings(max_examples=40, deadline=None)
@given(REPORTS, st.tuples(st.integers(0, 2), st.integers(0, 27), st.integers(31, 60), st.integers(0, 50)))
def test_a_later_word_changes_nothing_that_was_known_before(reports, later) -> None:
    moments = [MORNING + timedelta(days=days) for days in (0, 10, 30)]
    before, after = told(reports).known_at_each(moments), told([*reports, later]).known_at_each(moments)
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, after, strict=True))


@settings(max_examples=40, deadline=None)
@given(REPORTS)
def test_a_day_known_in_time_is_not_replaced_by_late_words(reports) -> None:
    said = told(reports)
    due = np.full(28, microseconds(MORNING + timedelta(days=20)))
    then, all_known = said.known(MORNING + timedelta(days=20)), said.known(MORNING + timedelta(days=60))
    table = said.known_when_due(due)
    in_time = np.isfinite(then)
    assert (table[in_time] == then[in_time]).all()
    assert (np.isfinite(table) == np.isfinite(all_known)).all()


def test_a_week_with_a_day_missing_is_compared_as_its_other_days_are_and_counted_as_it_was() -> None:
    days = np.array([[7.0] * 7 + [7.0] * 6 + [np.nan], [1.0] * 7 + [np.nan] * 7])
    assert by_week(days).tolist() == [[49.0, 49.0], [7.0, -1.0]]
    assert np.array_equal(sums(days), [[49.0, 42.0], [7.0, np.nan]], equal_nan=True)
    assert by_week(days[:0, :0]).shape == (0, 0)


def test_a_school_that_is_open_on_five_days_is_compared_by_its_five_days() -> None:
    week = [6.0] * 5 + [np.nan] * 2
    assert by_week(np.array([week * 3, week * 2 + [np.nan] + week[1:]])).tolist() == [[30.0] * 3, [30.0] * 3]


def test_a_silent_hospital_counts_as_it_lately_did_and_one_that_never_spoke_not_at_all() -> None:
    counts = np.array([[10.0, 20.0, np.nan], [np.nan, np.nan, np.nan]])
    assert np.array_equal(filled(counts), np.array([[10.0, 20.0, 15.0], [np.nan] * 3]), equal_nan=True)


def test_a_silent_hospital_is_filled_for_four_weeks_then_left_out_and_never_counted() -> None:
    counts = np.array([[40.0] * 5 + [np.nan] * 55, [9.0] * 60])
    assert filled(counts)[0, 5:10].tolist()[:4] == [40.0] * 4
    assert np.isnan(filled(counts)[0, 9:]).all()
    assert np.isnan(continued(counts)[0]).all()
    assert np.array_equal(continued(counts[:, :9]), filled(counts[:, :9]))
    assert continued(counts)[1].tolist() == [9.0] * 60


def test_what_is_called_known_ends_with_the_reports_and_a_stop_is_no_decline_to_the_forecast() -> None:
    reports = [(place, day, day + 1, place + 1) for place in range(3) for day in range(84) if place < 1 or day < 35]
    said, sunday = told(reports, days=84), FIRST + timedelta(days=83)
    known = weeks_known(said, said.known(MORNING + timedelta(days=99)), sunday, 0)
    assert known.districts == ("a", "b")
    assert known.counts[:, 0].tolist() == [28.0] * 5 + [7.0] * 7
    assert known.counts[:5, 1].tolist() == [14.0] * 5
    assert np.isnan(known.counts[5:, 1]).all()
    seen = triangle(said, 0, [FIRST + timedelta(days=6 + 7 * week) for week in range(12)], ZONE)
    assert seen.values[7, :8, 0].tolist() == [28.0] * 8
    assert seen.values[11, :, 0].tolist() == [7.0] * 12
    assert seen.values[11, :, 2].tolist() == [7.0] * 12
    assert np.isnan(seen.values[11, :, 1]).all()


def test_a_triangle_has_the_districts_and_their_sum_as_known_each_monday() -> None:
    reports = [(place, day, day + 1, place + 1) for place in range(3) for day in range(28)]
    late = [(0, 6, 9, 100)]  # the first Sunday is corrected two days after the Monday on which its week was read
    sundays = [FIRST + timedelta(days=6 + 7 * week) for week in range(4)]
    found = triangle(told([*reports, *late]), 0, sundays, ZONE)
    assert found.places == ("a", "b", CITY)
    assert found.values[0, 0].tolist() == [28.0, 14.0, 42.0]
    assert found.values[1, 0].tolist() == [127.0, 14.0, 141.0]
    assert np.isnan(found.values[0, 1:]).all()


def test_weeks_known_end_with_the_sunday_that_is_asked_for() -> None:
    reports = [(place, day, day + 1, 1) for place in range(3) for day in range(28)]
    weeks = weeks_known(told(reports), told(reports).known(MORNING + timedelta(days=40)), FIRST + timedelta(days=13), 0)
    assert weeks.days == [FIRST + timedelta(days=6), FIRST + timedelta(days=13)]
    assert weeks.counts.tolist() == [[14.0, 7.0], [14.0, 7.0]]


def test_a_week_is_whole_on_monday_at_ten() -> None:
    sunday = date(2026, 3, 8)
    assert last_sunday(made_at(sunday, ZONE), ZONE) == sunday
    assert last_sunday(made_at(sunday, ZONE) - timedelta(minutes=1), ZONE) == sunday - timedelta(days=7)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=2, max_size=4))
def test_nobody_recovers_a_small_cell_from_a_week_and_its_city_totals(table) -> None:
    people = np.array(table, np.int64)
    districts, kinds = [str(n) for n in range(len(people))], ["x", "y", "z"]
    seen = {(kind, district): value for kind, district, value in shown(districts, kinds, people, MINIMUM)}
    for k, kind in enumerate(kinds):
        hidden = [d for d, district in enumerate(districts) if seen[kind, district] is None]
        small = [d for d in range(len(people)) if 0 < people[d, k] < 5]
        assert set(small) <= set(hidden)
        if small and seen[kind, CITY] is not None:
            left = seen[kind, CITY] - sum(seen[kind, str(d)] or 0 for d in range(len(people)))
            assert len(hidden) > 1  # subtraction leaves a sum of several, not the small cell
            assert left == people[hidden, k].sum()
