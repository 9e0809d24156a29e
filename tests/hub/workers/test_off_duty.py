"""A worker that goes off duty finishes what it is at, and nobody counts it out meanwhile."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from citywide.hub.settings import Settings
from citywide.hub.testing import TrialCity
from tests.hub.conftest import QUIET

SEEN = "select seen from hub.worker"


def test_the_heart_beats_on_until_the_last_duty_is_done(settings: Settings) -> None:
    city, begun, go_on = TrialCity(settings, QUIET), threading.Event(), threading.Event()
    hub = city.hub

    def long_duty() -> None:
        begun.set()
        go_on.wait(30)

    with hub.database.dedicated() as others, ThreadPoolExecutor(1) as city_hall:
        hub._beats.begin(hub.beat, 0.05)
        hub._rounds.begin(long_duty, 0.0)
        assert begun.wait(20)
        leaving = city_hall.submit(city.close)
        while not hub._rounds._stopping.is_set():
            time.sleep(0.01)
        ((before,),) = others.execute(SEEN).fetchall()
        while others.execute(SEEN).fetchall() == [(before,)]:
            assert not leaving.done()
            time.sleep(0.01)
        go_on.set()
        leaving.result(60)
        assert others.execute(SEEN).fetchall() == []
