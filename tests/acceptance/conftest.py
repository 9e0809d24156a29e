import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from tests.acceptance.real_hub import PASSWORD, RealHub

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
]


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def wait_for(address: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{address}/v1/city", timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(address)


@pytest.fixture(scope="session")
def mock_hub():
    port = free_port()
    settings = {**os.environ, "MOCK_VEHICLES": "2000"}
    command = [sys.executable, "-m", "console.mock.hub", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, env=settings, **quiet) as running:
        wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
        running.terminate()


@pytest.fixture(scope="session")
async def browser():
    async with async_playwright() as player:
        chromium = await player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def visit(browser, mock_hub):
    """Open a page as somebody; what the page throws fails the test."""
    contexts, thrown = [], []

    async def open_page(path, *, signed_in=True, **how):
        how = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **how}
        context = await browser.new_context(**how)
        contexts.append(context)
        if signed_in:
            await context.add_cookies([{"name": "session", "value": "yes", "url": mock_hub}])
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: thrown.append(str(error)))
        await page.goto(mock_hub + path)
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert thrown == []


@pytest.fixture(scope="session")
def hub():
    """A real hub with a small dry city, its officer of drainage and its mayor."""
    hub = RealHub(free_port())
    try:
        hub.start()
        hub.settle()
        yield hub
    finally:
        hub.close()


@pytest.fixture
async def look(browser, hub):
    """Open an address of the real hub in a window of its own; what the page throws fails the test."""
    contexts, thrown = [], []

    async def open_window(path="/", **how):
        how = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **how}
        context = await browser.new_context(**how)
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: thrown.append(str(error)))
        await page.goto(hub.address + path)
        return page

    yield open_window
    for context in contexts:
        await context.close()
    assert thrown == []


@pytest.fixture
def enter(look):
    """Sign in as somebody and stand where the path leads."""

    async def sign_in(name, path="/", **how):
        page = await look(path, **how)
        await page.locator("#name").fill(name)
        await page.locator("#password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.locator("#main").wait_for()
        return page

    return sign_in
