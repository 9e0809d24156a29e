"""A simulated city behind the real server: which true events were seen, how late, and what was false.

The server runs as a city would run it (`citywide serve`, own process, own PostgreSQL) and hears the city only
through its HTTP door. Its clock is held: the benchmark moves it forward a reporting interval (60 s) at a
time through the door, sends what the devices say, and waits for the answer; so delays are in the city's
seconds and do not depend on how fast the machine is. Devices fail as the demo's do: stuck, drifting, silent,
with clock steps, duplicates and late delivery.

A flood is true from the moment its water stands at 10 cm until it has fallen below 7 cm. `detected` counts
the floods under gauges that could see them; `detected_all` those under stuck and silent gauges too. `false`
is the share of opened cases of flooded roads with no true flood then or within half an hour. `delay_s` is
the median time from the true crossing to the case; `warned` the share of floods foretold before they came,
`false_warnings` the share of warnings that no crossing followed.

Outbreaks take weeks, so a second city lives only for its health, an hour at a time: hospitals, schools and
pharmacies report each morning behind the same server. An outbreak is true at a place from the day on which the
first of at least five of its people came there; `epidemic.detected` is the share of these with a case,
`epidemic.delay_s` the median time from that day to the case, and a case is `false` when none of the ill had come to
the place in the fortnight before. `epidemic.detected_anywhere` asks whether each outbreak was seen at all.
"""

import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psycopg

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
from citywide.hub.twin import TrueEvent
from citywide.kit.clock import Clock
from citywide.serve import ready_database
from citywide.systems import epidemic

START = datetime(2026, 7, 5, 23, 0, tzinfo=UTC)  # seven in the morning in the city, a Monday of the flood season
REPORT_S = 60
HEALTH_S = 3600
SOON = timedelta(minutes=30)
CASES = """
select about.id, step.at from hub.cases join hub.case_step step on step.cases = cases.id
join hub.entity about on about.number = cases.about
where cases.category = 'flooded_road' and step.what in ('opened', 'joined') order by step.at
"""
SIGNALS = """
select about.id, step.at from hub.cases join hub.case_step step on step.cases = cases.id
join hub.entity about on about.number = cases.about
where cases.category = 'outbreak_signal' and step.what in ('opened', 'joined') order by step.at
"""
WARNINGS = """
select entity.id, alarm.raised from hub.alarm join hub.entity on entity.number = alarm.entity
where alarm.rule = 'water_is_coming' order by alarm.raised
"""


class Seen(NamedTuple):
    """What the hub made of it: who, and when."""

    entity: str
    at: datetime


def measure(options: Namespace) -> Mapping[str, float]:
    """Let the city live, then compare."""
    hours = options.hours or (5 if options.quick else 30)
    weeks = options.weeks or (3 if options.quick else 9)
    city = make_city(options.seed, options.population)
    began = time.perf_counter()
    with living(city, EVERYTHING) as (world, door, connect):
        world.sky = Sky(options.seed, city.relief.reach, START, daily_chance=1.0)
        play(world, door, round(hours * 3600 / REPORT_S), REPORT_S)
        found = scored(world.truth(), connect(CASES), connect(WARNINGS))
    with living(city, [epidemic.SYSTEM]) as (world, door, connect):
        play(world, door, round(weeks * 7 * 86_400 / HEALTH_S), HEALTH_S)
        found |= outbreaks_scored(world.truth(), connect(SIGNALS))
    took = time.perf_counter() - began
    return found | {"city_hours": float(hours), "epidemic.weeks": float(weeks), "wall_s": took}


@contextmanager
def living(city: SimulatedCity, systems: Sequence[System]) -> Iterator[tuple[World, HttpDoor, Any]]:
    """A city with some of its systems' twins behind a server of its own; and its record, to be asked afterwards."""
    with tempfile.TemporaryDirectory(prefix="citywide-city-") as folder:
        Path(folder).chmod(0o755)
        with server(city, Path(folder)) as (door, url):
            yield World(city, systems, START), door, lambda query: _asked(url, query)


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


