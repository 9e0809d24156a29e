"""A quarter's outbreak from the simulated people to the officer's desk, through the real doors; the truth is known."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec
import numpy as np
import psycopg
import pytest
from litestar.testing import TestClient
from psycopg.errors import InsufficientPrivilege
from psycopg.types.json import Jsonb

from citywide.app import build
from citywide.hub import Point, Query, Text
from citywide.hub.database.cluster import Cluster
from citywide.hub.entities.registry import register
from citywide.hub.ingest.batch import columns_of
from citywide.hub.page_data import queries_of_widget, sheet
from citywide.hub.people.devices import new_token
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from citywide.hub.settings import Settings
from citywide.hub.testing import fresh_database
from citywide.hub.twin import Place, Plan, Weather
from citywide.kit.clock import Clock
from citywide.systems.epidemic import SYSTEM, watching
from citywide.systems.epidemic.analysis import forecasting, process
from citywide.systems.epidemic.engine.forecast.boosted import Trees
from citywide.systems.epidemic.engine.forecast.forecaster import Setting
from citywide.systems.epidemic.model import SYNDROMES
from citywide.systems.epidemic.twin import EpidemicTwin

WAKES = datetime(2026, 7, 5, 23, 0, tzinfo=UTC)  # seven in the morning of a Monday
PASSWORD = "correct horse battery"
TRACER = Who("tracer", ("officer",), ("disease_control",))
STRANGER = Who("stranger", ("officer",), ("drainage",))
MANAGER = Who("manager", ("manager", "officer"), (), everywhere=True)
CLEAR = Weather(np.zeros(0), 20.0)


def a_city() -> Plan:
    names = {"hospital": 6, "school": 8, "housing": 40, "station": 4}
    places = [
        Place(kind, Text(f"{kind.title()} {n}", f"{kind}{n}"),
              Point(106.5 + 0.01 * (n % 7), 29.5 + 0.01 * (n // 7 + (kind == "hospital") * (n % 3))), "ab"[n % 2])
        for kind, count in names.items() for n in range(count)
    ]  # fmt: skip
    return Plan(3, 100_000, places, {"a": Text("East", "东区"), "b": Text("West", "西区")})


class Clinic:
    """The hub with its doors, the twin that speaks to it, and the staff that ask it."""

    def __init__(self, client: TestClient) -> None:
        self.client, self.hub = client, client.app.state.hub
        self.clock: Clock = self.hub.clock
        self.twin = EpidemicTwin(a_city())
        with self.hub.database.transaction() as connection:
            for who in (TRACER, STRANGER, MANAGER):
                add_staff(connection, who, PASSWORD)
            register(connection, self.twin.entities)
            token = new_token(connection, "registry", ("readings:write", "patients:write", "demo"))
        self.device = {"authorization": f"Bearer {token}"}

    def live(self, until: datetime) -> None:
        """Hour by hour, as the city speaks and the hub watches."""
        while (now := self.clock.now() + timedelta(hours=1)) <= until:
            for word in self.twin.words(self.clock.now()):
                self.tell(word.path, word.body)
            self.tell("/v1/clock", {"now": now.isoformat()})
            if said := self.twin.step(now, 3600, CLEAR):
                self.tell("/v1/readings", _columns(said))
            self.tell("/v1/clock", {"now": now.isoformat()})

    def tell(self, path: str, body: object) -> None:
        answer = self.client.post(path, json=body, headers=self.device)
        assert answer.status_code == 200, answer.text

    def sign_in(self, who: Who) -> dict[str, str]:
        self.client.cookies.clear()
        answer = self.client.post("/v1/session", json={"name": who.name, "password": PASSWORD})
        return {"X-CSRF": answer.json()["csrf"]}

    def ask(self, who: Who, path: str, body: dict[str, object]):
        return self.client.post(path, json=body, headers=self.sign_in(who))

    def rows(self, query: str) -> list[dict]:
        return self.hub.database.rows(query)


def _columns(readings):
    columns = columns_of(readings)
    return {"entity": list(columns.entity), "quantity": list(columns.quantity), "time": columns.time.tolist(),
            "value": columns.value.tolist()}  # fmt: skip


@pytest.fixture(scope="module")
def clinic(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    settings = Settings(data=tmp_path_factory.mktemp("clinic"), database_url=fresh_database(cluster, "clinic"))
    patch = pytest.MonkeyPatch()
    patch.setattr(forecasting, "CATCH_UP", 5)
    patch.setattr(forecasting, "Setting", _small)
    patch.setattr(process, "something_new", lambda _hub: False)  # it is done here, in this process
    with psycopg.connect(settings.database_url) as connection:
        held = Jsonb(msgspec.to_builtins(Clock(WAKES, 0.0, speed=0.0)))
        connection.execute("insert into hub.setting (name, value) values ('clock', %s)", (held,))
    with TestClient(build(settings)) as client:
        clinic = Clinic(client)
        clinic.live(WAKES + timedelta(hours=5))
        process.analyse(clinic.hub.database, clinic.clock.now(), clinic.hub.city.zone)
        yield clinic
    patch.undo()


def _small(**values) -> Setting:
    """Fewer and smaller trees: what is tested is the way, not the skill."""
    return Setting(trees=Trees(folds=2, rounds=15, leaves=6, miss_rounds=5), lessons_at_most=3000, **values)


def test_the_outbreak_is_seen_in_the_first_morning_where_it_truly_is(clinic: Clinic) -> None:
    true = {event.entity for event in clinic.twin.truth()}
    seen = clinic.rows("select entity.id from hub.cases join hub.entity on entity.number = cases.about "
                       "where category = 'outbreak_signal'")  # fmt: skip
    assert seen
    assert any(row["id"].startswith("hospital/") and row["id"] in true for row in seen)
    assert np.mean([row["id"] in true for row in seen]) >= 0.5


def test_every_widget_has_rows_for_disease_control_and_none_for_others(clinic: Clinic) -> None:
    own = {"cases_of_department", "evidence_of_department", "reports_set_aside", "grants", "allocations",
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


def test_some_patients_come_with_a_sequence_that_only_the_tracing_reads(clinic: Clinic) -> None:
    counts = clinic.rows("select count(*) as patients, count(sequence) as read from epidemic.patient")[0]
    assert 0 < counts["read"] < counts["patients"]
    with clinic.hub.database.reading_as(TRACER) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("select sequence from epidemic.patient")


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
    assert watching.false_alarm_rate(clinic.hub.database) == 0.002


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
