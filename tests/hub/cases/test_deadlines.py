"""Deadlines equal an oracle that counts every single minute."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays
import numpy as np
import pytest

from citywide.hub import Category, Text
from citywide.hub.cases.deadlines import deadline, due_after, time_left
from citywide.kit.calendars import WorkingCalendar

START = date(2023, 1, 1)
DAYS = 366 * 3 + 20
WEEK = Category("leak", Text("Leak", "漏水"), "water", timedelta(hours=35))


def is_working(country: str, day: date) -> bool:
    if country == "CN":
        festival = chinese_calendar.is_holiday(day)
        return not festival
    return day.weekday() < 5 and day not in holidays.country_holidays(country, years=day.year)


@cache
def minutes(country: str, zone: str) -> tuple[np.ndarray, int]:
    """For every minute of three years: whether it is working time. Nothing clever."""
    first = datetime.combine(START, time(), ZoneInfo(zone)).astimezone(UTC)
    flags = np.zeros(DAYS * 1440, bool)
    for offset in range(DAYS):
        day = START + timedelta(days=offset)
        if is_working(country, day):
            for begin, end in ((9, 12), (14, 18)):
                start = datetime.combine(day, time(begin), ZoneInfo(zone)).astimezone(UTC)
                at = int((start - first).total_seconds() // 60)
                flags[at : at + (end - begin) * 60] = True
    return np.flatnonzero(flags), int(first.timestamp())


@pytest.mark.parametrize(("country", "zone"), [("CN", "Asia/Shanghai"), ("DE", "Europe/Berlin")])
def test_a_hundred_thousand_deadlines_fall_on_the_minute_the_oracle_counts(country: str, zone: str) -> None:
    working, first = minutes(country, zone)
    calendar, rng = WorkingCalendar(country, zone), np.random.default_rng(1)
    opened = rng.integers(0, (DAYS - 60) * 1440, 50_000)
    asked = rng.integers(1, 80 * 60, 50_000)
    place = np.searchsorted(working, opened)
    expected = working[place + asked - 1] + 1
    for start, minutes_asked, due in zip(opened.tolist(), asked.tolist(), expected.tolist(), strict=True):
        begun = datetime.fromtimestamp(first + 60 * start, UTC)
        found = calendar.add(begun, timedelta(minutes=minutes_asked))
        assert int(found.timestamp() - first) == 60 * due, (begun, minutes_asked)


def test_adding_measuring_and_subtracting_agree() -> None:
    calendar, rng = WorkingCalendar(), np.random.default_rng(2)
    for _ in range(3000):
        start = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=int(rng.integers(0, 1440 * 600)))
        working = timedelta(minutes=int(rng.integers(1, 4000)))
        due = calendar.add(start, working)
        assert calendar.between(start, due) == working
        assert calendar.between(calendar.subtract(due, working), due) == working


def test_the_national_day_week_and_its_make_up_days_are_counted_and_explained() -> None:
    opened = datetime(2025, 9, 30, 8, 0, tzinfo=UTC)  # Tuesday 16:00 in Shanghai, the eve of an eight-day holiday
    found = deadline(Category("hole", Text("Hole", "坑"), "roads", timedelta(hours=18)), opened, WorkingCalendar())
    assert found.because.en == (
        "due Sat 2025-10-11 11:00: 18 working hours, 8 free days not counted, "
        "1 make-up working days counted, from Tue 2025-09-30 16:00"
    )
    assert "8 个休息日不计" in found.because.zh


def test_a_pause_keeps_what_was_left_and_a_day_and_night_category_never_sleeps() -> None:
    calendar, opened = WorkingCalendar(), datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    due = deadline(WEEK, opened, calendar).due
    paused = opened + timedelta(days=1)
    left = time_left(WEEK, paused, due, calendar)
    assert left == timedelta(hours=28)
    assert calendar.between(paused, due_after(WEEK, paused, left, calendar).due) == left
    fire = Category("fire", Text("Fire", "火"), "fire", timedelta(hours=1), around_the_clock=True)
    assert deadline(fire, opened, calendar).due == opened + timedelta(hours=1)
