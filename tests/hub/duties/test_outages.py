"""Many devices that fall silent at once are one case; one that does alone, or stays so, has its own."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from citywide.hub import Entity, Point, Reading
from citywide.hub.testing import MORNING, TrialCity

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def gauges(city: TrialCity, many: int, department: str = "drainage", kind: str = "gauge", name: str = "g") -> list[str]:
    found = [
        Entity(f"{kind}/{name}-{n}", kind, f"Lane {name} {n}", Point(106.5, 29.5), department) for n in range(many)
    ]
    city.add(*found)
    return [each.id for each in found]


def speak(city: TrialCity, names: Sequence[str], minute: float, depth: float = 1.0) -> None:
    city.clock.set(max(city.clock.now(), MORNING + minute * MINUTE))
    city.send(*(Reading(name, "water_depth", MORNING + minute * MINUTE, depth) for name in names))


def wait(city: TrialCity, minute: float) -> None:
    city.clock.set(MORNING + minute * MINUTE)
    city.settle()


def cases(city: TrialCity) -> list[tuple[str, str, str]]:
    found = city.hub.database.rows("select category, state, title ->> 'en' as title from hub.cases order by id")
    return [tuple(row.values()) for row in found]


def told(city: TrialCity) -> list[str]:
    return [line for line in city.story().splitlines() if " case " in line]


def test_a_district_without_power_is_one_case_that_ends_as_it_returns_and_who_stays_silent_has_its_own(
    city: TrialCity,
) -> None:
    dark = gauges(city, 30)
    speak(city, dark, 0)
    wait(city, 31)
    wait(city, 32)
    speak(city, dark[:10], 40)
    speak(city, dark[10:28], 45)
    wait(city, 50)
    wait(city, 56)
    speak(city, dark, 60)
    assert told(city) == []
