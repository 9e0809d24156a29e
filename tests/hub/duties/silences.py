"""Devices that fall silent and come back: how the tests let them, and how they read what became of it."""

from collections.abc import Sequence
from datetime import timedelta

from citywide.hub import Entity, Point, Reading
from citywide.hub.cases.acts import Asked, carry_out
from citywide.hub.testing import MORNING, TrialCity

MINUTE = timedelta(minutes=1)
UNHELD = """
select alarm.id from hub.alarm where rule = 'gauge_silent' and cleared is null and 1 <> (
    select count(distinct cases.id) from hub.cases where state <> 'closed' and (
        cases.alarm = alarm.id
        or cases.id in (select outage from hub.device_alarm where device_alarm.alarm = alarm.id)
        or cases.id in (select cases from hub.case_step where what = 'joined' and facts ->> 'alarm' = alarm.id::text)))
order by id
"""


def gauges(city: TrialCity, many: int, department: str = "drainage", name: str = "g") -> list[str]:
    """So many gauges, known to the city."""
    found = [Entity(f"gauge/{name}-{n}", "gauge", f"Lane {name} {n}", _place(n), department) for n in range(many)]
    city.add(*found)
    return [each.id for each in found]


def _place(number: int) -> Point:
    return Point(106.5 + number / 1000, 29.5)


def speak(city: TrialCity, names: Sequence[str], minute: float, depth: float = 1.0) -> None:
    """They tell their depth at this minute of the morning."""
    at = MORNING + minute * MINUTE
    city.clock.set(max(city.clock.now(), at))
    city.send(*(Reading(name, "water_depth", at, depth) for name in names))


def wait(city: TrialCity, minute: float) -> None:
    """Nobody says anything until then."""
    city.clock.set(MORNING + minute * MINUTE)
    city.settle()


def do(city: TrialCity, case: int, act: str, to: str = "") -> None:
    """An officer does something with a case."""
    with city.hub.database.transaction() as connection:
        carry_out(
            city.hub.desk, connection, case, Asked(act, "by the power company's word", to), city.clock.now(), "wen"
        )


def cases(city: TrialCity) -> list[tuple[str, str, str]]:
    """Every case, by category, state and title."""
    found = city.hub.database.rows("select category, state, title ->> 'en' as title from hub.cases order by id")
    return [(row["category"], row["state"], row["title"]) for row in found]


def open_of(found: Sequence[tuple[str, str, str]]) -> int:
    """How many of them are open."""
    return sum(state != "closed" for _, state, _ in found)


def told(city: TrialCity) -> list[str]:
    """What the record tells of cases."""
    return [line.replace(" case   ", " ") for line in city.story().splitlines() if " case " in line]


def unheld(city: TrialCity) -> list[int]:
    """The alarms of silence that stand and are not in exactly one open case."""
    return [row["id"] for row in city.hub.database.rows(UNHELD)]
