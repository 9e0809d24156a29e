"""Probes: an officer of another department cannot read, search, export, follow or guess a way to these rows."""

import json
from datetime import timedelta

import psycopg
import pytest
from litestar.testing import TestClient

from citywide.hub import Entity, OpenCase, Point, Text
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import register
from citywide.hub.people.who import Who

READS = (
    "/v1/cases/1",
    "/v1/latest?kind=gauge",
    "/v1/history?entity=gauge/elm&quantity=water_depth&begin=2020-01-01T00:00:00Z",
    "/v1/evidence",
    "/v1/evidence?after=0",
    "/v1/evidence/0/proof",
    "/v1/evidence/1/proof",
)
SECRETS = ("Elm", "elm", "North crew", "26.13")


def leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("path", READS)
def test_what_drainage_reads_parks_does_not(flooded: TestClient, sign_in, path: str) -> None:
    sign_in("wen")
    own = flooded.get(path)
    assert own.status_code == 200
    sign_in("lin")
    other = flooded.get(path)
    assert other.status_code in {200, 404}
    assert leaks(own.text) or "proof" in path
    assert leaks(other.text) == []


def test_no_widget_of_any_page_shows_another_departments_rows(flooded: TestClient, sign_in) -> None:
    sign_in("wen")
    pages = flooded.get("/v1/pages").json()
    addresses = [
        f"/v1/pages/{page['system']}/{page['name']}/{at}?layer={layer}"
        for page in pages
        for at, widget in enumerate(page["widgets"])
        if widget["type"] != "form"
        for layer in range(len(widget.get("layers", [0])))
    ]
    own = {path: flooded.get(path) for path in addresses}
    assert all(answer.status_code == 200 for answer in own.values()), [a.text for a in own.values() if a.is_error]
    assert sum(bool(leaks(answer.text)) for answer in own.values()) >= 6
    sign_in("lin")
    for path in addresses:
        rows = flooded.get(path).json().get("rows", [])
        assert leaks(json.dumps(rows)) == [], path


@pytest.mark.parametrize(
    "act", ["assign", "start", "pause", "resume", "reroute", "check", "close", "reopen", "merge", "part"]
)
def test_a_case_of_another_department_cannot_be_moved_and_seems_not_to_exist(flooded, sign_in, act: str) -> None:
    headers = sign_in("lin")
    body = {"note": "mine now", "to": "parks"}
    answer = flooded.post(f"/v1/cases/1/{act}", json=body, headers=headers)
    missing = flooded.post(f"/v1/cases/4711/{act}", json=body, headers=headers)
    assert (answer.status_code, missing.status_code) == (404, 404)
    assert answer.json()["detail"].replace("1", "N") == missing.json()["detail"].replace("4711", "N")


def test_an_alarm_of_another_department_cannot_be_acknowledged(flooded: TestClient, sign_in) -> None:
    assert flooded.post("/v1/alarms/1/acknowledge", json={}, headers=sign_in("lin")).status_code == 404
    assert flooded.post("/v1/alarms/1/acknowledge", json={}, headers=sign_in("wen")).status_code == 200


def test_live_events_of_another_department_are_not_told_even_when_resuming(flooded: TestClient, sign_in) -> None:
    hub = flooded.app.state.hub
    topics = frozenset({"case", "alarm", "evidence"})
    _, own, _ = hub.live._entries(Who("wen", ("officer",), ("drainage",)), topics, 0)
    _, other, _ = hub.live._entries(Who("lin", ("officer",), ("parks",)), topics, 0)
    assert any(b"Elm" in event.data for event in own)
    assert leaks("".join(event.data.decode() for event in other)) == []


