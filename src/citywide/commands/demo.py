"""`citywide demo`: a simulated city and its hub, alive within a minute, at one address."""

import json
import multiprocessing
import os
import secrets
import shutil
import signal
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec
import psycopg

from citywide.app import EVERYTHING
from citywide.commands.options import number
from citywide.commands.serve import kept_alive, must_be_possible, serve
from citywide.hub.clock import keep_clock
from citywide.hub.database.opening import own_cluster
from citywide.hub.people.devices import new_token
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from citywide.hub.settings import Settings
from citywide.kit.clock import Clock
from citywide.kit.commands import Command
from citywide.kit.memory import few_arenas, give_back

if TYPE_CHECKING:
    from citywide.demo.life import Life

MARK = "this-folder-is-a-demo"
SCOPES = (
    "readings:write", "readings:read", "entities:write", "reports:write", "patients:write", "units:act", "demo",
)  # fmt: skip
STAFF = (
    (Who("officer", ("officer",), ("drainage",)), "officer on duty, drainage / 值班员（排水）"),
    (Who("tracer", ("officer",), ("disease_control",)), "officer on duty, disease control / 值班员（疾控）"),
    (Who("mayor", ("officer", "manager"), (), everywhere=True), "sees every department / 市长，全部部门"),
    (Who("scientist", ("scientist",), ("biobank",)), "asks for genome studies / 生物样本库科学家"),
    (Who("manager", ("manager", "officer"), (), everywhere=True), "city manager / 城市管理中心主任"),
)
WAKES_AT = 7
SMALL = {"shared_buffers": "96MB"}  # a newcomer's machine has other things to do


def add_options(parser: ArgumentParser) -> None:
    """The options of the demo."""
    parser.add_argument("--seed", type=int, default=1, help="another number, another city")
    parser.add_argument("--population", type=number(50_000, 10_000_000), default=1_000_000, help="50,000 to 10,000,000")
    parser.add_argument("--speed", type=number(0.01, 3600, float), default=60.0, help="city seconds in a second")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=number(1, 65_535), default=8080)
    parser.add_argument("--minutes", type=float, help="stop by itself after so many minutes")
    parser.add_argument("--workers", type=number(1, 64), default=1)
    parser.add_argument("--data", type=Path, default=Path(".citywide-demo"), help="begun anew each time")


def run(options: Namespace) -> int:
    """Make the city, start its hub, let it live; everything stops together."""
    few_arenas()
    began = time.monotonic()
    settings = _made(options)
    with kept_alive(settings) as ready:
        password = secrets.token_urlsafe(6)
        life = _life(options, ready, password)
        give_back()
        with beside(life):
            threading.Thread(target=_greet, args=(settings, password, began), daemon=True).start()
            _stop_after(options.minutes)
            serve(ready)
    return 0


def _made(options: Namespace) -> Settings:
    """A city in a folder of its own, and the settings of its hub."""
    from citywide.demo.land import make_city, write_city  # noqa: PLC0415 - no other command needs it

    must_be_possible(Settings(host=options.host, port=options.port))  # a demo that runs there keeps its folder
    data = fresh_folder(options.data)
    folder = write_city(make_city(options.seed, options.population), data / "city")
    settings = Settings(
        data=data, city=folder, host=options.host, port=options.port, workers=options.workers
    )  # fmt: skip
    must_be_possible(settings)
    own_cluster(data.resolve(), SMALL)
    return settings


def _life(options: Namespace, ready: Settings, password: str) -> "Life":
    """What the simulated city is, begun at its hour; staff and devices are let in."""
    from citywide.demo.life import Life  # noqa: PLC0415 - no other command needs it

    start = wakes()
    clock = Clock(start, time.time(), options.speed, until=start)
    token = prepare(ready.database_url, clock, password)
    address = options.host, options.port
    return Life(
        options.seed, options.population, clock, *address, token, options.minutes, str(ready.data / "refused.jsonl")
    )


def fresh_folder(folder: Path) -> Path:
    """An empty folder for a new demo; what is not a demo's is never emptied."""
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise SystemExit(f"{folder} holds something that is not a demo; name another with --data")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(folder.stat().st_mode | 0o011)
    (folder / MARK).touch()
    return folder


def wakes(zone: str = "Asia/Shanghai") -> datetime:
    """Seven in the morning of today, as people in the city read it."""
    here = datetime.now(ZoneInfo(zone))
    return here.replace(hour=WAKES_AT, minute=0, second=0, microsecond=0).astimezone(UTC)


def prepare(url: str, clock: Clock, password: str) -> str:
    """Set the clock and let staff and devices in; returns the devices' token."""
    with psycopg.connect(url) as connection:
        keep_clock(connection, clock)
        for who, _ in STAFF:
            add_staff(connection, who, password)
        return new_token(connection, "simulated city", SCOPES, everywhere=True)


@contextmanager
def beside(life: "Life") -> Iterator[None]:
    """The simulated city in a process of its own; it goes when we go."""
    process = multiprocessing.get_context("spawn").Process(target=_lives, args=(msgspec.json.encode(life),))
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join(10)


def _lives(encoded: bytes) -> None:
    from citywide.demo.life import Life, live  # noqa: PLC0415 - no other command needs it

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    live(msgspec.json.decode(encoded, type=Life), EVERYTHING)


def _greet(settings: Settings, password: str, began: float) -> None:
    from citywide.demo.life import wait_for_hub  # noqa: PLC0415 - no other command needs it

    wait_for_hub(settings.host, settings.port)
    passed = timedelta(seconds=round(time.monotonic() - began))
    lines = [f"\n  The city lives after {passed.seconds} s:  http://{settings.host}:{settings.port}\n",
             f"  password / 密码   {password}"]  # fmt: skip
    lines += [f"  name / 用户       {who.name:<9} {about}" for who, about in STAFF]
    lines.append("\n  The first rain falls within a minute. Ctrl-C stops everything.\n")
    print("\n".join(lines), flush=True)
    note = {"address": f"http://{settings.host}:{settings.port}", "password": password}
    (settings.data / "demo.json").write_text(json.dumps(note))


def _stop_after(minutes: float | None) -> None:
    if minutes is not None:
        timer = threading.Timer(60 * minutes, lambda: os.kill(os.getpid(), signal.SIGINT))
        timer.daemon = True
        timer.start()


DEMO = Command("demo", "a simulated city and its hub, alive within a minute", add_options, run)
