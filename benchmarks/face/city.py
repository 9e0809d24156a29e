"""A simulated city behind the real server: which true events were seen, how late, and what was false.

The server runs as a city would run it (`citywide serve`, own process, own PostgreSQL) and hears the city only
through its HTTP door. Its clock is held: the benchmark moves it forward a reporting interval (60 s) at a
time through the door, sends what the devices say, and waits for the answer; so delays are in the city's
seconds and do not depend on how fast the machine is. Devices fail as the demo's do: stuck, drifting, silent,
with clock steps, duplicates and late delivery.

A city's systems live at different paces, and a second of the streets costs more than an hour of the hospitals.
So each city lives three times, one after another behind one server with all systems: with its hospitals, schools and
pharmacies (an hour at a time), in heavy rain with its residents (a minute at a time), and with full streets on which
something happens every other minute (a minute at a time). A full run does so for two cities and takes a quarter of
an hour; each share stands beside the ends of its 95 % interval. What each figure means stands with its system:
`floods.py`, `complaints.py`, `crossings.py`, `outbreaks.py`.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import NamedTuple, TypeVar

import numpy as np

from benchmarks.face import complaints, crossings, floods, outbreaks
from benchmarks.face.record import shares
from benchmarks.form import Benchmark, Goal
from benchmarks.hub.server import free_port
from citywide.commands.demo import prepare
from citywide.commands.serve import ready_database
from citywide.demo.land import SimulatedCity, make_city, write_city
from citywide.demo.life import wait_for_hub
from citywide.demo.sky import Sky
from citywide.demo.speaking import HttpDoor
from citywide.demo.world import World
from citywide.hub.settings import Settings
from citywide.hub.vocabulary.system import System
from citywide.kit.clock import Clock
from citywide.systems import epidemic, hotline, traffic, waterlogging
from citywide.systems.hotline.twin import ResidentsTwin
from citywide.systems.traffic.twin import TrafficTwin

AnyTwin = TypeVar("AnyTwin")

START = datetime(2026, 7, 5, 23, 0, tzinfo=UTC)  # seven in the morning in the city, a Monday of the flood season
REPORT_S = 60
HEALTH_S = 3600
STREETS_FILL = 5  # minutes


class Stay(NamedTuple):
    """How long each of the three cities lives."""

    rain_hours: float
    street_hours: float
    weeks: float


QUICK, FULL = Stay(2, 0.13, 1 / 7), Stay(10, 0.75, 2)
SEEDS = 2
COUNTS = ("seen", "events", "wrong", "answers", "floods", "cases", "troubles", "causes", "outbreaks", "hours", "weeks",
          "wall_s")  # fmt: skip


def measure(options: Namespace) -> Mapping[str, float]:
    """Let the cities live, then compare."""
    usual = QUICK if options.quick else FULL
    stay = Stay(*(given or of_old for given, of_old in zip(
        (options.hours, options.street_hours, options.weeks), usual, strict=True)))  # fmt: skip
    seeds = range(options.seed, options.seed + (options.seeds or (1 if options.quick else SEEDS)))
    return pooled([of_seed(seed, options.population, stay) for seed in seeds]) | {"seeds": float(len(seeds))}


def of_seed(seed: int, population: int, stay: Stay) -> dict[str, float]:
    """One city, alive three times, one after another."""
    began = time.perf_counter()
    city, found = make_city(seed, population), {"hours": stay.rain_hours, "street_hours": stay.street_hours}
    with tempfile.TemporaryDirectory(prefix="citywide-city-") as folder:
        Path(folder).chmod(0o755)
        with server(city, Path(folder)) as (door, url):
            told(seed, "server begun", began)
            world = begun(city, [epidemic.SYSTEM], door, START)
            play(world, door, round(stay.weeks * 7 * 86_400 / HEALTH_S), HEALTH_S)
            found |= outbreaks.scored(world.truth(), url, START, world.now)
            told(seed, "health", began)
            world = begun(city, [waterlogging.SYSTEM, hotline.SYSTEM], door, world.now)
            world.sky = Sky(seed, city.relief.reach, world.now, daily_chance=1.0)
            play(world, door, round(stay.rain_hours * 3600 / REPORT_S), REPORT_S)
            found |= floods.scored(world.truth(), url)
            found |= complaints.scored(twin_of(world, ResidentsTwin), url, world.now)
            told(seed, "rain", began)
            world = begun(city, [traffic.SYSTEM], door, world.now)
            streets(world, door, seed, stay.street_hours)
            found |= crossings.scored(world.truth(), url, world.now)
            told(seed, "streets", began)
    return found | {"weeks": stay.weeks, "wall_s": time.perf_counter() - began}


def begun(city: SimulatedCity, systems: Sequence[System], door: HttpDoor, start: datetime) -> World:
    """The city with some of its systems' twins, made known to the server."""
    world = World(city, systems, start)
    door.register(world.entities())
    return world


