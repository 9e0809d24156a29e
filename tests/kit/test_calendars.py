"""Which days belong to a holiday with a name."""

from datetime import date

from citywide.kit.calendars import WorkingCalendar


def test_a_holidays_weekend_days_belong_to_it_and_an_ordinary_weekend_to_nothing():
    china = WorkingCalendar()
    assert china.is_public_holiday(date(2026, 10, 3))  # a Saturday of the National Day holiday
    assert not china.is_public_holiday(date(2026, 10, 10))  # a Saturday that makes up for it
    assert not china.is_public_holiday(date(2026, 10, 11))


def test_years_not_yet_announced_have_their_fixed_holidays():
    assert WorkingCalendar().is_public_holiday(date(2040, 10, 1))
    assert WorkingCalendar("DE").is_public_holiday(date(2026, 10, 3))
