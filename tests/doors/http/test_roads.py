"""Whoever drives may know which roads are closed."""

from litestar.testing import TestClient

from citywide.hub import Entity, OpenCase, Point, Text
from citywide.hub.people.devices import new_token

ELM = Entity("gauge/elm", "gauge", "Elm Street", Point(106.5, 29.5), "drainage")


def test_anybody_reads_which_roads_are_closed_and_nothing_of_the_cases_themselves(door: TestClient) -> None:
    hub, now = door.app.state.hub, door.app.state.hub.clock.now()
    secret = Text("between us", "内部")
    with hub.database.transaction() as connection:
        closure = hub.desk.open(connection, OpenCase(secret, "closed_road", about=ELM), now)
        hub.desk.open(connection, OpenCase(secret, "flooded_road", about=ELM), now)
    told = door.get("/v1/roads/closed")
    assert told.headers["content-type"] == "application/geo+json"
    (feature,) = told.json()["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [106.5, 29.5]}
    assert feature["properties"] == {
        "name": "Elm Street", "label": {"en": "Closed road", "zh": "道路封闭"}, "since": feature["properties"]["since"],
    }  # fmt: skip
    with hub.database.transaction() as connection:
        hub.desk.close(connection, closure, now, "wen")
    assert door.get("/v1/roads/closed").json() == {"type": "FeatureCollection", "features": []}


def test_a_unit_s_token_opens_the_list_however_often_it_asks_and_a_wrong_one_does_not(door: TestClient) -> None:
    with door.app.state.hub.database.transaction() as connection:
        token = new_token(connection, "navigation", ("units:act",))
    asked = [door.get("/v1/roads/closed", headers={"authorization": f"Bearer {token}"}) for _ in range(150)]
    assert {each.status_code for each in asked} == {200}
    assert door.get("/v1/roads/closed", headers={"authorization": "Bearer cw_guess"}).status_code == 401
