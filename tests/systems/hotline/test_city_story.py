"""A simulated day of residents and departments, through the hub's own doors: mended, handed in, asked, reopened."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from litestar.testing import TestClient

from citywide.app import build
from citywide.commands.demo import prepare
from citywide.demo.land import make_city
from citywide.demo.speaking import HttpDoor
from citywide.demo.world import World
from citywide.hub.database.cluster import Cluster
from citywide.hub.settings import Settings
from citywide.hub.testing import fresh_database
from citywide.kit.clock import Clock
from citywide.systems import hotline

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # nine in the morning, a Monday
STEP_S, HOURS = 600, 9


class ClientDoor(HttpDoor):
    """The city's voice, without a wire."""

    def __init__(self, client: TestClient, token: str) -> None:
        super().__init__("", 0, token)
        self.client = client

    def _request(self, verb: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        answer = self.client.request(verb, path, content=body, headers=self.headers)
        return answer.status_code, answer.content


@pytest.fixture(scope="module")
def day(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, TestClient]]:
    url = fresh_database(cluster, "hotline_day")
    token = prepare(url, Clock(START, 0.0, speed=0.0), "nobody signs in here")
    settings = Settings(data=tmp_path_factory.mktemp("day"), database_url=url)
    with TestClient(build(settings)) as client:
        world, door = World(make_city(3, 600_000), [hotline.SYSTEM], START), ClientDoor(client, token)
        door.register(world.entities())
        for _ in range(round(HOURS * 3600 / STEP_S)):
            door.move_clock(world.now + timedelta(seconds=STEP_S))
            world.live(door, STEP_S)
        yield world, client


def asked(client: TestClient, query: str) -> list[dict]:
    return client.app.state.hub.database.rows(query)


def test_cases_go_all_the_way_and_the_reporter_has_the_last_word(day: tuple[World, TestClient]) -> None:
    _, client = day
    steps = Counter(row["what"] for row in asked(client, "select what from hub.case_step"))
    assert all(
        steps[what] >= 3 for what in ("opened", "assigned", "working", "checking", "closed", "confirmed", "rated")
    )
    closed = asked(client, "select id from hub.cases where state = 'closed' and opened_by = 'resident'")
    assert len(closed) >= 10


def test_teams_act_for_their_own_department_only(day: tuple[World, TestClient]) -> None:
    _, client = day
    taken = asked(client, "select cases.department, unit.department as of_unit from hub.cases "
                          "join hub.entity unit on unit.number = cases.assigned_to")  # fmt: skip
    assert taken
    assert all(row["department"] == row["of_unit"] for row in taken)


def test_who_is_asked_tells_the_truth(day: tuple[World, TestClient]) -> None:
    world, client = day
    mending = world.twins[0].mending
    confirmed = asked(client, "select id from hub.cases where confirmed is not null")
    reopened = asked(client, "select cases as id, at from hub.case_step where what = 'reopened'")
    assert confirmed
    assert reopened
    assert all(mending.is_mended(row["id"]) for row in confirmed)
    for row in reopened:
        ended = [mending.ended.get(telling.trouble) for telling in mending._tellings[row["id"]]]
        assert any(end is None or end >= row["at"] for end in ended)


def test_every_proof_is_a_photo_on_its_case(day: tuple[World, TestClient]) -> None:
    _, client = day
    handed_in = {row["cases"] for row in asked(client, "select cases from hub.case_step where what = 'checking'")}
    with_photo = {row["cases"] for row in asked(client, "select distinct cases from hub.photo")}
    assert handed_in <= with_photo


def test_what_was_sent_to_a_wrong_department_is_passed_on_to_the_right_one(day: tuple[World, TestClient]) -> None:
    world, client = day
    mending = world.twins[0].mending
    rows = asked(client, "select cases as id, facts ->> 'to' as to from hub.case_step where what = 'rerouted'")
    assert all(mending.department(row["id"]) == row["to"] for row in rows)


def test_the_table_of_departments_lives(day: tuple[World, TestClient]) -> None:
    _, client = day
    with psycopg.connect(client.app.state.hub.settings.database_url) as connection:
        stars = connection.execute("select avg(stars), count(stars) from hub.cases").fetchone()
    assert stars is not None
    assert stars[1] >= 3
    assert 2.5 <= stars[0] < 5
