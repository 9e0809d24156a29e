"""What a signal engineer asks for, looked at: each refusal says what would be accepted."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from citywide.hub import Entity
from citywide.hub.database.queries import queries_of
from citywide.hub.entities.registry import entity_from_row
from citywide.hub.ingest.batch import Refusal
from citywide.hub.running import Hub
from citywide.hub.web.problems import Problem
from citywide.systems.traffic import SYSTEM
from citywide.systems.traffic.crossing.facts import ShapeError
from citywide.systems.traffic.crossing.fitting import too_short
from citywide.systems.traffic.crossing.shapes import ORDINARY, Shape, Walk, shape_of, walk_of
from citywide.systems.traffic.engine.plans import PlanError, Schedule, Timetable
from citywide.systems.traffic.timetables import SPLITS_S

MOST_LETTERS, YEARS = 500, timedelta(days=3650)
LONGEST, A_YEAR = timedelta(days=31), timedelta(days=366)
CLOCK = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")
KEY = re.compile(r"^[a-z0-9][a-z0-9-]{0,23}$")
NAME = re.compile(r"^[^\W_]{1,24}$")
_QUERIES = queries_of(SYSTEM.folder)


def check_words(text: str, lacking: str) -> None:
    """Words that the next engineer can read."""
    if not text.strip():
        raise Problem(422, lacking)
    if len(text) > MOST_LETTERS:
        raise Problem(422, f"{len(text)} letters; accepted: at most {MOST_LETTERS}")


def check_day(hub: Hub, day: date) -> None:
    """A day that is not a slip of the hand."""
    if abs(day - hub.clock.now().date()) > YEARS:
        raise Problem(422, f"{day}; accepted: a day within {YEARS.days // 365} years")


def check_plan(hub: Hub, plan: str, crossing: str | None) -> None:
    """A derived plan belongs to the crossings whose volumes gave it: every crossing that is meant must have it."""
    if plan in SPLITS_S:
        return
    found = hub.database.rows(_QUERIES["plans_of_crossings"], {"crossing": crossing})
    lacking = [row["id"] for row in found if plan not in (row["plans"] or ())]
    if lacking == [row["id"] for row in found]:
        known = {*SPLITS_S, *(name for row in found for name in row["plans"] or ())}
        raise Problem(422, f"unknown plan {plan!r}; there are {', '.join(sorted(known))}")
    if lacking:
        usual = ", ".join(sorted(SPLITS_S))
        raise Problem(422, f"{', '.join(lacking)}: no plan {plan!r} here; accepted: a crossing that has it, or {usual}")


def check_crossing(hub: Hub, crossing: str | None) -> None:
    """A crossing of this city, or none for all."""
    if crossing is not None and not (crossing.startswith("crossing/") and hub.registry.knows(crossing)):
        raise Problem(422, f"there is no crossing {crossing!r}; accepted: an id such as crossing/01")


def check_begin(hub: Hub, begins: datetime) -> None:
    """When a change begins: with its zone, and not in another year."""
    if begins.tzinfo is None:
        raise Problem(422, "begins needs a time zone, such as 2026-03-02T08:00:00+08:00")
    if abs(begins - hub.clock.now()) > A_YEAR:
        raise Problem(422, f"begins {begins:%F}; accepted: within a year from now")


def check_hours(hours: float) -> None:
    """How long a change lasts."""
    if not 0 < hours <= LONGEST / timedelta(hours=1):
        raise Problem(422, f"{hours:g} hours; accepted: more than 0 and at most {LONGEST.days} days")


class Here(NamedTuple):
    """A crossing as it is registered: what a plan for it is checked against."""

    name: str
    shape: Shape
    walks: tuple[Walk, ...]


def here_of(hub: Hub, crossing: str) -> Here:
    """The crossing by its id; one whose facts cannot be says which."""
    check_crossing(hub, crossing)
    rows = hub.database.rows(_QUERIES["shape_of_crossing"], {"crossing": crossing})
    facts = [row["lane_facts"] for row in rows if row["lane_facts"] is not None]
    lanes = [lane for lane in facts if "lane" in lane] or ORDINARY
    try:
        shape = shape_of(rows[0]["number"], crossing, rows[0]["facts"], lanes)
        walks = tuple(walk_of(crossing, walk) for walk in facts if "lane" not in walk)
        return Here(rows[0]["name"], shape, walks)
    except ShapeError as error:
        raise Problem(422, str(error)) from error


def check_own_plan(here: Here, name: str, splits: Sequence[int]) -> None:
    """A name that can be said again, a split for each phase, and none that cuts anybody short."""
    if not NAME.match(name):
        raise refused("plan", f"{name!r}", "one word of at most 24 letters or digits, such as school")
    phases = len(here.shape.phases)
    if len(splits) != phases:
        raise refused("splits", f"{len(splits)} splits", f"{phases}, one for each phase of this crossing")
    faults = list(too_short(here.shape, here.walks, splits))
    if faults:
        raise Problem(422, "; ".join(faults))


def numbers_of(where: str, text: str) -> tuple[int, ...]:
    """Whole numbers with spaces or commas between."""
    parts = re.split(r"[\s,，+]+", text.strip())
    if not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        raise refused(where, f"{text[:60]!r}", "whole seconds with spaces between, such as 34 17 34 17")
    return tuple(map(int, parts))


def hours_of(text: str, schedule: Schedule) -> tuple[tuple[int, str], ...]:
    """`00:00 night, 07:00 peak` as minutes of the day and plans that this crossing has; nothing is nothing."""
    told = [part.split() for part in re.split(r"[,，;\n]+", text) if part.strip()]
    for part in told:
        if len(part) != 2 or not CLOCK.match(part[0]):
            raise refused("hours", f"{' '.join(part)[:60]!r}", "a time and a plan, such as 07:00 peak")
        if part[1] not in schedule.plans:
            raise refused("hours", f"plan {part[1]!r}", f"one of this crossing: {', '.join(sorted(schedule.plans))}")
    starts = tuple((_minute(clock), plan) for clock, plan in told)
    try:
        return Timetable(starts).starts if starts else ()
    except PlanError:
        raise refused("hours", f"{text[:60]!r}", "times that rise, the first of them 00:00") from None


def begin_of(hub: Hub, day: date | None, clock: str | None) -> datetime:
    """A day and a time of day where the city is; without either, now."""
    if clock is not None and not CLOCK.match(clock.strip()):
        raise refused("at", f"{clock[:60]!r}", "a time of day such as 07:30")
    now = hub.clock.now().astimezone(ZoneInfo(hub.city.calendar.zone))
    if day is None and clock is None:
        return now
    at = time(*divmod(_minute(clock.strip()), 60)) if clock is not None else time()
    return datetime.combine(day or now.date(), at, now.tzinfo)


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def lane_of(hub: Hub, lane: str) -> Entity:
    """A lane of this city."""
    found = hub.database.rows(_QUERIES["lane_by_id"], {"lane": lane.replace("\0", "")})
    if not found:
        raise refused("lane", repr(lane[:60]), "a lane's id such as detector/01-3")
    return entity_from_row(found[0])


def refused(where: str, what: str, accepted: str) -> Problem:
    """What is wrong with one field, in its place."""
    return Problem(422, f"{where}: {what}; accepted: {accepted}", [Refusal(where, what, accepted)])
