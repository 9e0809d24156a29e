"""Signal plans: timetables and changes, plans timed from volumes, and green waves along a street."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.traffic.engine.plans import (
    Change,
    DayKind,
    Plan,
    PlanError,
    Road,
    Schedule,
    Served,
    Timetable,
    band_s,
    corridor_plans,
    green_wave,
    segments,
    timed,
    typical_day,
    with_events,
)

PLANS = {name: Plan(name, 90, 10, (50, 40)) for name in ("night", "peak", "calm", "match")}
SCHEDULE = Schedule(
    PLANS,
    {
        DayKind.WEEKDAY: Timetable(((0, "night"), (420, "peak"), (600, "calm"))),
        DayKind.WEEKEND: Timetable(((0, "night"), (540, "calm"))),
        DayKind.EVENT: Timetable(((0, "calm"), (1080, "match"))),
    },
)
MAKE_UP_SATURDAY = date(2025, 9, 28)


def kind_of(day):
    if day == MAKE_UP_SATURDAY:
        return DayKind.WEEKDAY
    if day == date(2025, 10, 1):
        return DayKind.HOLIDAY
    return DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WEEKDAY


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def test_the_plan_says_why_in_one_line():
    choice = SCHEDULE.at(at(date(2025, 9, 24), 8), kind_of)
    assert (choice.plan.name, choice.reason) == ("peak", "weekday timetable: plan peak since 07:00")


def test_a_make_up_working_day_runs_the_weekday_plans():
    assert MAKE_UP_SATURDAY.weekday() >= 5
    assert SCHEDULE.at(at(MAKE_UP_SATURDAY, 8), kind_of).plan.name == "peak"


def test_a_holiday_without_timetable_takes_the_weekends_and_says_so():
    choice = SCHEDULE.at(at(date(2025, 10, 1), 8), kind_of)
    assert choice.reason == "no holiday timetable, so the nearest: plan night since 00:00"


def test_an_event_day_goes_before_the_calendar():
    days = with_events(kind_of, frozenset({date(2025, 9, 24)}))
    assert SCHEDULE.at(at(date(2025, 9, 24), 20), days).plan.name == "match"


def test_a_change_returns_by_itself():
    begins = at(date(2025, 9, 24), 8)
    changed = SCHEDULE.with_change(Change("match", begins, begins + timedelta(hours=2), "burst main"))
    during, after = (changed.at(begins + timedelta(hours=h), kind_of) for h in (1, 2))
    assert during.reason == "burst main: plan match until 24 Sep 10:00, then back"
    assert after.plan.name == "calm"


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda: Plan("a", 90, 0, (50, 50)), "plan 'a': splits"),
        (lambda: Plan("a", 90, 90, (50, 40)), "plan 'a': offset 90 s; accepted: 0 up to the cycle"),
        (lambda: Timetable(((60, "a"),)), "timetable: starts at"),
        (lambda: Schedule({}, {DayKind.WEEKDAY: Timetable(((0, "x"),))}), "schedule: plan 'x'"),
        (lambda: Change("a", at(date(2025, 1, 2), 1), at(date(2025, 1, 1), 1), "?"), "an end within 31 days"),
    ],
)
def test_malformed_plans_are_refused_with_where_and_what(broken, says):
    with pytest.raises(PlanError, match=says):
        broken()


def a_day():
    hour = np.arange(96) / 4
    morning = 20 + 80 * np.exp(-(((hour - 8) / 1.2) ** 2)) + 60 * ((hour > 7) & (hour < 20))
    evening = 10 + 90 * np.exp(-(((hour - 18) / 1.5) ** 2)) + 40 * ((hour > 7) & (hour < 20))
    return np.stack([morning, evening], 1)


def test_a_days_segments_find_both_peaks_and_the_night():
    days = np.random.default_rng(0).poisson(a_day(), (20, 96, 2)).astype(float)
    days[3] *= 4
    parts = segments(typical_day(days))
    assert 4 <= len(parts.starts) <= 7
    assert parts.starts[0] == 0
    assert parts.volumes[:, 0].argmax() < parts.volumes[:, 1].argmax()


def within(day, cuts):
    x = np.sqrt(day)
    return sum(((x[a:b] - x[a:b].mean(0)) ** 2).sum() for a, b in pairwise(cuts))


def test_the_cut_is_the_best_of_all_cuts():
    day = np.random.default_rng(2).gamma(2, 20, (14, 2))
    parts = segments(day, most=3, least_quarters=2)
    cuts = [*parts.starts.tolist(), 14]
    same_size = product(range(2, 13), repeat=len(cuts) - 2)
    others = ([0, *inner, 14] for inner in same_size)
    fair = [cut for cut in others if all(b - a >= 2 for a, b in pairwise(cut))]
    assert within(day, cuts) == pytest.approx(min(within(day, cut) for cut in fair))


@given(st.lists(st.floats(10, 1500), min_size=4, max_size=4), st.integers(1, 3))
@settings(max_examples=80, deadline=None)
def test_every_timed_plan_is_a_plan_with_minimum_splits(volumes, lanes):
    plan = timed("x", np.array(volumes), np.array([0, 0, 1, 2]), np.full(4, lanes))
    assert sum(plan.splits_s) == plan.cycle_s
    assert min(plan.splits_s) >= 10
    assert plan.cycle_s - min(plan.splits_s) + 4 <= 90  # nobody is at red for longer


def test_a_day_of_plans_covers_the_day():
    street = [Served(a_day() * 4, np.array([0, 1]), np.array([2, 2]), 2, 0, (30, 13))]
    ((plans, table),) = corridor_plans("weekday", street, np.zeros(0))
    assert all(plan.splits_s[0] >= 30 and plan.splits_s[1] >= 13 for plan in plans.values())
    assert {table.at(minute)[1] for minute in range(1440)} == set(plans)


def brute_band(road, offsets, outward):
    travel = road.travel_out_s if outward else road.travel_in_s[::-1]
    reach = np.concatenate([[0], np.cumsum(travel)])
    reach = reach if outward else reach[::-1]
    start = offsets + road.green_from_s - reach
    into = np.mod(np.arange(0, road.cycle_s, 1.0)[:, None] - start, road.cycle_s) < road.green_s
    return best_run(into.all(1))


def best_run(free):
    if free.all():
        return len(free)
    twice, longest, run = np.concatenate([free, free]), 0, 0
    for good in twice:
        run = run + 1 if good else 0
        longest = max(longest, run)
    return longest


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_a_band_is_what_counting_seconds_gives(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 5))
    whole = [rng.integers(0, 60, n).astype(float), rng.integers(35, 55, n).astype(float)]
    road = Road(60.0, *whole, *(rng.integers(5, 50, n - 1).astype(float) for _ in "ab"))
    offsets = rng.integers(0, 60, n).astype(float)
    for outward in (True, False):
        assert band_s(road, offsets, outward=outward) == brute_band(road, offsets, outward)


def test_a_green_wave_is_as_wide_as_the_best_offsets_allow():
    road = Road(40.0, np.zeros(3), np.full(3, 18.0), np.array([11.0, 14.0]), np.array([11.0, 14.0]))
    found = green_wave(road)
    best = max(
        sum(band_s(road, np.array([0.0, a, b]), outward=way) for way in (True, False))
        for a, b in product(range(40), repeat=2)
    )
    assert sum(band_s(road, found, outward=way) for way in (True, False)) >= best - 1


def test_a_streets_plans_share_their_cycle_and_hours_and_carry_a_wider_wave_than_none():
    volumes = np.repeat(a_day()[:, None, :], 4, 1) * 4 * np.array([1.0, 0.8, 0.9, 1.1])[:, None]
    travel = np.array([35.0, 28.0, 40.0])
    street = [Served(volumes[:, at], np.array([0, 1]), np.array([1, 1]), 2, 1) for at in range(4)]
    tables = corridor_plans("weekday", street, travel)
    assert len({table for _, table in tables}) == 1
    for label in tables[0][0]:
        plans = [own[label] for own, _ in tables]
        assert len({plan.cycle_s for plan in plans}) == 1
        begin, green = np.array([plan.splits_s for plan in plans], float).T
        road = Road(float(plans[0].cycle_s), begin, green, travel, travel)
        offsets = np.array([plan.offset_s for plan in plans], float)
        bands = [sum(band_s(road, given, outward=way) for way in (True, False)) for given in (offsets, np.zeros(4))]
        assert bands[0] >= bands[1]


def test_a_change_to_come_does_not_end_the_one_that_runs():
    begins = at(date(2026, 3, 2), 8)
    running = Change("match", begins, begins + timedelta(hours=8), "burst main")
    tonight = Change("night", begins + timedelta(hours=12), begins + timedelta(hours=14), "roadworks")
    changed = SCHEDULE.with_change(running).with_change(tonight)
    assert changed.at(begins + timedelta(hours=1), kind_of).plan.name == "match"
    assert changed.at(begins + timedelta(hours=13), kind_of).plan.name == "night"
    again = changed.with_change(Change("night", begins, begins + timedelta(hours=8), "no, this one"))
    assert again.at(begins + timedelta(hours=1), kind_of).plan.name == "night"


def test_a_crossing_of_sixteen_phases_has_a_cycle_in_which_each_has_its_time():
    flows = np.random.default_rng(0).uniform(0, 900, 16)
    plan = timed("busy", flows, np.arange(16), np.ones(16))
    assert plan.cycle_s == 160
    assert min(plan.splits_s) == 10
    with pytest.raises(PlanError, match="a movement without a volume"):
        timed("busy", np.full(2, np.nan), np.arange(2), np.ones(2))
