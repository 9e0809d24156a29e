"""Nobody's rates improve by passing on, closing too soon or opening again."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from citywide.hub.database.queries import sql
from citywide.hub.reports.receive import Report, take
from citywide.hub.testing import MORNING, TrialCity
from citywide.systems.hotline.report import PERIODS

Act = Callable[..., None]


def reported(city: TrialCity, category: str = "traffic_light") -> int:
    """A case of two hours, day and night."""
    with city.hub.database.transaction() as connection:
        return take(connection, city.hub.desk, Report(category, "it is broken"), [], city.clock.now()).case


def do(city: TrialCity, act: str, case: int, *more: str) -> None:
    with city.hub.database.transaction() as connection:
        desk, now = city.hub.desk, city.clock.now()
        if act == "reroute":
            desk.reroute(connection, case, more[0], now, "wen", "not ours")
        else:
            getattr(desk, act)(connection, case, now, "wen", "so it is")


def rates(city: TrialCity, back: object = "200 years") -> dict[str, dict]:
    found = city.hub.database.rows(sql("league"), {"now": city.clock.now(), "back": back, "reporters": 1})
    return {row["department"]: row for row in found}


def test_a_case_that_is_not_done_in_time_is_late(city: TrialCity) -> None:
    reported(city)
    city.at("11:00")
    assert rates(city)["traffic_police"]["late_percent"] == 100


def test_passing_a_case_on_at_the_last_minute_does_not_pass_on_the_lateness(city: TrialCity) -> None:
    case = reported(city)
    city.at("09:55")
    do(city, "reroute", case, "roads")
    city.at("12:00")
    do(city, "close", case)
    assert set(rates(city)) == {"traffic_police"}
    assert rates(city)["traffic_police"]["late_percent"] == 100


def test_who_was_passed_a_case_early_and_sat_on_it_is_charged(city: TrialCity) -> None:
    case = reported(city)
    city.at("08:10")
    do(city, "reroute", case, "roads")
    city.at("12:00")
    assert rates(city)["roads"]["late_percent"] == 100


def test_passing_to_and_fro_adds_up_to_whoever_held_it_longest(city: TrialCity) -> None:
    case = reported(city)
    for moment, department in (("08:40", "roads"), ("09:10", "traffic_police"), ("09:50", "roads")):
        city.at(moment)
        do(city, "reroute", case, department)
    city.at("12:00")
    assert set(rates(city)) == {"traffic_police"}


def test_closing_in_time_and_opening_again_gains_no_time(city: TrialCity) -> None:
    honest, clever = reported(city, "traffic_light"), reported(city, "gas_smell")
    city.at("08:50")
    do(city, "close", clever)
    do(city, "reopen", clever)
    city.at("09:15")
    do(city, "close", clever)
    do(city, "close", honest)
    found = rates(city)
    assert (found["traffic_police"]["late_percent"], found["traffic_police"]["solved_percent"]) == (0, 100)
    assert (found["energy"]["late_percent"], found["energy"]["solved_percent"]) == (100, 0)


def test_a_false_closing_counts_against_who_closed_not_against_who_mended(city: TrialCity) -> None:
    case = reported(city, "pothole")
    city.at("08:30")
    do(city, "close", case)
    do(city, "reopen", case)
    do(city, "reroute", case, "drainage")
    do(city, "close", case)
    assert set(rates(city)) == {"roads"}
    assert rates(city)["roads"]["solved_percent"] == 0


@pytest.mark.parametrize("act", ["reroute", "close"])
def test_no_case_leaves_the_table(city: TrialCity, act: str) -> None:
    cases = [reported(city, name) for name in ("pothole", "rubbish", "no_water")]
    for case in cases:
        do(city, act, case, "parks")
    assert sum(row["cases"] for row in rates(city).values()) == len(cases)


def test_a_period_holds_what_was_opened_in_it(city: TrialCity) -> None:
    reported(city)
    city.clock.set(MORNING + timedelta(hours=30))
    reported(city, "lift")
    assert set(rates(city, PERIODS["day"])) == {"housing"}
    assert set(rates(city, PERIODS["week"])) == {"housing", "traffic_police"}
