"""A quarter's outbreak from the simulated people to the officer's desk, through the real doors; the truth is known."""

from datetime import UTC, date, timedelta

import numpy as np
import pytest

from citywide.hub import Query
from citywide.hub.screens.data import queries_of_widget, sheet
from citywide.systems.epidemic import SYSTEM
from citywide.systems.epidemic.analysis import forecasting, process
from citywide.systems.epidemic.model import SYNDROMES
from citywide.systems.epidemic.watch.false_alarms import false_alarm_rate
from tests.systems.epidemic.clinic import STRANGER, TRACER, Clinic


def test_the_outbreak_is_seen_in_the_first_morning_where_it_truly_is(clinic: Clinic) -> None:
    true = {event.entity for event in clinic.twin.truth()}
    seen = clinic.rows("select entity.id from hub.cases join hub.entity on entity.number = cases.about "
                       "where category = 'outbreak_signal'")  # fmt: skip
    assert seen
    assert any(row["id"].startswith("hospital/") and row["id"] in true for row in seen)
    assert np.mean([row["id"] in true for row in seen]) >= 0.5


def test_every_widget_has_rows_for_disease_control_and_none_for_others(clinic: Clinic) -> None:
    own = {"cases_of_system", "evidence_of_system", "reports_set_aside", "grants", "allocations",
           "forecast_set_aside", "open_signals", "series_watched", "newest_day", "forecast_known",
           "forecast_skill"}  # fmt: skip
    for page in SYSTEM.pages:
        for number in range(len(page.widgets)):
            for query in queries_of_widget(page, number):
                mine = sheet(clinic.hub.database, TRACER, SYSTEM, query, clinic.clock.now()).rows
                theirs = sheet(clinic.hub.database, STRANGER, SYSTEM, query, clinic.clock.now()).rows
                assert mine or query.name in own, query.name
                assert not theirs or query.name in own, query.name


def test_each_disease_has_its_own_rt_and_what_is_no_one_disease_has_none(clinic: Clinic) -> None:
    shown = sheet(clinic.hub.database, TRACER, SYSTEM, Query("rt_by_day"), clinic.clock.now())
    kinds = {row[shown.columns.index("kind")] for row in shown.rows}
    assert kinds == {one.reading for one in SYNDROMES if one.course}


def test_forecasts_are_kept_as_of_their_mondays_and_matured_weeks_are_scored(clinic: Clinic) -> None:
    made = clinic.rows("select kind, reference, known, made from epidemic.forecast_made")
    assert len(made) == 4 * 6
    assert all(row["known"] <= row["made"] and row["known"].astimezone(UTC).weekday() == 0 for row in made)
    weeks = clinic.rows(
        "select kind, count(distinct week) as weeks from epidemic.forecast where place = 'city' group by 1"
    )
    assert all(row["weeks"] == 9 for row in weeks)
    scored = clinic.rows("select wis, wis_unchanged, week from epidemic.score")
    assert scored
    assert all(row["wis"] >= 0 and row["week"] <= date(2026, 6, 21) for row in scored)


def test_reports_that_come_later_change_no_forecast_made_before(clinic: Clinic) -> None:
    query = "select kind, reference, place, week, quantiles from epidemic.forecast order by 1, 2, 3, 4"
    before = clinic.rows(query)
    with clinic.hub.database.transaction() as connection:
        connection.execute("delete from epidemic.forecast_made where kind = 'diarrhoea'")
        connection.execute("insert into epidemic.report select place, kind, day, %s, count * 3 from epidemic.report "
                           "where kind = 'diarrhoea' and day > '2026-05-01' on conflict do nothing",
                           (clinic.clock.now() - timedelta(minutes=1),))  # fmt: skip
    process.analyse(clinic.hub.database, clinic.clock.now(), clinic.hub.city.zone)
    assert clinic.rows(query) == before


def test_a_sequence_that_comes_later_lets_the_patients_be_traced_anew(clinic: Clinic) -> None:
    words = ("select reference, patient.kind, entity.id as hospital, onset::text from epidemic.patient "
             "join epidemic.known_person using (person) join hub.entity on entity.number = hospital "
             "where sequence is null limit 1")  # fmt: skip
    ill = clinic.rows(words)[0]
    named = {"people": [{"reference": ill["reference"], "name": "the same"}], "patients": [ill | {"sequence": "ACGT"}]}
    clinic.tell("/v1/epidemic/patients", named)
    assert clinic.rows("select patient from epidemic.analysed") == [{"patient": 0}]
    clinic.tell("/v1/epidemic/patients", {"people": named["people"], "patients": [ill]})
    kept = "select sequence from epidemic.patient join epidemic.known_person using (person) where reference = '{}'"
    assert clinic.rows(kept.format(ill["reference"])) == [{"sequence": "ACGT"}]


