"""A worker that sleeps over what it has begun (its machine froze, or lost its power) holds nobody up for long."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from psycopg import Connection

from citywide.hub import Entity, Reading
from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.hub.ingest.batch import columns_of
from citywide.hub.testing import MORNING, TrialCity
from citywide.hub.workers import leases

SLEEPER = "sleeper~2"
LONG_AGO = "update hub.worker set seen = clock_timestamp() - interval '4 seconds' where name = %s"
SESSIONS = "select distinct application_name as name from pg_stat_activity where datname = current_database()"


@pytest.fixture
def gauged(city: TrialCity) -> TrialCity:
    city.add(Entity("gauge/1", "gauge", "Gauge", None, "drainage"))
    city.send(Reading("gauge/1", "water_depth", MORNING - timedelta(hours=1), 1.0))
    return city


@pytest.fixture
def sleeper(gauged: TrialCity) -> Iterator[Connection]:
    """A session, in the middle of a transaction, of a worker that was last heard of long ago."""
    database = Database(gauged.hub.settings.database_url, owner=leases.sessions_of(SLEEPER))
    connection = database.dedicated()
    leases.join(connection, SLEEPER, "127.0.0.1:9")
    connection.execute(LONG_AGO, (SLEEPER,))
    connection.execute("begin")
    yield connection
    connection.close()
    database.close()


def count_out(city: TrialCity) -> None:
    """Beat until the sleeper is given up; a server that has just begun gives everybody a chance."""
    until = time.monotonic() + 20
    while city.hub.database.rows("select from hub.worker where name = %s", (SLEEPER,)):
        assert time.monotonic() < until, "nobody counts it out"
        city.hub.beat()
        time.sleep(0.05)


def test_readings_that_a_sleeper_has_copied_keep_nobody_from_taking_them(
    gauged: TrialCity, sleeper: Connection
) -> None:
    number = gauged.hub.registry.series["gauge/1", "water_depth"]
    sleeper.execute("insert into hub.reading values (%s, %s, 1.0, 1)", (number, MORNING - timedelta(minutes=30)))
    count_out(gauged)
    again = columns_of([Reading("gauge/1", "water_depth", MORNING - timedelta(minutes=30), 1.0)])
    assert gauged.wait(gauged.hub.reception.receive(again)).accepted == 1


def test_a_sleeper_is_counted_out_though_it_held_its_ground_just_before(gauged: TrialCity, sleeper: Connection) -> None:
    sleeper.execute(sql("fence"), {"worker": SLEEPER})
    count_out(gauged)
    assert [row["name"] for row in gauged.hub.database.rows("select name from hub.worker")] == [gauged.hub.members.name]


def test_a_heartbeat_does_not_wait_for_a_commit_that_takes_long(gauged: TrialCity) -> None:
    name = gauged.hub.members.name
    with gauged.hub.database.dedicated() as hand, gauged.hub.database.dedicated() as heart, hand.transaction():
        hand.execute(sql("fence"), {"worker": name})
        heart.execute("set lock_timeout = '100ms'")
        leases.live(heart, name)


def test_all_sessions_of_a_worker_bear_its_name_however_often_it_began_anew(gauged: TrialCity) -> None:
    hub = gauged.hub
    first = hub.members.name
    with hub.database.transaction() as connection:
        connection.execute("delete from hub.worker")
    hub.beat()
    hub.beat()
    assert hub.members.name != first
    assert leases.sessions_of(leases.anew(hub.members.name)) == leases.sessions_of(first)
    found = hub.database.rows(SESSIONS)
    assert found == [{"name": leases.sessions_of(first)}]
