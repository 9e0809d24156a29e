"""Many devices that fall silent at once are one case; one that does alone, or stays so, has its own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from msgspec import json
from psycopg import Connection

from citywide.hub import Entity, Reading
from citywide.hub.people.who import Who
from citywide.hub.screens.case import case_and_steps
from citywide.hub.screens.data import sheet
from citywide.hub.screens.wall import SYSTEM
from citywide.hub.settings import Settings
from citywide.hub.testing import MORNING, TrialCity
from citywide.hub.vocabulary.own import Own, OwnOutage
from citywide.hub.vocabulary.pages import Query
from tests.hub.conftest import QUIET
from tests.hub.duties.silences import cases, do, gauges, open_of, speak, told, unheld, wait

DRAINAGE = Who("wen", ("officer",), ("drainage",))
ROADS = Who("qi", ("officer",), ("roads",))
PARKS = Who("lin", ("officer",), ("parks",))


def test_a_district_without_power_is_one_case_that_ends_as_it_returns_and_who_stays_silent_has_its_own(
    city: TrialCity,
) -> None:
    dark = gauges(city, 30)
    speak(city, dark, 0)
    wait(city, 31)
    speak(city, dark[:10], 40)
    speak(city, dark[10:28], 45)
    wait(city, 50)
    wait(city, 56)
    speak(city, dark, 60)
    due = "due Mon 2026-03-02 12:31: 4 hours, day and night from Mon 2026-03-02 08:31"
    mended = "due Wed 2026-03-04 11:00: 16 working hours from Mon 2026-03-02 08:56"
    assert told(city) == [
        f"08:31 #1 opened: Outage: 30 devices silent since 08:00 (Water level gauge 30); {due}",
        "08:45 #1 counted: 2 of 30 devices still silent",
        "08:56 #1 closed: 28 of 30 devices are themselves again; the other 2 get cases of their own",
        f"08:56 #2 opened: Mend the gauge at Lane g 28; {mended}",
        f"08:56 #3 opened: Mend the gauge at Lane g 29; {mended}",
        "09:00 #2 closed: the gauge speaks again",
        "09:00 #3 closed: the gauge speaks again",
    ]
    assert city.hub.database.rows("select count(*) as kept from hub.device_alarm") == [{"kept": 0}]


def test_an_outage_of_which_all_return_needs_nobody_more(city: TrialCity) -> None:
    dark = gauges(city, 30)
    speak(city, dark, 0)
    wait(city, 31)
    speak(city, dark, 33)
    wait(city, 34)
    assert cases(city) == [("outage", "closed", "Outage: 30 devices were silent since 08:00 (Water level gauge 30)")]


def test_the_case_says_at_each_look_how_many_are_still_silent(city: TrialCity) -> None:
    dark = gauges(city, 25)
    speak(city, dark, 0)
    wait(city, 31)
    speak(city, dark[:3], 32)
    wait(city, 33)
    assert [title for *_, title in cases(city)] == [
        "Outage: 22 of 25 devices still silent since 08:00 (Water level gauge 25)"
    ]
    with city.hub.database.transaction() as connection:
        seen = case_and_steps(connection, 1)
    assert seen is not None
    outage = seen["case"]["outage"]
    assert (outage["devices"], outage["still"], outage["places"][0]) == (25, 22, "Lane g 3")
    assert outage["kinds"] == [{"kind": "gauge", "devices": 25, "still": 22}]
    assert seen["case"]["title"]["zh"] == "大面积离线：自 08:00 起25 台设备失联，仍有 22 台（积水液位计 25）"


def test_as_many_as_can_be_followed_one_by_one_are_as_many_cases_after_two_minutes(city: TrialCity) -> None:
    few = gauges(city, city.hub.city.outage.more_than)
    speak(city, few, 0)
    wait(city, 31)
    assert cases(city) == []
    wait(city, 33.1)
    assert [category for category, *_ in cases(city)] == ["broken_gauge"] * len(few)


def test_who_speaks_again_before_anybody_was_told_needs_nobody(city: TrialCity) -> None:
    few = gauges(city, 3)
    speak(city, few, 0)
    wait(city, 31)
    speak(city, few, 32)
    wait(city, 40)
    assert cases(city) == []


def test_a_storm_is_no_outage_each_underpass_has_its_crews_case_at_once(city: TrialCity) -> None:
    names = gauges(city, 30)
    speak(city, names, 0)
    speak(city, names, 1, depth=30.0)
    opened = cases(city)
    assert [category for category, *_ in opened].count("flooded_road") == 30
    assert not any(category == "outage" for category, *_ in opened)


def test_what_fails_later_joins_the_outage_and_what_fails_alone_does_not(city: TrialCity) -> None:
    names = gauges(city, 32)
    speak(city, names[:24], 0)
    speak(city, names[24:31], 1)
    speak(city, names[31:], 9)
    for minute in (30.5, 31.5, 33, 40, 42):
        wait(city, minute)
    assert [(category, title) for category, _, title in cases(city)] == [
        ("outage", "Outage: 31 devices silent since 08:00 (Water level gauge 31)"),
        ("broken_gauge", "Mend the gauge at Lane g 31"),
    ]
    assert unheld(city) == []


def test_two_districts_that_fail_an_hour_apart_are_two_outages(city: TrialCity) -> None:
    first, second = gauges(city, 25), gauges(city, 25, name="h")
    speak(city, first, 0)
    for minute in (15, 30, 45, 60):
        speak(city, second, minute)
    wait(city, 91)
    assert [category for category, *_ in cases(city)] == ["outage", "outage"]


def test_an_officer_who_closes_it_too_soon_has_the_rest_back_as_one_case(city: TrialCity) -> None:
    dark = gauges(city, 60)
    speak(city, dark, 0)
    wait(city, 31)
    speak(city, dark[:10], 35)
    do(city, 1, "close")
    wait(city, 36)
    assert [(category, state) for category, state, _ in cases(city)] == [("outage", "closed"), ("outage", "waiting")]
    assert "; they were not back when #1 was closed; due" in told(city)[-1]
    assert unheld(city) == []


def test_an_officer_who_closes_the_last_few_has_a_case_for_each(city: TrialCity) -> None:
    dark = gauges(city, 30)
    speak(city, dark, 0)
    wait(city, 31)
    speak(city, dark[:27], 32)
    do(city, 1, "close")
    wait(city, 33)
    assert [(category, state) for category, state, _ in cases(city)] == [("outage", "closed")] + [
        ("broken_gauge", "waiting")
    ] * 3
    assert unheld(city) == []


def test_an_outage_that_is_paused_ends_as_it_returns(city: TrialCity) -> None:
    dark = gauges(city, 30)
    speak(city, dark, 0)
    wait(city, 31)
    do(city, 1, "pause")
    speak(city, dark, 40)
    wait(city, 41)
    assert [state for _, state, _ in cases(city)] == ["closed"]


def test_two_outages_that_an_officer_joins_end_together(city: TrialCity) -> None:
    first, second = gauges(city, 25), gauges(city, 25, name="h")
    speak(city, first, 0)
    speak(city, second, 10)
    wait(city, 41)
    do(city, 2, "merge", to="1")
    speak(city, first, 45)
    wait(city, 46)
    assert cases(city)[0] == (
        "outage",
        "waiting",
        "Outage: 25 of 50 devices still silent since 08:00 (Water level gauge 50)",
    )
    speak(city, second, 50)
    wait(city, 51)
    assert [state for _, state, _ in cases(city)] == ["closed", "closed"]


def test_work_that_was_said_to_be_done_is_taken_up_again_when_more_fail(city: TrialCity) -> None:
    names = gauges(city, 30)
    city.add(Entity("drainage_crew/a", "drainage_crew", "Crew", None, "drainage", {"on_shift": True}))
    speak(city, names[:25], 0)
    speak(city, names[25:], 1)
    wait(city, 30.5)
    do(city, 1, "assign", to="drainage_crew/a")
    do(city, 1, "check")
    wait(city, 31.5)
    assert [state for _, state, _ in cases(city)] == ["waiting"]
    assert "08:31 #1 resumed: more devices fail: it is taken up again" in told(city)


def test_whose_outage_was_passed_on_still_sees_the_alarms_one_by_one(city: TrialCity) -> None:
    speak(city, gauges(city, 25), 0)
    wait(city, 31)
    do(city, 1, "reroute", to="roads")
    shown = sheet(city.hub.database, DRAINAGE, SYSTEM, Query("open_alarms"), city.clock.now())
    assert len(shown.rows) == 25
    (opened,) = sheet(city.hub.database, ROADS, SYSTEM, Query("open_alarms"), city.clock.now()).rows
    assert opened[-1] == "/case/1"


def test_each_department_has_its_own_outage_and_reads_of_no_other(city: TrialCity) -> None:
    names = gauges(city, 25) + gauges(city, 25, department="parks", name="p")
    speak(city, names, 0)
    wait(city, 31)
    shown = {}
    for who in (DRAINAGE, PARKS):
        alarms = sheet(city.hub.database, who, SYSTEM, Query("open_alarms"), city.clock.now())
        shown[who.name] = [row[alarms.columns.index("says_en")] for row in alarms.rows]
        with city.hub.database.reading_as(who) as connection:
            departments = {row[0] for row in connection.execute("select department from hub.device_alarm")}
            seen = [case_and_steps(connection, case) is not None for case in (1, 2)]
        assert departments == set(who.departments)
        assert seen == [who is DRAINAGE, who is PARKS]
    one = "Outage: 25 devices silent since 08:00 (Water level gauge 25)"
    assert shown == {"wen": [one], "lin": [one]}
    messages = city.hub.database.rows("select department, role from hub.message order by department")
    assert [tuple(row.values()) for row in messages] == [("drainage", "officer"), ("parks", "officer")]


def test_devices_of_nobody_are_looked_after_by_who_runs_the_city(city: TrialCity) -> None:
    speak(city, gauges(city, 25, department=""), 0)
    wait(city, 31)
    assert city.hub.database.rows("select department from hub.cases") == [{"department": "urban_management"}]


def test_a_device_that_is_retired_meanwhile_is_missed_no_more(city: TrialCity) -> None:
    dark = gauges(city, 25)
    speak(city, dark, 0)
    wait(city, 31)
    with city.hub.database.transaction() as connection:
        connection.execute("update hub.entity set retired = %s, service_changed = clock_timestamp()", (MORNING,))
    wait(city, 32)
    wait(city, 33)
    assert [state for _, state, _ in cases(city)] == ["closed"]


def test_gauges_that_are_not_to_be_believed_in_masses_are_one_case_apart_from_the_silent(city: TrialCity) -> None:
    city.send(*(Reading(name, "gauge_stuck", MORNING, 1.0) for name in gauges(city, 25)))
    wait(city, 1)
    (opened,) = cases(city)
    assert opened[2].startswith("Outage: 25 devices in doubt since 08:00")


@pytest.fixture
def cautious(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialCity]:
    folder = tmp_path_factory.mktemp("cautious")
    (folder / "city.toml").write_text("[outage]\nmore_than = 2\nwithin_s = 60\n")
    city = TrialCity(Settings(data=settings.data, database_url=settings.database_url, city=folder), QUIET)
    yield city
    city.close()


def test_a_city_says_in_its_file_how_many_are_an_outage(cautious: TrialCity) -> None:
    speak(cautious, gauges(cautious, 3), 0)
    wait(cautious, 31)
    assert [category for category, *_ in cases(cautious)] == ["outage"]


def test_what_a_city_leaves_unsaid_is_twenty_within_two_minutes() -> None:
    assert Own().outage == OwnOutage(more_than=20, within_s=120, rest_s=600)


def test_however_many_fall_silent_the_statements_and_the_entries_of_their_case_are_as_few(
    city: TrialCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, entries = dict[int, int](), dict[int, int]()
    execute, others, counted = Connection.execute, list[str](), list[str]()

    def counting(connection: Connection, query: str, *values: Any, **more: Any) -> Any:
        counted.append(query)
        return execute(connection, query, *values, **more)

    for at, many in enumerate((40, 400)):
        names = gauges(city, many, name=f"m{many}")
        speak(city, names, 60 * at)
        speak(city, others, 60 * at + 30)
        others = names
        city.clock.set(MORNING + timedelta(minutes=60 * at + 31))
        city.hub.look_round()
        counted.clear()
        with monkeypatch.context() as patch:
            patch.setattr(Connection, "execute", counting)
            city.hub.outages.look(city.clock.now())
        said[many] = len(counted)
        entries[many] = len(told_since(city))
        speak(city, names, 60 * at + 32)
        wait(city, 60 * at + 33)
    assert said[40] == said[400]
    assert entries == {40: 1, 400: 1}


def told_since(city: TrialCity) -> list[bytes]:
    found = city.hub.database.rows("select body from evidence.pending where kind = 'case'")
    return [row["body"] for row in found if json.decode(row["body"])["facts"]["what"] == "opened"]


def test_an_outage_outlives_its_worker(settings: Settings) -> None:
    city = TrialCity(settings, QUIET)
    dark = gauges(city, 30)
    speak(city, dark, 0)
    city.clock.set(MORNING + timedelta(minutes=31))
    city.hub.look_round()
    city.abandon()
    heir = TrialCity(settings, QUIET)
    heir.clock.set(MORNING + timedelta(minutes=32))
    heir.hub.outages.look(heir.clock.now())
    heir.hub.outages.look(heir.clock.now())
    found = cases(heir)
    heir.close()
    assert [category for category, *_ in found] == ["outage"]
    assert open_of(found) == 1


def test_two_workers_that_look_at_once_open_one_case(city: TrialCity) -> None:
    speak(city, gauges(city, 30), 0)
    city.clock.set(MORNING + timedelta(minutes=31))
    city.hub.look_round()
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: city.hub.outages.look(city.clock.now()), range(8)))
    assert [category for category, *_ in cases(city)] == ["outage"]
