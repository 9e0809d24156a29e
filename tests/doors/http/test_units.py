"""A crew's device reads its orders and says that it has begun; a clock that runs is moved by nobody."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg.types.json import Jsonb

from citywide.hub.database.queries import sql
from citywide.hub.people.devices import new_token


@pytest.fixture
def unit_token(flooded):
    with flooded.app.state.hub.database.transaction() as connection:
        return new_token(connection, "crew phones", ("units:act", "demo"), everywhere=True)


def ask(door, verb, path, token, **more):
    return door.request(verb, path, headers={"authorization": f"Bearer {token}"}, **more)


def test_a_unit_reads_its_orders_and_starts_work(flooded, unit_token):
    (order,) = ask(flooded, "GET", "/v1/orders?unit=drainage_crew/north", unit_token).json()
    assert order["about"] == "gauge/elm"
    assert order["state"] == "assigned"
    path = f"/v1/orders/{order['case']}/start"
    stranger = ask(flooded, "POST", path, unit_token, json={"unit": "drainage_crew/other"})
    assert stranger.status_code == 404
    assert ask(flooded, "POST", path, unit_token, json={"unit": order["unit"]}).status_code == 200
    (order,) = ask(flooded, "GET", "/v1/orders?kind=drainage_crew", unit_token).json()
    assert order["state"] == "working"
    again = ask(flooded, "POST", path, unit_token, json={"unit": order["unit"]})
    assert 400 <= again.status_code < 500


def test_a_token_of_another_department_sees_moves_and_silences_nothing(flooded):
    hub = flooded.app.state.hub
    with hub.database.transaction() as connection:
        parks, ours = (new_token(connection, name, ("units:act",), None, (name,)) for name in ("parks", "drainage"))
        told = {"at": hub.clock.now(), "department": "drainage", "role": None, "entity": "drainage_crew/north",
                "says": Jsonb({"en": "go", "zh": "走"}), "facts": Jsonb({})}  # fmt: skip
        connection.execute(sql("put_message"), told)
    (order,) = ask(flooded, "GET", "/v1/orders", ours).json()
    (message,) = ask(flooded, "GET", "/v1/instructions", ours).json()
    for path in ("/v1/orders", "/v1/orders/waiting", "/v1/instructions", "/v1/orders?unit=drainage_crew/north"):
        assert ask(flooded, "GET", path, parks).json() == [], path
    said = {"unit": "drainage_crew/north", "note": "x", "to": "parks"}
    for act, status in (("start", 404), ("check", 404), ("reroute", 404), ("accept", 409)):
        path = f"/v1/orders/{order['case']}/{act}"
        assert ask(flooded, "POST", path, parks, json=said).status_code == status
    assert ask(flooded, "POST", "/v1/instructions/heard", parks, json={"ids": [message["id"]]}).json() == {"heard": 0}
    assert ask(flooded, "POST", "/v1/instructions/heard", ours, json={"ids": [message["id"]]}).json() == {"heard": 1}


def test_a_unit_moves_no_order_that_is_handed_to_another_at_this_moment(flooded, unit_token):
    database = flooded.app.state.hub.database
    (order,) = ask(flooded, "GET", "/v1/orders?unit=drainage_crew/north", unit_token).json()
    path, waits = (
        f"/v1/orders/{order['case']}/check",
        "select from pg_locks where not granted and pid <> pg_backend_pid()",
    )
    with ThreadPoolExecutor(1) as crew, database.dedicated() as watch:
        with database.transaction() as desk:
            desk.execute("update hub.cases set assigned_to = about where id = %s", (order["case"],))
            said = crew.submit(ask, flooded, "POST", path, unit_token, json={"unit": "drainage_crew/north"})
            while not watch.execute(waits).rowcount:
                time.sleep(0.01)
        assert said.result(20).status_code == 404
    assert database.rows("select state from hub.cases where id = %s", (order["case"],)) == [{"state": order["state"]}]


def test_orders_need_the_scope_and_acts_are_few(flooded, unit_token):
    assert ask(flooded, "GET", "/v1/orders", flooded.token).status_code == 403
    assert ask(flooded, "POST", "/v1/orders/1/reopen", unit_token, json={"unit": "x/y"}).status_code == 404


def test_a_running_clock_is_moved_by_nobody(flooded, unit_token):
    moved = ask(flooded, "POST", "/v1/clock", unit_token, json={"now": "2030-01-01T00:00:00Z"})
    assert moved.status_code == 409
