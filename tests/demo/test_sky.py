from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citywide.demo.rhythm import bustle
from citywide.demo.sky import Sky
from citywide.kit.calendars import WorkingCalendar

START = datetime(2026, 7, 5, 23, 0, tzinfo=UTC)
AT = np.random.default_rng(0).uniform(-9000, 9000, (30, 2))


def fallen(sky, hours):
    return sum(sky.rain_mm(AT, START + timedelta(minutes=5 * step)) for step in range(12 * hours))


@given(st.integers(0, 200))
def test_the_first_downpour_begins_within_the_first_hour_and_wets_every_place(seed):
    assert (fallen(Sky(seed, 9000, START), 1) > 0.5).all()


def test_the_first_storm_brings_some_millimetres_in_an_hour_or_two_unevenly():
    for seed in range(10):
        total = fallen(Sky(seed, 9000, START), 4)
        assert 6 < total.mean() < 40
        assert total.max() > 1.1 * total.min()


def test_rain_does_not_depend_on_who_asks_first():
    late = START + timedelta(days=3, hours=4)
    asked, fresh = Sky(4, 9000, START), Sky(4, 9000, START)
    fallen(asked, 24)
    assert np.array_equal(asked.rain_mm(AT, late), fresh.rain_mm(AT, late))


def test_people_rush_on_working_days_and_sleep_in_on_holidays():
    calendar, zone = WorkingCalendar(), ZoneInfo("Asia/Shanghai")
    monday, sunday, national = (datetime(2025, *day, 8, 15, tzinfo=zone) for day in ((9, 22), (9, 21), (10, 1)))
    make_up = datetime(2025, 9, 28, 8, 15, tzinfo=zone)  # a Sunday worked for the National Day week
    assert bustle(monday, calendar) > 2 * bustle(sunday, calendar)
    assert bustle(national, calendar) == bustle(sunday, calendar)
    assert bustle(make_up, calendar) == bustle(monday, calendar)
