"""A simulated city that lives beside its hub at some speed, in a process of its own."""

import os
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import structlog
from msgspec import Struct

from citywide.demo.land import make_city
from citywide.demo.speaking import HttpDoor, RefusedError
from citywide.demo.world import World
from citywide.hub.vocabulary.system import System
from citywide.kit.clock import Clock
from citywide.kit.memory import few_arenas, give_back

TICK_S = 30.0
TIDY_EVERY = timedelta(hours=1)
log = structlog.get_logger()


class Life(Struct, frozen=True):
    """Which city lives, by which clock, and where its hub answers."""

    seed: int
    population: int
    clock: Clock
    host: str
    port: int
    token: str
    minutes: float | None = None
    aside: str | None = None


def live(life: Life, systems: Sequence[System], ready: Callable[[], None] = lambda: None) -> None:
    """Wait for the hub, make everything known, then speak until the parent goes or the minutes are over."""
    few_arenas()
    world = World(
        make_city(life.seed, life.population), systems, life.clock.start, aside=Path(life.aside) if life.aside else None
    )
    door = HttpDoor(life.host, life.port, life.token)
    wait_for_hub(life.host, life.port)
    door.register(world.entities())
    ready()
    tidied = world.now - TIDY_EVERY
    end = None if life.minutes is None else time.monotonic() + 60 * life.minutes
    while (end is None or time.monotonic() < end) and os.getppid() != 1:
        one_step(world, door, life.clock)
        if world.now - tidied >= TIDY_EVERY:
            tidied = world.now
            give_back()


def one_step(world: World, door: HttpDoor, clock: Clock) -> None:
    """Lead the hub's clock to what it has heard, wait until it is time, live and speak."""
    try:
        ahead = (world.now - door.move_clock(world.now)).total_seconds() + TICK_S
        time.sleep(clock.seconds_of_wall(max(0.0, ahead)))
        world.live(door, TICK_S)
    except (OSError, RefusedError) as error:
        log.warning("the city was not heard", error=str(error))
        time.sleep(1)


def wait_for_hub(host: str, port: int, seconds: float = 120) -> None:
    """Wait until the hub says that it is ready."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://{host}:{port}/ready", timeout=2):
                return
        except OSError:
            threading.Event().wait(0.1)
    raise TimeoutError(f"no hub answers at {host}:{port} after {timedelta(seconds=seconds)}")
