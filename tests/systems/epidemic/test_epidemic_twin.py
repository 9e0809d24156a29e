from datetime import timedelta

import numpy as np
import pytest

from citywide.hub import Point, Reading, Text
from citywide.hub.testing import MORNING
from citywide.hub.twin import Place, Plan, Weather
from citywide.systems.epidemic.twin import BEGINS, EpidemicTwin

CLEAR = Weather(np.zeros(4), 20.0)


@pytest.fixture(scope="module")
def plan() -> Plan:
    places = [
        Place("hospital", Text(f"Hospital {n}", f"医院{n}"), Point(106.5 + 0.02 * n, 29.5 + 0.01 * (n % 2)), "north")
        for n in range(4)
    ]
    return Plan(3, 10_000, places, {"north": Text("North", "北区")})


@pytest.fixture(scope="module")
def told(plan: Plan) -> tuple[EpidemicTwin, list[list[Reading]]]:
    twin = EpidemicTwin(plan)
    return twin, [twin.step(MORNING + timedelta(days=day), 86_400, CLEAR) for day in range(60)]


def test_hospitals_report_every_day_of_every_syndrome_once_at_first(told) -> None:
    _, days = told
    assert days[0] == []
    assert all(len({(r.entity, r.quantity) for r in day}) == 16 for day in days[1:])


def test_later_reports_of_a_day_only_grow_it(told) -> None:
    _, days = told
    known: dict[tuple[str, str, object], float] = {}
    grown = 0
    for reading in (reading for day in days for reading in day):
        cell = reading.entity, reading.quantity, reading.time.replace(microsecond=0)
        assert reading.value >= known.get(cell, 0.0)
        grown += cell in known
        known[cell] = reading.value
    assert grown > 100


def test_the_truth_begins_after_the_outbreak_was_brought_in_and_shows_in_the_visits(told) -> None:
    twin, days = told
    truth = twin.truth()
    assert truth
    assert all(event.began >= MORNING + timedelta(days=BEGINS - 1) for event in truth)
    what = truth[0].what.replace("outbreak_", "visits_")
    said = {(r.entity, r.time.date()): r.value for day in days for r in day if r.quantity == what}
    early, late = ([v for (_, day), v in said.items() if (day < (MORNING + timedelta(days=BEGINS)).date()) is early]
                   for early in (True, False))  # fmt: skip
    assert np.mean(late) > np.mean(early)


def test_the_same_city_has_the_same_epidemic(plan, told) -> None:
    again = EpidemicTwin(plan)
    days = [again.step(MORNING + timedelta(days=day), 86_400, CLEAR) for day in range(5)]
    assert days == told[1][:5]
