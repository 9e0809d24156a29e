"""A worker that has much to remember is not held for dead while it does."""

import threading
import time

import pytest

from citywide.hub.testing import TrialCity
from citywide.hub.workers import leases

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
