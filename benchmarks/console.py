"""The console in a real Chromium: how soon an officer can read, and whether a busy map stays smooth."""

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.form import Benchmark, Goal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
]
ENTITIES = 10_000
UPDATES = 64  # messages a second that are sent, so that sixty can be shown

# Counts messages after the page's own handlers have run, and the longest wait between two frames.
WATCH = """
window.seen = {updates: 0, worst: 0, frames: 0, uploads: 0};
const listen = EventSource.prototype.addEventListener;
EventSource.prototype.addEventListener = function (topic, hear, ...rest) {
  return listen.call(this, topic, (event) => { hear(event); window.seen.updates += 1; }, ...rest);
};
const upload = WebGL2RenderingContext.prototype.bufferData;
WebGL2RenderingContext.prototype.bufferData = function (...args) {
  window.seen.uploads += 1;
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
RESET = "Object.assign(window.seen, {updates: 0, worst: 0, frames: 0, uploads: 0, from: performance.now()})"
READ = "({...window.seen, seconds: (performance.now() - window.seen.from) / 1000})"


@contextmanager
def hub(port: int) -> Iterator[str]:
    """A mock hub with ten thousand vehicles that speaks `UPDATES` times a second."""
    settings = {"MOCK_VEHICLES": str(ENTITIES), "MOCK_UPDATES": str(UPDATES), "MOCK_CASES": "40"}
    command = [sys.executable, "-m", "console.mock.hub", str(port)]
    running = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address
    finally:
        running.terminate()
        running.wait()


def _wait(address: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{address}/v1/city", timeout=1).close()  # noqa: S310 - our own address
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("the mock hub did not start")


@contextmanager
def fresh_page(browser: "Browser", address: str) -> Iterator["Page"]:
    """A page with nothing cached, signed in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.add_cookies([{"name": "session", "value": "yes", "url": address}])
    page = context.new_page()
    page.add_init_script(WATCH)
    yield page
    context.close()


def first_paint(browser: "Browser", address: str) -> tuple[float, float]:
    """Milliseconds from asking for the home page to its readable cases, and to the drawn map."""
    with fresh_page(browser, address) as page:
        page.goto(address)
        page.wait_for_function("performance.getEntriesByName('map').length > 0")
        marks = [
            page.evaluate(f"performance.getEntriesByName('{name}')[0].startTime") for name in ("meaningful", "map")
        ]
    return marks[0], marks[1]


def smoothness(browser: "Browser", address: str, seconds: float) -> Mapping[str, Any]:
    """What a map of ten thousand vehicles does while they move."""
    with fresh_page(browser, address) as page:
        page.goto(f"{address}/#/transit/fleet")
        page.wait_for_function("performance.getEntriesByName('map').length > 0")
        page.wait_for_timeout(4000)
        page.evaluate(RESET)
        page.wait_for_timeout(seconds * 1000)
        return page.evaluate(READ)


def measure(options: Namespace) -> Mapping[str, float]:
    """Median first paint of several cold visits; the worst frame of a minute (quick: a quarter of one)."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this benchmark needs a browser

    subprocess.run([sys.executable, str(ROOT / "console" / "build.py")], check=True)
    with hub(18181) as address, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=options.chromium, args=FLAGS)
        visits = [first_paint(browser, address) for _ in range(3 if options.quick else 7)]
        moved = smoothness(browser, address, 15 if options.quick else 60)
        browser.close()
    return {
        "first_paint_ms": statistics.median(paint for paint, _ in visits),
        "map_ms": statistics.median(drawn for _, drawn in visits),
        "updates_per_s": moved["updates"] / moved["seconds"],
        "worst_frame_ms": moved["worst"],
        "frames_per_s": moved["frames"] / moved["seconds"],
        "redraws_per_s": moved["uploads"] / moved["seconds"],
    }


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser to drive")


BENCHMARK = Benchmark(
    name="console",
    about="Cold first paint of the duty officer's page, and 10,000 entities moving live.",
    measure=measure,
    goals={
        "first_paint_ms": Goal(at_most=1500),
        "updates_per_s": Goal(at_least=60),
        "worst_frame_ms": Goal(at_most=100),
    },
    packages=("playwright",),
    options=_options,
    versions=lambda: json.loads((ROOT / "console" / "package.json").read_text())["dependencies"],
)
