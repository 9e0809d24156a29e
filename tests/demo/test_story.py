"""A rainy morning of a simulated district, from the first drop to dry roads, on a real hub."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from benchmarks.face.floods import WARNINGS
from citywide.demo.land import make_city, write_city
from citywide.demo.world import World
from citywide.hub.database.cluster import Cluster
from citywide.hub.screens.wall import SYSTEM as WALL
from citywide.hub.settings import Settings
from citywide.hub.simulated.twin import Order
from citywide.hub.testing import MORNING, TrialCity, fresh_database
from citywide.kit.geometry import Point
from citywide.systems.waterlogging import SYSTEM

RAISED = """select from hub.alarm
where rule in ('water_is_coming', 'water_in_an_hour', 'first_water_expected')"""


class TrialDoor:
    """The door of a trial city."""

    def __init__(self, city: TrialCity) -> None:
        self.city, self.refused = city, 0

    def register(self, entities):
        self.city.add(*entities)

    def send(self, readings):
        self.refused += self.city.send(*readings).refused_count if readings else 0

    def orders(self):
        rows = self.city.hub.database.rows(
            "select c.id, u.id as unit, c.lon, c.lat, a.id as about, c.state from hub.cases c "
            "join hub.entity u on u.number = c.assigned_to join hub.entity a on a.number = c.about "
            "where c.state in ('assigned', 'working')"
        )
        return [
            Order(row["id"], row["unit"], Point(row["lon"], row["lat"]), row["about"], row["state"]) for row in rows
        ]

    def instructions(self):
        return []

    def closed_roads(self):
        return []

    def answer(self, answer, unit):
        with self.city.hub.database.transaction() as connection:
            getattr(self.city.hub.desk, answer.act)(connection, answer.case, self.city.clock.now(), unit)


@pytest.fixture(scope="module")
def morning(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, TrialCity]]:
    simulated = make_city(2, 60_000)
    folder = write_city(simulated, tmp_path_factory.mktemp("city"))
    data = tmp_path_factory.mktemp("demo")
    settings = Settings(data=data, city=folder, database_url=fresh_database(cluster, "demo"))
    city = TrialCity(settings, [WALL, SYSTEM])
    world, door = World(simulated, [SYSTEM], MORNING), TrialDoor(city)
    door.register(world.entities())
    for _ in range(5 * 60):
        city.clock.set(world.now + timedelta(seconds=60))
        world.live(door, 60)
    assert door.refused == 0
    yield world, city
    city.close()


def test_every_true_flood_opens_a_case_within_the_next_minute(morning):
    world, city = morning
    opened = city.hub.database.rows(
        "select about.id, opened from hub.cases join hub.entity about on about.number = about "
        "where category = 'flooded_road'"
    )
    broken = {event.entity for event in world.truth() if event.what in ("stuck", "silent")}
    floods = [event for event in world.truth() if event.what == "flood" and event.entity not in broken]
    assert floods
    for flood in floods:
        waits = [row["opened"] - flood.began for row in opened if row["id"] == flood.entity]
        assert any(-timedelta(minutes=2) <= wait <= timedelta(seconds=120) for wait in waits)


def test_crews_came_and_every_road_that_is_dry_again_is_a_closed_case(morning):
    world, city = morning
    story = city.story()
    assert "work has begun" in story
    twin = world.twins[0]
    depth = dict(zip([gauge.id for gauge in twin.gauges], twin.depth_cm.tolist(), strict=True))
    broken = {event.entity for event in world.truth() if event.system == "devices"}
    cases = city.hub.database.rows(
        "select about.id, state from hub.cases join hub.entity about on about.number = about "
        "where category = 'flooded_road'"
    )
    dry = [row for row in cases if depth[row["id"]] < 6 and row["id"] not in broken]
    assert dry
    assert {row["state"] for row in dry} == {"closed"}


def test_warnings_are_said_before_the_water_comes(morning):
    world, city = morning
    warned, raised = (city.hub.database.rows(query) for query in (WARNINGS, RAISED))
    assert len(warned) == len(raised)
    floods = [event for event in world.truth() if event.what == "flood"]
    early = [any(row["id"] == flood.entity and row["at"] < flood.began for row in warned) for flood in floods]
    assert sum(early) >= len(early) / 2
