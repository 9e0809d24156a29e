"""A simulated city behind the real server: which true events were seen, how late, and what was false.

The server runs as a city would run it (`citywide serve`, own process, own PostgreSQL) and hears the city only
through its HTTP door. Its clock is held: the benchmark moves it forward a reporting interval (60 s) at a
time through the door, sends what the devices say, and waits for the answer; so delays are in the city's
seconds and do not depend on how fast the machine is. Devices fail as the demo's do: stuck, drifting, silent,
with clock steps, duplicates and late delivery.

Outbreaks take weeks, so a second city lives only for its health, an hour at a time: hospitals, schools and
pharmacies report each morning behind the same server. What each figure means stands with its system:
`_city_floods.py`, `_city_hotline.py`, `_city_outbreaks.py`.
"""

import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import _city_floods, _city_hotline, _city_outbreaks
from benchmarks.form import Benchmark, Goal
from benchmarks.hub.server import free_port
from citywide.app import EVERYTHING
from citywide.demo.land import SimulatedCity, make_city, write_city
from citywide.demo.life import wait_for_hub
from citywide.demo.sky import Sky
from citywide.demo.speaking import HttpDoor
from citywide.demo.world import World
from citywide.demo_command import prepare
from citywide.hub.settings import Settings
from citywide.hub.system import System
from citywide.kit.clock import Clock
from citywide.serve import ready_database
from citywide.systems import epidemic

START = datetime(2026, 7, 5, 23, 0, tzinfo=UTC)  # seven in the morning in the city, a Monday of the flood season
REPORT_S = 60
HEALTH_S = 3600


def measure(options: Namespace) -> Mapping[str, float]:
    """Let the city live, then compare."""
    hours = options.hours or (5 if options.quick else 30)
    weeks = options.weeks or (1 if options.quick else 6)
    city = make_city(options.seed, options.population)
    began = time.perf_counter()
    with living(city, EVERYTHING) as (world, door, url):
        world.sky = Sky(options.seed, city.relief.reach, START, daily_chance=1.0)
        play(world, door, round(hours * 3600 / REPORT_S), REPORT_S)
        found = _city_floods.scored(world.truth(), url)
        found |= _city_hotline.scored(_city_hotline.twin_of(world.twins), *_city_hotline.asked(url), world.now)
    with living(city, [epidemic.SYSTEM]) as (world, door, url):
        play(world, door, round(weeks * 7 * 86_400 / HEALTH_S), HEALTH_S)
        found |= _city_outbreaks.scored(world.truth(), url)
    took = time.perf_counter() - began
    return found | {"city_hours": float(hours), "epidemic.weeks": float(weeks), "wall_s": took}


@contextmanager
def living(city: SimulatedCity, systems: Sequence[System]) -> Iterator[tuple[World, HttpDoor, str]]:
    """A city with some of its systems' twins behind a server of its own and its database."""
    with tempfile.TemporaryDirectory(prefix="citywide-city-") as folder:
        Path(folder).chmod(0o755)
        with server(city, Path(folder)) as (door, url):
            yield World(city, systems, START), door, url


def play(world: World, door: HttpDoor, steps: int, seconds: float) -> None:
    """Move the clock, speak, let everything called for be done, let the units answer."""
    door.register(world.entities())
    for _ in range(steps):
        world.tell(door)
        said = world.step(seconds)
        door.move_clock(world.now)
        door.send(said)
        door.move_clock(world.now)
        for answer, unit in world.obey(door.orders()):
            door.answer(answer, unit)
        world.hear(door.instructions())


@contextmanager
def server(city: SimulatedCity, folder: Path) -> Iterator[tuple[HttpDoor, str]]:
    """A server of its own with a held clock, and a door to it."""
    settings = Settings(data=folder, city=write_city(city, folder / "city"))
    with ready_database(settings) as ready:
        token = prepare(ready.database_url, Clock(START, 0.0, speed=0.0), "nobody signs in here")
        port = free_port()
        command = [sys.executable, "-m", "citywide", "serve", "--data", str(folder), "--city",
                   str(settings.city), "--database-url", ready.database_url, "--port", str(port)]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            wait_for_hub("127.0.0.1", port)
            yield HttpDoor("127.0.0.1", port, token), ready.database_url
        finally:
            process.terminate()
            process.wait(60)


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--population", type=int, default=1_000_000)
    parser.add_argument("--hours", type=float, help="of the city's time; 30, or 5 with --quick")
    parser.add_argument("--weeks", type=float, help="of its health; 6, or 1 with --quick")


BENCHMARK = Benchmark(
    name="city",
    about="A simulated city behind the real server: true events seen, how late, and false alarms",
    measure=measure,
    goals={
        "waterlogging.detected": Goal(at_least=1.0),
        "waterlogging.false": Goal(at_most=0.05),
        "waterlogging.delay_s": Goal(at_most=REPORT_S + 1.0),
    },
    packages=("numpy", "scipy", "psycopg", "litestar", "granian"),
    options=_options,
)
