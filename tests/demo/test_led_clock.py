"""The demo's clock waits for its city: on a busy machine everything is slower, and no device is held for silent."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from litestar.testing import TestClient

from citywide.app import build
from citywide.commands.demo import prepare
from citywide.demo.land import make_city
from citywide.demo.life import TICK_S, one_step
from citywide.demo.speaking import HttpDoor, RefusedError
from citywide.demo.world import World
from citywide.hub.clock import read_clock
from citywide.hub.settings import Settings
from citywide.hub.testing import fresh_database
from citywide.kit.clock import Clock, LedClock
from citywide.systems import waterlogging

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FAST = 3600.0  # an hour in a second: a gauge would be silent after half a second
STEPS, PAUSE_S = 12, 0.3
LEAD = timedelta(seconds=60)


class SlowDoor(HttpDoor):
    """A hub that takes its time over readings."""

    def __init__(self, client: TestClient, token: str) -> None:
        super().__init__("", 0, token)
        self.client, self.seen = client, []

    def send(self, readings) -> None:
        time.sleep(PAUSE_S)
        super().send(readings)

    def move_clock(self, now: datetime) -> datetime:
        self.seen.append((now, self.client.app.state.hub.clock.now()))
        return super().move_clock(now)

    def _request(self, verb: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        answer = self.client.request(verb, path, content=body, headers=self.headers)
        return answer.status_code, answer.content


@pytest.fixture(scope="module")
def busy(cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SlowDoor, World, TestClient]]:
    url = fresh_database(cluster, "busy_machine")
    clock = Clock(START, time.time(), FAST, until=START)
    token = prepare(url, clock, "nobody signs in here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("citywide.doors.http.held_clock.LEAD_S", LEAD.total_seconds() / FAST)
        with TestClient(build(Settings(data=tmp_path_factory.mktemp("busy"), database_url=url))) as client:
            world, door = World(make_city(3, 60_000), [waterlogging.SYSTEM], START, shares={}), SlowDoor(client, token)
            door.register(world.entities())
            for _ in range(STEPS):
                one_step(world, door, clock)
            yield door, world, client


def test_no_device_is_held_for_silent_while_the_hub_is_slow(busy: tuple[SlowDoor, World, TestClient]) -> None:
    _, world, client = busy
    hub = client.app.state.hub
    hub.round()
    assert world.now == START + timedelta(seconds=STEPS * TICK_S)
    assert hub.database.rows("select 1 from hub.series") != []
    assert hub.database.rows("select rule from hub.alarm where rule ~ 'silent$'") == []


def test_the_clock_runs_but_never_further_than_its_lead(busy: tuple[SlowDoor, World, TestClient]) -> None:
    door, _, _ = busy
    stood = [stands - (told - timedelta(seconds=TICK_S)) for told, stands in door.seen[1:]]
    assert max(stood) <= LEAD
    assert all(later[1] > earlier[1] for earlier, later in zip(door.seen, door.seen[1:], strict=False))


def test_another_worker_reads_the_same_clock(busy: tuple[SlowDoor, World, TestClient]) -> None:
    door, _, client = busy
    hub = client.app.state.hub
    assert read_clock(hub.database).now() == hub.clock.now()
    assert hub.clock.now() == door.seen[-1][0] + LEAD


def test_what_the_hub_could_not_take_is_said_again_before_the_city_goes_on(
    busy: tuple[SlowDoor, World, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    door, world, client = busy
    world.live(door, TICK_S)  # at half a minute no gauge speaks
    before = world.now
    with monkeypatch.context() as cut:
        cut.setattr(HttpDoor, "send", lambda *_: door.ask("POST", "/v1/nowhere", []))
        for _ in "ab":
            with pytest.raises(RefusedError):
                world.live(door, TICK_S)
    world.live(door, TICK_S)
    assert world.now == before + timedelta(seconds=TICK_S)
    said = "select from hub.reading where time > %s"
    assert client.app.state.hub.database.rows(said, (before,)) != []


def test_an_older_word_that_comes_late_changes_nothing() -> None:
    clock = Clock(START, time.time(), until=START)
    led = LedClock(led=[clock.led_to(START + LEAD)])
    led.set(clock)
    assert led.led[0].until == START + LEAD


def test_what_a_led_clock_stood_still_is_not_made_up_for() -> None:
    stood = Clock(START, time.time() - 1000, speed=1.0, until=START + timedelta(seconds=10))
    assert stood.now() == START + timedelta(seconds=10)
    led = stood.led_to(START + timedelta(days=1))
    assert led.start == START + timedelta(seconds=10)
    assert led.led_to(START).now() >= led.start
