"""When the clocks are changed: working time is what passes, counted here by looking at the wall every five minutes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from citywide.hub import Category, Text
from citywide.hub.cases.deadlines import due_after, time_left
from citywide.kit.calendars import OFFICE_HOURS, WorkingCalendar
from citywide.kit.commands import NotPossibleError
from citywide.systems.hotline.report import passed

STEP = timedelta(minutes=5)
NIGHTS = ((time(0), time(6, 30)), (time(13), time(22)))  # over the hour that is skipped or doubled
SWITCHES = {
    ("FI", "Europe/Helsinki"): ("2026-03-29", "2026-10-25"),
    ("US-IL", "America/Chicago"): ("2026-03-08", "2026-11-01"),
    ("CL", "America/Santiago"): ("2026-04-05", "2026-09-06"),  # at midnight
    ("NZ", "Pacific/Chatham"): ("2026-04-05", "2026-09-27"),  # +12:45, +13:45
    ("AU", "Australia/Lord_Howe"): ("2026-04-05", "2026-10-04"),  # by half an hour
    ("NP", "Asia/Kathmandu"): ("2026-04-14",),  # +5:45, never
}


def works(calendar: WorkingCalendar, moment: datetime) -> bool:
    here = moment.astimezone(ZoneInfo(calendar.zone))
    open_now = any(begin <= here.time() < end for begin, end in calendar.hours)
    return open_now and calendar.is_working_day(here.date())


def every_day(switches: Sequence[str]) -> Sequence[datetime]:
    return [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in switches]


@pytest.mark.parametrize("hours", [OFFICE_HOURS, NIGHTS])
def test_deadlines_across_both_switches_are_what_the_wall_shows_step_by_step(hours) -> None:
    rng, lasting = np.random.default_rng(3), Category("fire", Text("", ""), "fire", STEP, around_the_clock=True)
    for (country, zone), switches in SWITCHES.items():
        calendar = WorkingCalendar(country, zone, hours)
        for switch in every_day(switches):
            first = switch - timedelta(days=6)
            open_steps = np.flatnonzero([works(calendar, first + n * STEP) for n in range(16 * 288)])
            opened = rng.integers(0, 8 * 288, 500)
            asked = rng.integers(1, 300, 500)
            expected = open_steps[np.searchsorted(open_steps, opened) + asked - 1] + 1
            for start, steps, end in zip(opened.tolist(), asked.tolist(), expected.tolist(), strict=True):
                begun = (first + start * STEP).astimezone(ZoneInfo(zone))
                due = calendar.add(begun, steps * STEP)
                assert due == first + end * STEP, (zone, begun, steps)
                assert calendar.between(begun, due) == steps * STEP
                assert calendar.between(calendar.subtract(due, steps * STEP), due) == steps * STEP
                natural = due_after(lasting, begun, steps * STEP, calendar).due
                assert natural.timestamp() - begun.timestamp() == 300 * steps
                assert time_left(lasting, begun.astimezone(UTC), natural, calendar) == steps * STEP


def test_hours_that_the_clocks_skip_are_no_working_time_and_no_span_runs_backwards() -> None:
    for country, zone in SWITCHES:
        calendar = WorkingCalendar(country, zone, ((time(2, 30), time(3)), (time(23, 30), time(23, 45))))
        spans = [span for n in range(365) for span in calendar.spans(date(2026, 1, 1) + timedelta(n))]
        assert all(begin < end for begin, end in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_the_last_day_of_a_report_begins_at_the_same_hour_of_the_wall() -> None:
    for day, hours in ((28, 24), (29, 23), (30, 24)):
        assert passed("day", datetime(2026, 3, day, 8, tzinfo=ZoneInfo("Europe/Helsinki"))) == timedelta(hours=hours)
    assert passed("week", datetime(2026, 11, 2, 8, tzinfo=ZoneInfo("America/Chicago"))) == timedelta(hours=169)


@pytest.mark.parametrize("hours", [(), ((time(18), time(9)),)])
def test_offices_that_never_open_are_refused_for_no_deadline_would_ever_come(hours) -> None:
    with pytest.raises(NotPossibleError, match="hours"):
        WorkingCalendar(hours=hours).must_be_known()
