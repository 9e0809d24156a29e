"""A worker that has much to remember is not held for dead while it does."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg import Connection

from citywide.hub import Entity, Reading
from citywide.hub.ingest.batch import Rows, columns_of
from citywide.hub.ingest.draft import Outcome
from citywide.hub.secrets import peer_secret
from citywide.hub.testing import MORNING, TrialCity
from citywide.hub.workers import leases, membership
from citywide.hub.workers.peers import PeerError, serve

SEEN = "select count(*) as new from hub.worker where seen > now() - interval '1 hour'"


def test_the_others_hear_of_a_worker_while_it_is_long_at_taking_parts_over(city: TrialCity, monkeypatch) -> None:
    hub, taken = city.hub, threading.Event()
    hub.committer.between_commits(hub.committer.forget).result()
    hub.database.rows("update hub.worker set seen = now() - interval '1 day' returning 1")
    monkeypatch.setattr(hub.committer, "take", lambda _: taken.wait(30))
    monkeypatch.setattr(leases, "heartbeat", lambda *_, **__: leases.Turn([1], [], [hub.members.name] * 64, {}))
    beating = threading.Thread(target=hub.beat)
    beating.start()
    until = time.monotonic() + 20
    while not hub.database.rows(SEEN)[0]["new"] and time.monotonic() < until:
        time.sleep(0.05)
    assert beating.is_alive()
    assert hub.database.rows(SEEN)[0]["new"] == 1
    taken.set()
    beating.join(20)
    assert not beating.is_alive()


def test_a_worker_that_was_given_up_hears_of_it(city: TrialCity) -> None:
    with city.hub.database.dedicated() as connection, pytest.raises(leases.Lost):
        leases.live(connection, "somebody who never was")


def test_who_was_killed_before_the_clock_was_put_back_is_given_up_as_soon(city: TrialCity) -> None:
    with city.hub.database.dedicated() as connection:
        leases.join(connection, "killed", "127.0.0.1:9")
        connection.execute("update hub.worker set seen = clock_timestamp() + interval '2 minutes'")
        until = time.monotonic() + 20
        while connection.execute("select from hub.worker").rowcount > 1 and time.monotonic() < until:
            city.hub.beat()  # whoever has just begun is patient
            time.sleep(0.05)
        assert connection.execute("select name from hub.worker").fetchall() == [(city.hub.members.name,)]


def test_who_could_not_beat_itself_gives_the_others_their_chance(city: TrialCity, monkeypatch) -> None:
    with city.hub.database.dedicated() as connection:
        leases.join(connection, "slow", "127.0.0.1:9")
        connection.execute("update hub.worker set seen = clock_timestamp() - interval '1 hour' where name = 'slow'")
        monkeypatch.setattr(membership, "AWAY_S", -1.0)
        city.hub.beat()
        assert connection.execute("select from hub.worker where name = 'slow'").rowcount == 1


def test_what_was_found_free_and_is_claimed_by_another_stays_with_the_other(city: TrialCity) -> None:
    with city.hub.database.dedicated() as connection:
        connection.execute("update hub.lease set worker = null where part < 3")
        found = leases.free_parts(connection, 64)
        leases.claim(connection, "quick", found[:2])
        leases.claim(connection, "slow", found)
        keepers = connection.execute("select worker from hub.lease where part < 3 order by part").fetchall()
    assert keepers == [("quick",), ("quick",), ("slow",)]


def test_a_worker_whose_part_another_keeps_begins_anew(city: TrialCity) -> None:
    hub, before = city.hub, city.hub.members.name
    hub.beat()
    with hub.database.dedicated() as connection:
        leases.join(connection, "other", "127.0.0.1:9")
        connection.execute("update hub.lease set worker = 'other' where part = 5")
    hub.beat()
    assert hub.members.name != before
    hub.beat()
    assert 5 not in hub.committer.parts


def test_many_who_come_at_once_never_keep_the_same_part(city: TrialCity) -> None:
    names = [f"worker {n}" for n in range(6)]
    connections = [city.hub.database.dedicated() for _ in names]
    for _ in range(60):
        turns = _all_claim_at_once(list(zip(names, connections, strict=True)))
        gained = [part for turn in turns for part in turn.gained]
        assert len(gained) == len(set(gained))
    for connection in connections:
        connection.close()


def _all_claim_at_once(workers: list[tuple[str, Connection]]) -> list[leases.Turn]:
    """Nobody keeps anything any more, then every worker's heart beats in the same moment."""
    one, together = workers[0][1], threading.Barrier(len(workers))
    one.execute("delete from hub.worker")
    one.execute("update hub.lease set worker = null")

    def beat(name: str, connection: Connection) -> leases.Turn:
        together.wait()
        leases.join(connection, name, "127.0.0.1:9")
        return leases.heartbeat(connection, name, [])

    with ThreadPoolExecutor(len(workers)) as hands:
        return list(hands.map(lambda worker: beat(*worker), workers))


def test_who_waits_for_a_machine_that_lost_its_power_hears_so_and_finds_its_heir(city: TrialCity) -> None:
    hub, never = city.hub, asyncio.Event()
    city.add(Entity("gauge/1", "gauge", "Gauge", None, "drainage"))
    reading = Reading("gauge/1", "water_depth", MORNING, 3.0)
    city.send(reading)

    async def mute(_: Rows) -> Outcome:
        await never.wait()
        raise AssertionError("it never speaks again")

    server, port = city.wait(serve("127.0.0.1", peer_secret(hub.settings.data), mute))
    with hub.database.dedicated() as connection:
        leases.join(connection, "mute", f"127.0.0.1:{port}")
        connection.execute("update hub.lease set worker = 'mute'")
        hub.committer.between_commits(hub.committer.forget).result()
        hub.beat()
        waiting = asyncio.run_coroutine_threadsafe(hub.reception.receive(columns_of([reading])), city._loop)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        connection.execute("update hub.worker set seen = now() - interval '1 hour' where name = 'mute'")
    hub.beat()
    with pytest.raises(PeerError, match="has gone"):
        waiting.result(timeout=20)
    assert city.send(reading).duplicate == 1
    server.close()