def test_the_database_itself_keeps_departments_apart(flooded: TestClient) -> None:
    tables = ("entity", "series", "latest", "reading", "alarm", "cases", "case_step")
    database = flooded.app.state.hub.database
    for table in tables:
        with database.reading_as(Who("lin", (), ("parks",))) as connection:
            assert connection.execute(f"select count(*) from hub.{table}").fetchone() == (0,), table
        with database.reading_as(Who("wen", (), ("drainage",))) as connection:
            assert connection.execute(f"select count(*) from hub.{table}").fetchone()[0] > 0, table


def test_personal_tables_are_closed_to_the_readers_role(flooded: TestClient) -> None:
    for table in (
        "people.staff",
        "people.session",
        "people.device_token",
        "evidence.pending",
    ):
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            flooded.app.state.hub.database.reading_as(Who("mayor", (), (), everywhere=True)) as connection,
        ):
            connection.execute(f"select * from {table}")


def test_a_case_is_given_to_a_unit_of_ones_own_and_what_is_anothers_seems_not_to_exist(flooded, sign_in) -> None:
    with flooded.app.state.hub.database.transaction() as connection:
        register(connection, [
            Entity("department_crew/parks", "department_crew", "Parks team", Point(106.5, 29.5), "parks"),
            Entity("place/pond", "place", "Pond", Point(106.5, 29.5), "parks"),
        ])  # fmt: skip
    headers = sign_in("lin")
    new = {"title": "tree down", "category": "fallen_tree", "lon": 106.6, "lat": 29.6}
    path = f"/v1/cases/{flooded.post('/v1/cases', json=new, headers=headers).json()['case']}/assign"
    for unit in ("gauge/elm", "drainage_crew/north", "drainage_crew/none", "place/pond", ""):
        answer = flooded.post(path, json={"to": unit}, headers=headers)
        assert (answer.status_code, answer.json()["detail"]) == (404, f"there is no unit {unit} for you")
    given = flooded.post(path, json={"to": "department_crew/parks"}, headers=headers)
    assert given.json()["case"]["assigned_to"] == "department_crew/parks"


def test_without_a_session_nothing_is_told(flooded: TestClient) -> None:
    flooded.cookies.clear()
    for path in (*READS, "/v1/pages", "/v1/live"):
        assert flooded.get(path).status_code == 401, path


def test_a_change_without_the_csrf_value_is_refused(flooded: TestClient, sign_in) -> None:
    sign_in("wen")
    assert flooded.post("/v1/cases/1/start", json={}).status_code == 403


def test_a_department_reads_what_it_is_charged_with_though_another_holds_it_and_moves_it_no_more(
    flooded: TestClient, sign_in
) -> None:
    hub = flooded.app.state.hub
    now = hub.clock.now()
    with hub.database.transaction() as connection:
        charged, plain = (
            hub.desk.open(connection, OpenCase(Text(name, name), "fallen_tree"), now - timedelta(days=3), "resident")
            for name in ("charged", "plain")
        )
        for case, at in ((plain, now - timedelta(days=3) + timedelta(minutes=1)), (charged, now)):
            hub.desk.reroute(connection, case, "drainage", at, "lin", "water below the roots")
    asked = {}
    headers = sign_in("lin")
    for case in (charged, plain):
        read = flooded.get(f"/v1/cases/{case}")
        act = flooded.post(f"/v1/cases/{case}/close", json={"note": "done"}, headers=headers)
        asked[case] = (read.status_code, act.status_code)
    assert asked == {charged: (200, 403), plain: (404, 404)}
    assert flooded.get(f"/v1/cases/{charged}").json()["case"]["ours"] is False
    with hub.database.reading_as(Who("lin", ("manager",), ("parks",))) as connection:
        listed = rows(connection, sql("charged_elsewhere"), {"now": now})
    assert [(row["id"], row["charged"], row["department"], row["why"]) for row in listed] == [
        (charged, "parks", "drainage", "late")]  # fmt: skip
    sign_in("mayor")
    assert [flooded.get(f"/v1/cases/{case}").json()["case"]["ours"] for case in (charged, plain)] == [True, True]
