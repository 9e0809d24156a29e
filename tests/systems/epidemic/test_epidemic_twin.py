from datetime import timedelta

import numpy as np
import pytest

from citywide.hub import Point, Reading, Text
from citywide.hub.simulated.twin import Place, Plan, Speaks, Weather
from citywide.hub.testing import MORNING
from citywide.systems.epidemic.engine.natural_history import CONTEXTS
from citywide.systems.epidemic.simulated import houses
from citywide.systems.epidemic.simulated.outbreaks import FIRST_DAYS
from citywide.systems.epidemic.twin import EpidemicTwin

CLEAR = Weather(np.zeros(4), 20.0)
KINDS = {"hospital": 4, "school": 4, "housing": 16, "station": 2}


class NoStreets:
    """Nobody drives in this city."""

    def way(self, start: Point, goal: Point):
        raise AssertionError


@pytest.fixture(scope="module")
def plan() -> Plan:
    places = [
        Place(kind, Text(f"{kind} {n}", f"{kind}{n}"), Point(106.5 + 0.02 * (n % 4), 29.5 + 0.01 * (n // 4)), "north")
        for kind, count in KINDS.items() for n in range(count)
    ]  # fmt: skip
    return Plan(3, 10_000, places, {"north": Text("North", "北区")}, NoStreets())


@pytest.fixture(scope="module")
def told(plan: Plan) -> tuple[EpidemicTwin, list[list[Reading]], list]:
    twin = EpidemicTwin(plan)
    words = list(twin.words(MORNING))
    days = [twin.step(MORNING + timedelta(days=day, hours=2), 86_400, CLEAR) for day in range(60)]
    return twin, days, words


def test_hospitals_report_every_morning_five_series_schools_and_pharmacies_one(told) -> None:
    _, days, _ = told
    for day in days[1:]:
        said = [entity.split("/")[0] for entity, _ in {(r.entity, r.quantity) for r in day}]
        assert {kind: said.count(kind) for kind in set(said)} == {"hospital": 4 * 5, "school": 1, "pharmacy": 2}


def test_later_reports_of_a_day_only_grow_it(told) -> None:
    _, days, _ = told
    known: dict[tuple[str, str, object], float] = {}
    grown = 0
    for reading in (reading for day in days for reading in day):
        cell = reading.entity, reading.quantity, reading.time.replace(microsecond=0)
        assert reading.value >= known.get(cell, 0.0)
        grown += cell in known
        known[cell] = reading.value
    assert grown > 100


def test_the_past_is_told_once_and_ends_before_the_city_wakes(told) -> None:
    twin, _, words = told
    assert isinstance(twin, Speaks)
    past = [word.body for word in words if word.path.endswith("/history")]
    assert sum(len(body["count"]) for body in past) > 3 * 365 * (4 * 6 + 1 + 2)
    assert max(max(body["reported"]) for body in past) <= MORNING.timestamp()
    assert not [w for w in twin.words(MORNING + timedelta(days=60)) if w.path.endswith("/history")]


def test_no_word_is_told_twice_nor_lost_between_the_past_and_the_first_morning(told) -> None:
    _, days, words = told
    past = next(word.body for word in words if word.path.endswith("/history"))
    newest: dict[tuple[str, str], str] = {}
    for place, kind, day in zip(past["place"], past["kind"], past["day"], strict=True):
        newest[place, kind] = max(day, newest.get((place, kind), ""))
    first = {r.entity for r in days[0]}
    yesterday = (MORNING + timedelta(hours=8) - timedelta(days=1)).date().isoformat()
    silent = {place for (place, kind), day in newest.items() if kind == "influenza_like" and day < yesterday}
    assert silent == {entity for entity in first if entity.startswith("hospital")}


def test_the_truth_begins_after_a_disease_was_brought_in_and_shows_in_the_counts(told) -> None:
    twin, _, _ = told
    truth = twin.truth()
    assert any(event.what.startswith("outbreak_") for event in truth)
    assert all(event.began >= MORNING + timedelta(days=min(FIRST_DAYS) - 1) for event in truth)


def test_patients_are_named_with_whoever_was_beside_them(told) -> None:
    _, _, words = told
    lists = [word.body for word in words if word.path.endswith("/patients")]
    assert lists
    for body in lists:
        named, places = {one["reference"] for one in body["people"]}, {one["place"] for one in body["places"]}
        assert {one["reference"] for one in body["patients"]} <= named
        assert {row[0] for row in body["presences"]} <= named
        assert {row[3] for row in body["presences"]} <= places
        assert all(0 <= row[2] < len(CONTEXTS) and row[4] >= 1 for row in body["presences"])
    assert sum(len(body["people"]) for body in lists) > sum(len(body["patients"]) for body in lists)


def test_the_same_city_has_the_same_epidemic(plan, told) -> None:
    again = EpidemicTwin(plan)
    list(again.words(MORNING))
    days = [again.step(MORNING + timedelta(days=day, hours=2), 86_400, CLEAR) for day in range(5)]
    assert days == told[1][:5]


def test_a_long_past_is_told_in_pieces_that_together_are_the_whole(told, monkeypatch: pytest.MonkeyPatch) -> None:
    house = told[0].houses[0]
    mornings = np.full(len(house.entities), 3)
    (whole,) = houses.history(house, mornings, MORNING.date())
    monkeypatch.setattr(houses, "AT_ONCE", len(whole["day"]) // 3)
    pieces = list(houses.history(house, mornings, MORNING.date()))
    assert len(pieces) == 4
    assert {name: [cell for piece in pieces for cell in piece[name]] for name in whole} == whole
