import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from citywide.hub import Entity, Point, Query
from citywide.hub.people.who import Who
from citywide.hub.screens.data import queries_of_widget, sheet
from citywide.hub.testing import MORNING, TrialCity
from citywide.hub.vocabulary.check import faults
from citywide.systems.epidemic import SYSTEM
from citywide.systems.epidemic.feeds import read_report, stamp
from citywide.systems.epidemic.model import SYNDROMES
from citywide.systems.epidemic.reports.past_reports import PastReport, remember

OFFICER = Who("chen", ("officer",), ("disease_control",))
STRANGER = Who("wu", ("officer",), ("drainage",))
TODAY = (MORNING + timedelta(hours=8)).date()
LATER = MORNING + timedelta(hours=3)
WEEKS, BEFORE = 5, 104
ZONES = ("Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu")
HOSPITALS = [
    Entity(
        f"hospital/{name}", "hospital", f"{name.title()} Hospital", Point(106.5 + 0.02 * at, 29.55), "disease_control"
    )
    for at, name in enumerate(("north", "south", "east", "west", "river"))
]


def report(hospital: Entity, counts: dict[int, dict[str, int]], days_late: int = 1):
    """One message for each day: days before today, and what came on them."""
    for ago, visits in counts.items():
        day = TODAY - timedelta(days=ago)
        said = MORNING - timedelta(days=ago - days_late) - timedelta(hours=2)
        message = {"reported": said.isoformat(), "days": [{"day": day.isoformat(), "visits": visits}]}
        yield from read_report(f"{hospital.id}/report", json.dumps(message).encode())


def usual(rng: np.random.Generator, first: int, last: int) -> dict[int, dict[str, int]]:
    return {ago: {s.name: int(rng.poisson(3)) for s in SYNDROMES} for ago in range(first, last, -1)}


def past_years(rng: np.random.Generator) -> Iterator[PastReport]:
    for hospital in HOSPITALS:
        for ago, visits in usual(rng, 7 * (WEEKS + BEFORE), 7 * WEEKS).items():
            said = MORNING - timedelta(days=ago - 1, hours=2)
            for kind, count in visits.items():
                yield PastReport(hospital.id, kind, TODAY - timedelta(days=ago), said, count)


@pytest.fixture
def clinic(city: TrialCity) -> TrialCity:
    """Two years of usual visits at five hospitals; the last week brings 60 people more to one of them."""
    rng = np.random.default_rng(7)
    city.add(*HOSPITALS)
    with city.hub.database.transaction() as connection:
        remember(connection, past_years(rng))
    city.settle()  # the first night's duties are done before the past is told
    past = {hospital.id: usual(rng, 7 * WEEKS, 0) for hospital in HOSPITALS}
    for ago in range(1, 7):
        past["hospital/river"][ago]["diarrhoea"] += 10
    city.send(*(reading for hospital in HOSPITALS for reading in report(hospital, past[hospital.id])))
    return city


def test_an_outbreak_is_seen_explained_and_handed_to_the_disease_control_officer(clinic: TrialCity) -> None:
    watch(clinic)
    lines = clinic.story().splitlines()
    assert sum(" alarm " in line for line in lines) == 1
    assert any("more visits for diarrhoea than usual" in line and "River Hospital" in line for line in lines)
    case = clinic.hub.database.rows("select * from hub.cases")
    assert [(c["category"], c["department"]) for c in case] == [("outbreak_signal", "disease_control")]
    assert case[0]["details"].startswith("River Hospital, diarrhoea: ")
    assert "are usual" in case[0]["details"]
    assert "常量" in case[0]["details"]
    assert case[0]["facts"]["observed"] > 2 * case[0]["facts"]["expected"]


def watch(city: TrialCity) -> None:
    """Watch when the morning's reports are in, as the hourly duty would."""
    city.clock.set(max(city.clock.now(), LATER))
    SYSTEM.schedules[0].run(city.hub)
    city.settle()


