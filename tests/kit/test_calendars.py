"""Which days belong to a holiday with a name."""

from datetime import date

import pytest

from citywide.kit.calendars import WorkingCalendar
from citywide.kit.commands import NotPossibleError


def test_a_holidays_weekend_days_belong_to_it_and_an_ordinary_weekend_to_nothing():
    china = WorkingCalendar()
    assert china.is_public_holiday(date(2026, 10, 3))  # a Saturday of the National Day holiday
    assert not china.is_public_holiday(date(2026, 10, 10))  # a Saturday that makes up for it
    assert not china.is_public_holiday(date(2026, 10, 11))


def test_years_not_yet_announced_have_their_fixed_holidays():
    assert WorkingCalendar().is_public_holiday(date(2040, 10, 1))
    assert WorkingCalendar("DE").is_public_holiday(date(2026, 10, 3))


def test_a_weekend_is_the_countrys_own_and_some_of_its_days_make_up_for_a_free_one():
    riyadh = WorkingCalendar("SA", "Asia/Riyadh")
    week = [date(2026, 3, 1 + day) for day in range(7)]  # Sunday to Saturday
    assert [riyadh.is_working_day(day) for day in week] == [True] * 5 + [False] * 2
    assert not any(map(riyadh.makes_up, week))
    assert WorkingCalendar("HU").makes_up(date(2025, 5, 17))
    assert WorkingCalendar().makes_up(date(2026, 10, 10))


def test_a_part_of_a_country_has_holidays_of_its_own():
    assert not WorkingCalendar("DE-BY").is_working_day(date(2026, 1, 6))
    assert WorkingCalendar("DE").is_working_day(date(2026, 1, 6))


@pytest.mark.parametrize(
    ("country", "zone"), [("XX", "Asia/Shanghai"), ("DE-ZZ", "Europe/Berlin"), ("CN", "Mars/Olympus")]
)
def test_a_country_or_a_zone_that_is_none_is_said(country: str, zone: str):
    with pytest.raises(NotPossibleError, match="no calendar"):
        WorkingCalendar(country, zone).must_be_known()
