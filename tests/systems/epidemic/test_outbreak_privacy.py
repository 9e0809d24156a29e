"""Who sees what of an outbreak: names under a grant only, small counts never, other departments nothing."""

import pytest
from psycopg.errors import InsufficientPrivilege

from citywide.hub.people.who import Who
from citywide.hub.screens.data import queries_of_widget, sheet
from citywide.systems.epidemic import SYSTEM
from tests.systems.epidemic.clinic import MANAGER, STRANGER, TRACER, Clinic


def test_some_patients_come_with_a_sequence_that_only_the_tracing_reads(clinic: Clinic) -> None:
    counts = clinic.rows("select count(*) as patients, count(sequence) as read from epidemic.patient")[0]
    assert 0 < counts["read"] < counts["patients"]
    with clinic.hub.database.reading_as(TRACER) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("select sequence from epidemic.patient")


@pytest.mark.parametrize("who", [STRANGER, Who("a resident", ("resident",))])
def test_no_table_shows_a_row_to_other_departments_or_to_residents(clinic: Clinic, who: Who) -> None:
    tables = clinic.rows("select table_name as name from information_schema.tables where table_schema = 'epidemic'")
    full = [row["name"] for row in tables if clinic.rows(f"select from epidemic.{row['name']} limit 1")]
    assert {"report", "signal", "forecast", "patient", "presence", "known_person", "transmission"} <= set(full)
    assert {name for name in full if _seen(clinic, who, name)} <= {"taken"}  # which is but the city's zone


def _seen(clinic: Clinic, who: Who, table: str) -> bool:
    with clinic.hub.database.reading_as(who) as connection:
        try:
            return bool(connection.execute(f"select from epidemic.{table} limit 1").fetchall())
        except InsufficientPrivilege:
            return False


@pytest.mark.parametrize("door", ["contacts", "as_of", "allocation", "false_alarm_rate"])
def test_every_door_is_shut_to_other_departments_and_to_whoever_has_not_signed_in(clinic: Clinic, door: str) -> None:
    wish = {"kind": "pneumonia", "day": "2026-06-21", "what": "beds", "available": 1, "per_thousand": 1}
    assert clinic.ask(STRANGER, f"/v1/epidemic/{door}", wish).status_code == 403
    clinic.client.cookies.clear()
    assert clinic.client.post(f"/v1/epidemic/{door}", json=wish).status_code in {401, 403}


def test_no_page_shows_fewer_people_than_the_minimum_cell(clinic: Clinic) -> None:
    counts = {"signals_table": "observed", "visits_by_week": "value", "forecast_fan": "value", "nowcast_chart": "value"}
    assert clinic.rows("select from epidemic.signal where observed between 1 and 4")
    seen: set[str] = set()
    for where in ((page, number) for page in SYSTEM.pages for number in range(len(page.widgets))):
        for query in (one for one in queries_of_widget(*where) if one.name in counts):
            shown = sheet(clinic.hub.database, TRACER, SYSTEM, query, clinic.clock.now())
            rows = [dict(zip(shown.columns, row, strict=True)) for row in shown.rows]
            people = [row[counts[query.name]] for row in rows if row.get("what_en", "Reported") == "Reported"]
            assert all(one is None or one == 0 or one >= 5 for one in people), query.name
            seen.add(query.name)
    assert seen == set(counts)


def test_names_are_refused_without_a_grant_and_every_name_is_recorded_with_one(clinic: Clinic) -> None:
    kind = clinic.rows("select kind from epidemic.patient limit 1")[0]["kind"]
    asked = {"kind": kind, "most": 5}
    assert clinic.ask(STRANGER, "/v1/epidemic/contacts", asked).status_code == 403
    refused = clinic.ask(TRACER, "/v1/epidemic/contacts", asked)
    assert refused.status_code == 403
    assert "no grant" in refused.json()["detail"]
    assert clinic.ask(TRACER, "/v1/grants", {"to": "tracer", "why": "outbreak"}).status_code == 403
    assert clinic.ask(MANAGER, "/v1/grants", {"to": "manager", "why": "outbreak"}).status_code == 403
    assert clinic.ask(MANAGER, "/v1/grants", {"to": "tracer", "why": "outbreak", "hours": 999}).status_code == 403
    assert clinic.ask(MANAGER, "/v1/grants", {"to": "tracer", "why": "outbreak", "hours": 2}).status_code == 201
    before = len(_accesses(clinic))
    answer = clinic.ask(TRACER, "/v1/epidemic/contacts", asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    chances = [row[found["columns"].index("chance")] for row in found["rows"]]
    assert len(chances) == 5
    assert chances == sorted(chances, reverse=True)
    assert all(row[found["columns"].index("name")] for row in found["rows"])
    assert len(_accesses(clinic)) - before == 5 + 1  # five names, and the signing in


def test_a_grant_that_has_run_out_opens_nothing(clinic: Clinic) -> None:
    person = clinic.rows("select person::text from epidemic.patient limit 1")[0]["person"]
    path = f"/v1/persons/{person}?purpose=disease_control"
    assert clinic.ask(MANAGER, "/v1/grants", {"to": "tracer", "why": "outbreak", "hours": 2}).status_code == 201
    clinic.sign_in(TRACER)
    assert clinic.client.get(path).status_code == 200
    with clinic.hub.database.transaction() as connection:
        connection.execute("update people.access_grant set until = now() - interval '1 second'")
    assert clinic.client.get(path).status_code == 403


def _accesses(clinic: Clinic) -> list[dict]:
    return clinic.rows("select body from evidence.pending where kind = 'access' union all "
                       "select body from evidence.entry where kind = 'access'")  # fmt: skip
