"""The console in a real Chromium before the real hub: how soon an officer can read, and whether a busy map is smooth.

The server runs as a city would run it (`citywide serve`, own process, own PostgreSQL, a city's map), has forty
open cases, and hears its vehicles over HTTP: each tells its place every ten seconds. What they say takes the common
way: committed, written down as latest values, told to the page over server-sent events under the reader's rights.
`updates_per_s` counts vehicles moved on the page, `messages_per_s` the events that carried them. Everything shares one
machine: server, database, devices, and a Chromium that draws with the processor where there is no graphics card. So
two figures say whose time it is: `main_thread_ms_per_s` is the CPU time of the page's own thread, `graphics_ms_per_s`
that of the process which draws and puts the page together (of all its threads), where a card would do the work.
"""

import statistics
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from benchmarks.form import Benchmark, Goal
from benchmarks.hub.fleet import Fleet
from benchmarks.hub.server import Server
from citywide.demo.land import make_city, write_city
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
]
ENTITIES, MANY, CASES = 10_000, 50_000, 40
MAYOR = {"name": "mayor", "password": "a word for one run"}

# Counts what was told after the page's own handlers have run, and the longest wait between two frames.
WATCH = """
window.seen = {messages: 0, updates: 0, worst: 0, frames: 0, uploads: 0};
const listen = EventSource.prototype.addEventListener;
EventSource.prototype.addEventListener = function (topic, hear, ...rest) {
  return listen.call(this, topic, (event) => { hear(event); window.seen.messages += 1; }, ...rest);
};
const parse = JSON.parse;
JSON.parse = (...args) => {
  const told = parse(...args);
  if (told?.quantity?.length) window.seen.updates += told.quantity.filter((name) => name === "position_lon").length;
  return told;
};
const upload = WebGL2RenderingContext.prototype.bufferData;
WebGL2RenderingContext.prototype.bufferData = function (...args) {
  window.seen.uploads += args[0] === this.ARRAY_BUFFER;
  return upload.apply(this, args);
};
let last = 0;
const frame = (now) => {
  if (last) { window.seen.worst = Math.max(window.seen.worst, now - last); window.seen.frames += 1; }
  last = now;
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);
"""
RESET = (
    "Object.assign(window.seen, {messages: 0, updates: 0, worst: 0, frames: 0, uploads: 0, from: performance.now()})"
)
READ = "({...window.seen, seconds: (performance.now() - window.seen.from) / 1000})"


