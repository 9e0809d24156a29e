"""A worker that has much to remember is not held for dead while it does."""

import asyncio
import threading
import time

import pytest

from citywide.hub import Entity, Reading
from citywide.hub.ingest.batch import Rows, columns_of
from citywide.hub.ingest.draft import Outcome
from citywide.hub.secrets import peer_secret
from citywide.hub.testing import MORNING, TrialCity
from citywide.hub.workers import leases
from citywide.hub.workers.peers import PeerError, serve

SEEN = "select count(*) as new from hub.worker where seen > now() - interval '1 hour'"


def test_the_others_hear_of_a_worker_while_it_is_long_at_taking_parts_over(city: TrialCity, monkeypatch) -> None:
    hub, taken = city.hub, threading.Event()
    hub.committer.between_commits(hub.committer.forget).result()
    hub.database.rows("update hub.worker set seen = now() - interval '1 day' returning 1")
    monkeypatch.setattr(hub.committer, "take", lambda _: taken.wait(30))
    monkeypatch.setattr(leases, "heartbeat", lambda *_: leases.Turn([1], [], [hub.members.name] * 64, {}))
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
        city.hub.beat()
        assert connection.execute("select name from hub.worker").fetchall() == [(city.hub.members.name,)]


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