def _asked(url: str, query: Any) -> list[Seen]:
    with psycopg.connect(url) as connection:
        return [Seen(*row) for row in connection.execute(query)]


def outbreaks_scored(truth: list[TrueEvent], cases: list[Seen]) -> dict[str, float]:
    """True outbreaks at places against opened cases."""
    came = [event for event in truth if event.system == "epidemic"]
    true = [event for event in came if event.what.startswith("outbreak_")]
    delays = [delay for event in true if (delay := _seen_after(event, cases)) is not None]
    wrong = [case for case in cases if not any(_of_outbreak(event, case) for event in came)]
    syndromes = {event.what for event in true}
    seen = {event.what for event in true if _seen_after(event, cases) is not None}
    return {
        "epidemic.detected": _share(len(delays), len(true)),
        "epidemic.detected_anywhere": _share(len(seen), len(syndromes)),
        "epidemic.false": len(wrong) / max(1, len(cases)),
        "epidemic.delay_s": float(np.median(delays)) if delays else float("nan"),
        "epidemic.outbreaks": float(len(true)),
        "epidemic.cases": float(len(cases)),
    }


def _seen_after(event: TrueEvent, cases: list[Seen]) -> float | None:
    mine = [(case.at - event.began).total_seconds() for case in cases if _of_outbreak(event, case)]
    return min(mine) if mine else None


def _of_outbreak(event: TrueEvent, case: Seen) -> bool:
    return case.entity == event.entity and event.began <= case.at <= (event.ended or case.at)


def scored(truth: list[TrueEvent], cases: list[Seen], warnings: list[Seen]) -> dict[str, float]:
    """True floods against opened cases."""
    floods = [event for event in truth if event.what == "flood"]
    blind = [event for event in truth if event.what in ("stuck", "silent")]
    able = [flood for flood in floods if not any(_overlaps(flood, fault) for fault in blind)]
    first = {flood: _first(flood, cases) for flood in floods}
    delays = [delay for flood in able if (delay := first[flood]) is not None]
    wrong = [case for case in cases if not any(_belongs(flood, case) for flood in floods)]
    warned = [any(_foretold(flood, warning) for warning in warnings) for flood in floods]
    vain = [warning for warning in warnings if not any(_foretold(flood, warning) for flood in floods)]
    return {
        "waterlogging.detected": _share(len(delays), len(able)),
        "waterlogging.false": len(wrong) / max(1, len(cases)),
        "waterlogging.delay_s": float(np.median(delays)) if delays else float("nan"),
        "waterlogging.delay_p90_s": float(np.quantile(delays, 0.9)) if delays else float("nan"),
        "waterlogging.detected_all": _share(sum(delay is not None for delay in first.values()), len(floods)),
        "waterlogging.warned": _share(sum(warned), len(floods)),
        "waterlogging.false_warnings": len(vain) / max(1, len(warnings)),
        "waterlogging.floods": float(len(floods)),
        "waterlogging.cases": float(len(cases)),
    }


def _first(flood: TrueEvent, cases: list[Seen]) -> float | None:
    """Seconds from the crossing to the first case of this flood."""
    mine = [(case.at - flood.began).total_seconds() for case in cases if _belongs(flood, case)]
    return max(0.0, min(mine)) if mine else None


def _belongs(flood: TrueEvent, case: Seen) -> bool:
    ended = flood.ended or case.at
    return case.entity == flood.entity and flood.began - SOON <= case.at <= ended + timedelta(seconds=REPORT_S)


def _foretold(flood: TrueEvent, warning: Seen) -> bool:
    before = flood.began - warning.at
    return warning.entity == flood.entity and timedelta(0) < before <= timedelta(hours=1, minutes=30)


def _overlaps(flood: TrueEvent, fault: TrueEvent) -> bool:
    """Whether a gauge was blind while its flood stood."""
    ended = flood.ended or flood.began + SOON
    return fault.entity == flood.entity and fault.began < ended and (fault.ended or ended) > flood.began


def _share(some: int, every: int) -> float:
    return some / every if every else float("nan")


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
    parser.add_argument("--weeks", type=float, help="of its health; 9, or 3 with --quick")


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