@contextmanager
def hub() -> Iterator[Server]:
    """A real hub with a city's map, a mayor, and open cases."""
    with tempfile.TemporaryDirectory(prefix="citywide-console-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        server = Server(data, system="benchmarks.hub.fleet:SYSTEM", city=write_city(make_city(), data / "city"))
        server.start()
        try:
            with psycopg.connect(server.url) as connection:
                add_staff(
                    connection, Who(MAYOR["name"], ("officer", "manager"), (), everywhere=True), MAYOR["password"]
                )
            server.settle()
            yield server
        finally:
            server.stop()


@contextmanager
def driving(server: Server, count: int) -> Iterator[Fleet]:
    """A fleet on the roads."""
    fleet = Fleet(server.port, server.token(), count)
    server.register(fleet.entities())
    fleet.start()
    try:
        yield fleet
    finally:
        fleet.stop.set()
        fleet.join()


@contextmanager
def fresh_page(browser: "Browser", address: str) -> Iterator["Page"]:
    """A page with nothing cached, signed in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    signed_in = context.request.post(f"{address}/v1/session", data=MAYOR)
    assert signed_in.ok, signed_in.text()
    page = context.new_page()
    page.add_init_script(WATCH)
    yield page
    context.close()


def drawn(page: "Page") -> None:
    """Wait until the map is there; the hub's pages let nobody evaluate words, so we look from outside."""
    for _ in range(600):
        if page.evaluate("performance.getEntriesByName('map').length"):
            return
        page.wait_for_timeout(100)
    raise TimeoutError("the map was not drawn within a minute")


def open_cases(browser: "Browser", address: str) -> None:
    """What the duty officer has to read."""
    context = browser.new_context()
    csrf = context.request.post(f"{address}/v1/session", data=MAYOR).json()["csrf"]
    for number in range(CASES):
        place = {"lon": 106.5 + number / 500, "lat": 29.52 + number % 7 / 100}
        case = {"title": f"Pothole {number}", "category": "pothole", **place}
        answer = context.request.post(f"{address}/v1/cases", data=case, headers={"X-CSRF": csrf})
        assert answer.ok, answer.text()
    context.close()


def first_paint(browser: "Browser", address: str) -> tuple[float, float]:
    """Milliseconds from asking for the home page to its readable cases, and to the drawn map."""
    with fresh_page(browser, address) as page:
        page.goto(address)
        drawn(page)
        marks = [
            page.evaluate(f"performance.getEntriesByName('{name}')[0].startTime") for name in ("meaningful", "map")
        ]
    return marks[0], marks[1]


def smoothness(browser: "Browser", address: str, seconds: float) -> Mapping[str, Any]:
    """What a map of all vehicles does while they move."""
    with fresh_page(browser, address) as page:
        page.goto(f"{address}/#/fleet/fleet")
        drawn(page)
        page.wait_for_timeout(4000)
        page.evaluate(RESET)
        with spent(browser, page) as used:
            page.wait_for_timeout(seconds * 1000)
        return page.evaluate(READ) | used


@contextmanager
def spent(browser: "Browser", page: "Page") -> Iterator[dict[str, float]]:
    """CPU milliseconds of the page's main thread and of the drawing process, meanwhile."""
    own, whole = page.context.new_cdp_session(page), browser.new_browser_cdp_session()
    own.send("Performance.enable", {"timeDomain": "threadTicks"})
    used = {"main_thread": -_main_thread_ms(own), "graphics": -_graphics_ms(whole)}
    yield used
    used["main_thread"] += _main_thread_ms(own)
    used["graphics"] += _graphics_ms(whole)


def _main_thread_ms(session: "CDPSession") -> float:
    told = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(metric["value"] for metric in told if metric["name"] == "TaskDuration")


def _graphics_ms(session: "CDPSession") -> float:
    told = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return 1000 * sum(process["cpuTime"] for process in told if process["type"] == "GPU")


def measure(options: Namespace) -> Mapping[str, float]:
    """Median first paint of several cold visits; the worst frame of a minute (quick: a quarter of one)."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this benchmark needs a browser

    subprocess.run([sys.executable, str(ROOT / "console" / "build.py")], check=True)
    seconds = 15 if options.quick else 60
    with hub() as server, sync_playwright() as player:
        browser, address = (
            player.chromium.launch(executable_path=options.chromium, args=FLAGS),
            f"http://127.0.0.1:{server.port}",
        )
        open_cases(browser, address)
        with driving(server, ENTITIES):
            visits = [first_paint(browser, address) for _ in range(3 if options.quick else 7)]
            moved = smoothness(browser, address, seconds)
        with driving(server, MANY) as fleet:
            many = smoothness(browser, address, seconds)
        browser.close()
    return {
        "first_paint_ms": statistics.median(paint for paint, _ in visits),
        "map_ms": statistics.median(shown for _, shown in visits),
        **_per_second(moved, ""),
        **_per_second(many, "_50k"),
        "devices_behind_s_50k": fleet.behind_s,
    }


def _per_second(seen: Mapping[str, Any], ending: str) -> Mapping[str, float]:
    rates = {"updates": "updates", "messages": "messages", "frames": "frames", "uploads": "redraws",
             "main_thread": "main_thread_ms", "graphics": "graphics_ms"}  # fmt: skip
    measures = {f"{name}_per_s{ending}": seen[what] / seen["seconds"] for what, name in rates.items()}
    return {f"worst_frame_ms{ending}": seen["worst"], **measures}


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser to drive")


BENCHMARK = Benchmark(
    name="console",
    about="Real hub: cold first paint of the duty officer's page; 10,000 and 50,000 vehicles moving live.",
    measure=measure,
    goals={
        "first_paint_ms": Goal(at_most=1500),
        "updates_per_s": Goal(at_least=60),
        "worst_frame_ms": Goal(at_most=100),
    },
    packages=("playwright",),
    options=_options,
    versions=lambda: loads((ROOT / "console" / "package.json").read_text())["dependencies"],
)
