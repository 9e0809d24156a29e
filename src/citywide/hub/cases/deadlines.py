"""Deadlines in working time, each with the line that explains it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from citywide.hub.vocabulary.affairs import Category
from citywide.kit.calendars import WorkingCalendar
from citywide.kit.text import Text

WEEKDAYS = "一二三四五六日"


class Deadline(Struct, frozen=True):
    """When a case is due, and why then."""

    due: datetime
    because: Text


def deadline(category: Category, opened: datetime, calendar: WorkingCalendar) -> Deadline:
    """The first deadline of a case of this category."""
    return due_after(category, opened, category.within, calendar)


def due_after(category: Category, start: datetime, left: timedelta, calendar: WorkingCalendar) -> Deadline:
    """The deadline when so much time is left at `start`."""
    if category.around_the_clock:
        due = start.astimezone(UTC) + left
        return Deadline(due, _because(due, start, left, calendar, Text("hours, day and night", "小时（昼夜计算）")))
    due = calendar.add(start, left)
    return Deadline(due, _because(due, start, left, calendar, _skipped(start, due, calendar)))


def time_left(category: Category, at: datetime, due: datetime, calendar: WorkingCalendar) -> timedelta:
    """How much of the deadline is left; negative when it has passed."""
    if category.around_the_clock:
        return due - at
    return calendar.between(at, due) if at <= due else -calendar.between(due, at)


def moment_of_share(category: Category, opened: datetime, share: float, calendar: WorkingCalendar) -> datetime:
    """When this share of the deadline has passed: a rung of the ladder."""
    return due_after(category, opened, category.within * share, calendar).due


def undeclared(row: Mapping[str, Any]) -> Category:
    """The category of a case whose system has gone: as much time, day and night, as it was given at first."""
    name, within = row["category"], (row["first_due"] or row["opened"]) - row["opened"]
    return Category(name, Text(name, name), row["department"], within or timedelta(days=1), around_the_clock=True)


def pause_says(left: timedelta, until: datetime, calendar: WorkingCalendar, note: str) -> Text:
    """How much time is left, how long the pause may last, and why it is made."""
    hours, here = f"{left.total_seconds() / 3600:.1f}", until.astimezone(ZoneInfo(calendar.zone))
    return Text(
        f"paused with {hours} h left, until {here:%a %Y-%m-%d %H:%M} at the latest: {note}",
        f"暂停计时，剩余 {hours} 小时，最迟至 {_chinese(here)}：{note}",
    )


def due_says(due: datetime, calendar: WorkingCalendar, en: str, zh: str) -> Text:
    """A deadline in the city's time, and why it is this one."""
    here = due.astimezone(ZoneInfo(calendar.zone))
    return Text(f"due {here:%a %Y-%m-%d %H:%M}: {en}", f"期限 {_chinese(here)}：{zh}")


def _because(due: datetime, start: datetime, left: timedelta, calendar: WorkingCalendar, counted: Text) -> Text:
    hours = f"{round(left.total_seconds() / 3600, 1):g}"
    here = start.astimezone(ZoneInfo(calendar.zone))
    en = f"{hours} {counted.en} from {here:%a %Y-%m-%d %H:%M}"
    return due_says(due, calendar, en, f"自 {_chinese(here)} 起 {hours} {counted.zh}")


def _skipped(start: datetime, due: datetime, calendar: WorkingCalendar) -> Text:
    zone = ZoneInfo(calendar.zone)
    first, last = start.astimezone(zone).date(), due.astimezone(zone).date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    free = sum(not calendar.is_working_day(day) for day in days)
    made_up = sum(map(calendar.makes_up, days))
    en, zh = "working hours", "个工作小时"
    if free:
        en, zh = f"{en}, {free} free days not counted,", f"{zh}（{free} 个休息日不计）"
    if made_up:
        en, zh = f"{en} {made_up} make-up working days counted,", f"{zh}（{made_up} 个调休上班日计入）"
    return Text(en, zh)


def _chinese(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d} 周{WEEKDAYS[moment.weekday()]} {moment:%H:%M}"
