"""The words of plans: which kind of day, which plan at which hour, and a change that returns by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class DayKind(StrEnum):
    """Kinds of day that have a timetable of their own; a make-up working day is a weekday."""

    WEEKDAY = "weekday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    EVENT = "event"


KINDS_ZH = {DayKind.WEEKDAY: "工作日", DayKind.WEEKEND: "周末", DayKind.HOLIDAY: "节假日", DayKind.EVENT: "活动日"}
DayKindOf = Callable[[date], DayKind]


@dataclass(frozen=True)
class Plan:
    """Fixed times of one crossing: cycle, offset and each phase's split (green with its clearance)."""

    name: str
    cycle_s: int
    offset_s: int
    splits_s: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 30 <= self.cycle_s <= 240:
            raise PlanError(f"plan {self.name!r}", f"cycle {self.cycle_s} s", "30 to 240 s")
        if not 0 <= self.offset_s < self.cycle_s:
            raise PlanError(f"plan {self.name!r}", f"offset {self.offset_s} s", "0 up to the cycle")
        if sum(self.splits_s) != self.cycle_s or min(self.splits_s, default=0) < 7:
            what = f"splits {list(self.splits_s)} for a cycle of {self.cycle_s} s"
            raise PlanError(f"plan {self.name!r}", what, "splits of at least 7 s that add up to the cycle")


class PlanError(ValueError):
    """A plan or timetable that cannot be: where, what was wrong, what is accepted."""

    def __init__(self, where: str, what: str, accepted: str) -> None:
        super().__init__(f"{where}: {what}; accepted: {accepted}")
        self.where, self.what, self.accepted = where, what, accepted


@dataclass(frozen=True)
class Timetable:
    """From which minute of the day which plan runs, for one kind of day."""

    starts: tuple[tuple[int, str], ...]

    def __post_init__(self) -> None:
        minutes = [minute for minute, _ in self.starts]
        if not minutes or minutes[0] != 0 or minutes != sorted(set(minutes)) or minutes[-1] >= 1440:
            raise PlanError("timetable", f"starts at {minutes}", "rising minutes of the day, the first one 0")

    def at(self, minute: int) -> tuple[int, str]:
        """The start in force at a minute of the day, and its plan."""
        return max(start for start in self.starts if start[0] <= minute)


@dataclass(frozen=True)
class Change:
    """A plan for a while, for a reason: it returns by itself at its end."""

    plan: str
    begins: datetime
    ends: datetime
    reason: str
    adaptive: bool = True  # whether the controller may depart from the plan

    def __post_init__(self) -> None:
        if self.begins.tzinfo is None or self.ends.tzinfo is None:
            raise PlanError(f"change to {self.plan!r}", "a time without its zone", "aware times")
        if not self.begins < self.ends <= self.begins + timedelta(days=31):
            raise PlanError(f"change to {self.plan!r}", f"{self.begins} to {self.ends}", "an end within 31 days")


@dataclass(frozen=True)
class Choice:
    """The plan in force and the reason, in one line."""

    plan: Plan
    reason: str
    reason_zh: str
    adaptive: bool = True
    until: datetime | None = None  # when it returns by itself


@dataclass(frozen=True)
class Schedule:
    """All plans of a crossing, its timetables by kind of day, and the changes that are planned."""

    plans: Mapping[str, Plan]
    timetables: Mapping[DayKind, Timetable]
    changes: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        if DayKind.WEEKDAY not in self.timetables:
            raise PlanError("schedule", "no weekday timetable", "at least the weekday's")
        used = {plan for table in self.timetables.values() for _, plan in table.starts}
        unknown = sorted((used | {change.plan for change in self.changes}) - set(self.plans))
        if unknown:
            raise PlanError("schedule", f"plan {unknown[0]!r}", f"one of {sorted(self.plans)}")

    def at(self, now: datetime, day_kind: DayKindOf) -> Choice:
        """The plan in force; the latest change that has begun goes before the timetable."""
        if now.tzinfo is None:
            raise PlanError("now", f"{now} without its zone", "an aware time, in the city's zone")
        running = [change for change in self.changes if change.begins <= now < change.ends]
        if running:
            change = max(
                reversed(running), key=lambda one: one.begins
            )  # of two that begin together, the later decision
            ends = change.ends.astimezone(now.tzinfo)
            reason = f"{change.reason}: plan {change.plan} until {ends:%d %b %H:%M}, then back"
            until = f"{ends.month}月{ends.day}日 {ends:%H:%M}"
            zh = f"{change.reason}：{in_chinese(change.plan)}方案至 {until}，到期自动恢复"
            return Choice(self.plans[change.plan], reason, zh, change.adaptive, change.ends)
        kind = day_kind(now.date())
        table = self.timetables.get(kind) or self.timetables[_nearest(kind, self.timetables)]
        minute, plan = table.at(now.hour * 60 + now.minute)
        why = f"{kind} timetable" if kind in self.timetables else f"no {kind} timetable, so the nearest"
        why_zh = f"{KINDS_ZH[kind]}时段表" if kind in self.timetables else f"无{KINDS_ZH[kind]}时段表，取最接近者"
        since = f"{minute // 60:02d}:{minute % 60:02d}"
        return Choice(
            self.plans[plan], f"{why}: plan {plan} since {since}", f"{why_zh}：{since} 起用{in_chinese(plan)}方案"
        )

    def with_change(self, change: Change) -> "Schedule":
        """The schedule with one more change; one that runs now is not ended by another to come."""
        return Schedule(self.plans, self.timetables, (*self.changes, change))


def in_chinese(plan: str) -> str:
    """A plan's name: the city's usual ones, or the kind of day and the time it was made for."""
    known = {"night": "夜间", "day": "平峰", "peak": "高峰", **KINDS_ZH}
    name, _, since = plan.partition("-")
    return f"{known.get(name, name)} {since} " if since else known.get(name, f" {name} ")


def _nearest(kind: DayKind, tables: Mapping[DayKind, Timetable]) -> DayKind:
    if kind is not DayKind.WEEKDAY and DayKind.WEEKEND in tables:
        return DayKind.WEEKEND
    return DayKind.WEEKDAY


def with_events(day_kind: DayKindOf, event_days: frozenset[date]) -> DayKindOf:
    """A calendar in which some days are event days."""

    def of(day: date) -> DayKind:
        return DayKind.EVENT if day in event_days else day_kind(day)

    return of
