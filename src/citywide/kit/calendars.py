"""Working time: weekends, public holidays, and the weekends that make up for them."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays
from msgspec import Struct

from citywide.kit.commands import NotPossibleError

OFFICE_HOURS = ((time(9), time(12)), (time(14), time(18)))
Span = tuple[datetime, datetime]


class WorkingCalendar(Struct, frozen=True):
    """When a city's offices work: the holidays and the weekend of its country, its time zone, its hours."""

    country: str = "CN"
    zone: str = "Asia/Shanghai"
    hours: tuple[tuple[time, time], ...] = OFFICE_HOURS

    def must_be_known(self) -> None:
        """Refuse a country or a zone that there is not, and offices that never open."""
        if not self.hours or any(begin >= end for begin, end in self.hours):
            raise NotPossibleError("hours: at least one span of a day, each with its begin before its end")
        if any(end > begin for (_, end), (begin, _) in pairwise(self.hours)):
            raise NotPossibleError("hours: one span after the other; an hour that two of them hold would count twice")
        try:
            ZoneInfo(self.zone)
            _holidays(self.country, 2026)
        except (KeyError, ValueError, NotImplementedError) as error:  # no zone, a path for one, no such country
            said = f"no calendar for the country {self.country[:40]!r} in the zone {self.zone[:40]!r}"
            accepted = "accepted: a country such as CN or DE-BY, a zone such as Asia/Shanghai"
            raise NotPossibleError(f"{said}: {str(error)[:200]}; {accepted}") from error

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that day, make-up working days included."""
        return _is_working_day(self.country, day)

    def makes_up(self, day: date) -> bool:
        """Whether offices work on that day although it belongs to the weekend."""
        return self.is_working_day(day) and _holidays(self.country, day.year).is_weekend(day)

    def is_public_holiday(self, day: date) -> bool:
        """Whether that day belongs to a holiday with a name, its weekend days too."""
        return _is_public_holiday(self.country, day)

    def spans(self, day: date) -> tuple[Span, ...]:
        """The working spans of that day, in UTC."""
        return _spans(self, day)

    def spans_from(self, start: datetime) -> Iterator[Span]:
        """Working spans that end after `start`, the first cut to begin there."""
        start = start.astimezone(UTC)  # beside a switch of the clocks an hour on the wall is none that passes
        day = start.astimezone(ZoneInfo(self.zone)).date()
        while True:
            yield from ((max(begin, start), end) for begin, end in self.spans(day) if end > start)
            day += timedelta(days=1)

    def add(self, start: datetime, working: timedelta) -> datetime:
        """The moment when so much working time has passed since `start`."""
        if working <= timedelta(0):
            return start
        for begin, end in self.spans_from(start):
            if begin + working <= end:
                return begin + working
            working -= end - begin
        raise AssertionError("working spans never end")

    def subtract(self, end: datetime, working: timedelta) -> datetime:
        """The latest moment from which so much working time passes until `end`."""
        end = end.astimezone(UTC)
        day = end.astimezone(ZoneInfo(self.zone)).date()
        while True:
            for begin, stop in reversed(self.spans(day)):
                if begin < end and begin + working <= min(stop, end):
                    return min(stop, end) - working
                working -= max(timedelta(0), min(stop, end) - begin)
            day -= timedelta(days=1)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time that passed from `start` to `end`."""
        total = timedelta(0)
        for begin, stop in self.spans_from(start):
            if begin >= end:
                break
            total += min(stop, end) - begin
        return total


@lru_cache(maxsize=8192)
def _is_working_day(country: str, day: date) -> bool:
    if country == "CN":
        with suppress(NotImplementedError):  # the State Council announces a year late in the year before
            return chinese_calendar.is_workday(day)
    return _holidays(country, day.year).is_working_day(day)


@lru_cache(maxsize=8192)
def _is_public_holiday(country: str, day: date) -> bool:
    if country == "CN":
        with suppress(NotImplementedError):  # not yet announced
            free, name = chinese_calendar.get_holiday_detail(day)
            return free and name is not None
    return day in _holidays(country, day.year)


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> holidays.HolidayBase:
    """Holidays, weekends and make-up days of a country, or of a part of it such as DE-BY."""
    whole, _, part = country.partition("-")
    return holidays.country_holidays(whole, part or None, years=year, expand=False)


@lru_cache(maxsize=8192)
def _spans(calendar: WorkingCalendar, day: date) -> tuple[Span, ...]:
    if not calendar.is_working_day(day):
        return ()
    zone = ZoneInfo(calendar.zone)
    local = [
        (datetime.combine(day, a, zone), datetime.combine(day, b.replace(fold=1), zone)) for a, b in calendar.hours
    ]
    spans = ((begin.astimezone(UTC), end.astimezone(UTC)) for begin, end in local)
    return tuple((begin, end) for begin, end in spans if begin < end)  # hours that the clocks skip are none