def test_the_case_is_closed_when_visits_are_usual_again(clinic: TrialCity) -> None:
    watch(clinic)
    rng = np.random.default_rng(8)
    clinic.clock.set(LATER + timedelta(days=42))
    days = {hospital.id: usual(rng, 0, -42) for hospital in HOSPITALS}
    clinic.send(*(reading for hospital in HOSPITALS for reading in report(hospital, days[hospital.id])))
    watch(clinic)
    assert clinic.hub.database.rows("select state from hub.cases where category = 'outbreak_signal'") == [
        {"state": "closed"}
    ]


def test_a_revised_day_does_not_change_what_was_known_before(clinic: TrialCity) -> None:
    day, late = TODAY - timedelta(days=30), MORNING - timedelta(hours=5)
    message = {"reported": late.isoformat(), "days": [{"day": day.isoformat(), "visits": {"pneumonia": 999}}]}
    clinic.send(*read_report("hospital/north/report", json.dumps(message).encode()))
    watch(clinic)
    words = (
        "select count from epidemic.report where day = %(day)s and kind = 'pneumonia' and place = 1 order by reported"
    )
    counts = [row["count"] for row in clinic.hub.database.rows(words, {"day": day})]
    assert len(counts) == 2
    assert counts[-1] == 999
    assert not clinic.hub.database.rows("select from epidemic.signal where kind = 'pneumonia' and ringing")


def test_reports_keep_their_days_and_pages_their_hours_in_a_city_of_another_zone(clinic: TrialCity) -> None:
    clinic.hub.city = structs.replace(clinic.hub.city, zone="America/Los_Angeles")
    watch(clinic)
    words = ("select count(distinct day) as days, max(day) as newest from epidemic.report "
             "where kind = 'pneumonia' and day > %(day)s")  # fmt: skip
    since = TODAY - timedelta(days=7 * WEEKS + 1)
    assert clinic.hub.database.rows(words, {"day": since}) == [
        {"days": 7 * WEEKS, "newest": TODAY - timedelta(days=1)}
    ]  # fmt: skip
    hours = sheet(clinic.hub.database, OFFICER, SYSTEM, Query("reporting_delays"), MORNING)
    assert {row[hours.columns.index("hours")] for row in hours.rows} == {-10.0}


def test_pages_show_disease_control_its_series_and_others_nothing(clinic: TrialCity) -> None:
    watch(clinic)
    for page in SYSTEM.pages:
        for widget in range(len(page.widgets)):
            for query in queries_of_widget(page, widget):
                sheet(clinic.hub.database, OFFICER, SYSTEM, query, MORNING)
    table = next(w for w in SYSTEM.pages[0].widgets if getattr(w, "query", None) and w.query.name == "signals_table")
    shown = sheet(clinic.hub.database, OFFICER, SYSTEM, table.query, MORNING)
    assert shown.rows[0][0] == "River Hospital"
    assert sheet(clinic.hub.database, STRANGER, SYSTEM, table.query, MORNING).rows == []


def test_fewer_people_than_the_minimum_cell_are_not_shown(city: TrialCity) -> None:
    found = city.hub.database.rows("select epidemic.shown(n) as n from unnest(array[0, 1, 4, 5]::float8[]) n")
    assert [row["n"] for row in found] == [0, None, None, 5]


def test_a_report_of_a_day_that_has_not_begun_is_refused() -> None:
    with pytest.raises(ValueError, match="before it began"):
        stamp(TODAY + timedelta(days=2), MORNING)


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 2000), st.sampled_from(ZONES))
def test_a_report_says_its_day_and_hour_in_any_zone(day, hours, zone) -> None:
    said = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) + timedelta(hours=hours)
    stamped = stamp(day, said)
    late = timedelta(hours=stamped.microsecond - 15)  # as `take_reports` reads it
    assert stamped.date() == day
    assert stamped.microsecond > 0
    assert timedelta() <= said - (stamped.replace(microsecond=0) + late) < timedelta(hours=1)


def test_every_declaration_is_proved() -> None:
    assert faults([SYSTEM]) == []