def streets(world: World, door: HttpDoor, seed: int, hours: float) -> None:
    """Something happens on the streets every other minute, once they are full."""
    rng, twin = np.random.default_rng([seed, *b"incidents"]), twin_of(world, TrafficTwin)
    play(world, door, STREETS_FILL, REPORT_S)
    for _ in range(round(hours * 3600 / REPORT_S / 2)):
        crossings.plant(twin, rng, world.now)
        play(world, door, 2, REPORT_S)


def pooled(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Counts added up, and both shares of what was counted; of all else the mean of the cities that had any."""
    every = {name: [each[name] for each in found if each[name] == each[name]] for name in found[0]}
    whole = {
        name: sum(values) if name.endswith(COUNTS) else fmean(values) if values else float("nan")
        for name, values in every.items()
    }
    return whole | {name: value for system in REPORTS for name, value in shares(system, whole).items()}


def told(seed: int, what: str, began: float) -> None:
    """Say how far we are; CPU seconds are this process's and those of servers that have ended."""
    wall, cpu = time.perf_counter() - began, sum(os.times()[:4])
    print(f"seed {seed}: {what} done after {wall:.0f} s ({cpu:.0f} CPU s)", file=sys.stderr, flush=True)


def twin_of(world: World, kind: type[AnyTwin]) -> AnyTwin:
    """The twin of a kind among a city's."""
    return next(twin for twin in world.twins if isinstance(twin, kind))


def play(world: World, door: HttpDoor, steps: int, seconds: float) -> None:
    """Move the clock, speak, let everything called for be done, let the units answer."""
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
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            wait_for_hub("127.0.0.1", port)
            yield HttpDoor("127.0.0.1", port, token), ready.database_url
        finally:
            process.terminate()
            process.wait(60)
            with suppress(ProcessLookupError):  # analyses that it has begun would go on for minutes
                os.killpg(process.pid, signal.SIGTERM)


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--population", type=int, default=1_000_000)
    parser.add_argument("--seeds", type=int, help="how many cities; 2, or 1 with --quick")
    parser.add_argument("--hours", type=float, help="of rain; 10, or 2 with --quick")
    parser.add_argument("--street-hours", type=float, help="of incidents; 0.75, or an eighth with --quick")
    parser.add_argument("--weeks", type=float, help="of health; 2, or a day with --quick")


DAY_S = 86_400
REPORTS = {"waterlogging": REPORT_S, "hotline": REPORT_S, "traffic": REPORT_S, "epidemic": DAY_S}
"""How often each system's devices report; hospitals do so each morning."""


def _goals(system: str) -> dict[str, Goal]:
    return {
        f"{system}.detected": Goal(at_least=1.0),
        f"{system}.false": Goal(at_most=0.05),
        f"{system}.delay_s": Goal(at_most=REPORTS[system] + 1.0),
    }


BENCHMARK = Benchmark(
    name="city",
    about="A simulated city behind the real server: true events seen, how late, and false alarms",
    measure=measure,
    goals={name: goal for system in REPORTS for name, goal in _goals(system).items()},
    packages=("numpy", "scipy", "psycopg", "litestar", "granian"),
    options=_options,
)
