"""What a signal engineer asks for, looked at: each refusal says what would be accepted."""

from datetime import date, datetime, timedelta

from citywide.hub.database.queries import queries_of
from citywide.hub.running import Hub
from citywide.hub.web.problems import Problem
from citywide.systems.traffic import SYSTEM
from citywide.systems.traffic.timetables import SPLITS_S

MOST_LETTERS, YEARS = 500, timedelta(days=3650)
LONGEST, A_YEAR = timedelta(days=31), timedelta(days=366)
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
