"""A crew's device reads its orders and says that it has begun; a clock that runs is moved by nobody."""

import pytest

from citywide.hub.people.devices import new_token


@pytest.fixture
def unit_token(flooded):
    with flooded.app.state.hub.database.transaction() as connection:
        return new_token(connection, "crew phones", ("units:act", "demo"))


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


def test_orders_need_the_scope_and_acts_are_few(flooded, unit_token):
    assert ask(flooded, "GET", "/v1/orders", flooded.token).status_code == 403
    assert ask(flooded, "POST", "/v1/orders/1/reopen", unit_token, json={"unit": "x/y"}).status_code == 404


def test_a_running_clock_is_moved_by_nobody(flooded, unit_token):
    moved = ask(flooded, "POST", "/v1/clock", unit_token, json={"now": "2030-01-01T00:00:00Z"})
    assert moved.status_code == 409