def test_what_was_known_on_a_past_day_stays_what_it_was(clinic: Clinic) -> None:
    answer = clinic.ask(TRACER, "/v1/epidemic/as_of", {"kind": "influenza_like", "day": "2026-06-21"})
    assert answer.status_code == 200, answer.text
    weeks = [dict(zip(answer.json()["columns"], row, strict=True)) for row in answer.json()["rows"]]
    newest = next(row for row in weeks if row["week"] == "2026-06-21")
    assert newest["then"] < newest["now"]  # Sunday's late words came afterwards
    assert all(row["then"] is None for row in weeks if row["week"] > "2026-06-21")
    assert weeks[0]["then"] == weeks[0]["now"]


def test_beds_go_by_the_forecast_with_a_reason_for_each_line(clinic: Clinic) -> None:
    wish = {"what": "beds", "kind": "influenza_like", "available": 12}
    answer = clinic.ask(TRACER, "/v1/epidemic/allocation", wish)
    assert answer.status_code == 200, answer.text
    lines = [dict(zip(answer.json()["columns"], row, strict=True)) for row in answer.json()["rows"]]
    for week in {line["week"] for line in lines}:
        assert sum(line["sent"] for line in lines if line["week"] == week) <= 12
    assert all("shortage" in line["says"]["en"] and "短缺" in line["says"]["zh"] for line in lines)
    assert clinic.ask(TRACER, "/v1/epidemic/allocation", wish | {"available": -1}).status_code == 422
    assert clinic.rows("select from epidemic.allocated")


def test_the_doors_take_the_good_and_name_each_refused_item(clinic: Clinic) -> None:
    columns = {"place": ["hospital/001"] * 2, "kind": ["plague", "pneumonia"], "day": ["2019-01-01"] * 2,
               "reported": [1.6e9] * 2, "count": [3, 3]}  # fmt: skip
    answer = clinic.client.post("/v1/epidemic/history", json=columns, headers=clinic.device)
    assert (answer.status_code, answer.json()["taken"], answer.json()["refused_count"]) == (200, 1, 1)
    assert answer.json()["refused"][0]["where"] == "rows[0].kind"
    bad = {name: column[:1] for name, column in columns.items()}
    answer = clinic.client.post("/v1/epidemic/history", json=bad, headers=clinic.device)
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "rows[0].kind")
    ada = {"reference": "ada", "name": "Ada"}
    said = {"people": [ada, {"reference": "bo"}],
            "patients": [{"reference": one, "kind": "pneumonia", "hospital": "hospital/001", "onset": "2026-07-01"}
                         for one in ("ada", "bo")]}  # fmt: skip
    answer = clinic.client.post("/v1/epidemic/patients", json=said, headers=clinic.device)
    assert (answer.status_code, answer.json()["patients"], answer.json()["people"]) == (200, 1, 1)
    assert [one["where"] for one in answer.json()["refused"]] == ["people[1]", "patients[1].reference"]
    assert clinic.client.post("/v1/epidemic/patients", json={}, headers=clinic.device).status_code == 400


def test_the_false_alarm_rate_is_set_at_the_desk_and_kept(clinic: Clinic) -> None:
    assert clinic.ask(TRACER, "/v1/epidemic/false_alarm_rate", {"per_thousand": 500}).status_code == 422
    assert clinic.ask(STRANGER, "/v1/epidemic/false_alarm_rate", {"per_thousand": 2}).status_code == 403
    assert clinic.ask(TRACER, "/v1/epidemic/false_alarm_rate", {"per_thousand": 2}).status_code == 200
    assert false_alarm_rate(clinic.hub.database) == 0.002


def test_what_the_forecast_set_aside_stands_on_its_page_with_the_reason(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecasting, "CATCH_UP", 0)
    now, hub = clinic.clock.now(), clinic.hub
    with hub.database.transaction() as connection:
        connection.execute("delete from epidemic.report where kind = 'pneumonia' and day > '2026-06-01' and place = "
                           "(select number from hub.entity where id = 'hospital/001')")  # fmt: skip
        connection.execute("update epidemic.report set count = count * 10 where kind = 'pneumonia' "
                           "and day between '2026-04-06' and '2026-04-12'")  # fmt: skip
        connection.execute("delete from epidemic.forecast_made where kind = 'pneumonia'")
    process.analyse(hub.database, now, hub.city.zone)
    shown = sheet(hub.database, TRACER, SYSTEM, Query("forecast_set_aside"), now)
    found = [dict(zip(shown.columns, row, strict=True)) for row in shown.rows]
    silent = [row for row in found if row["place"].startswith("Hospital 0")]
    assert [row["week"] for row in silent] == ["2026-06-07"]
    assert "left out" in silent[0]["why_en"]
    assert "不计" in silent[0]["why_zh"]
    assert any("slipped digit" in row["why_en"] and "错位" in row["why_zh"] for row in found)
    assert not sheet(hub.database, STRANGER, SYSTEM, Query("forecast_set_aside"), now).rows
