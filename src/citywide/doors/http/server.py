"""The HTTP application: every handler, the console's files, clear answers, safe headers."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

from litestar import Litestar, Response, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

from citywide.doors import open311
from citywide.doors.http import (
    catalogue,
    consents,
    delegations,
    desk,
    evidence,
    held_clock,
    instructions,
    live,
    messages,
    operations,
    pages,
    readings,
    residents,
    session,
    units,
)
from citywide.doors.mqtt.reader import MqttReader
from citywide.hub.running import Hub
from citywide.hub.web.problems import HANDLERS, Problem
from citywide.hub.web.threads import in_thread

STATIC = Path(__file__).parents[1] / "static"
ROOMS = (
    readings,
    catalogue,
    pages,
    desk,
    delegations,
    consents,
    units,
    instructions,
    messages,
    residents,
    *open311.ROOMS,
    evidence,
    live,
    session,
    operations,
    held_clock,
)
LARGEST_BODY = 64 * 1024 * 1024
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "worker-src 'self' blob:; connect-src 'self'; object-src 'none'; frame-ancestors 'none'",
}


KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
RESIDENTS = ("/report", "/follow/")


@get(["/", "/{path:path}"], include_in_schema=False)
@in_thread
def console(path: FromPath[str] = "") -> Response[bytes]:
    """The console's page, the residents' page, and the few files beside them."""
    if path.startswith(("/v1/", "/evidence/", "/assets/")):
        raise Problem(404, f"there is nothing at {path}")
    file = _file_for(path)
    if not file.exists():
        raise Problem(404, "the console is not built: run `make console`")
    return Response(file.read_bytes(), media_type=KINDS[file.suffix], headers={"Cache-Control": "no-cache"})


def _file_for(path: str) -> Path:
    name = path.removeprefix("/")
    if "/" not in name and Path(name).suffix in KINDS and (STATIC / name).is_file():
        return STATIC / name
    return STATIC / ("resident.html" if path.startswith(RESIDENTS) else "index.html")


def http_door(hub: Hub, more: Sequence[Any] = ()) -> Litestar:
    """The application around a hub that starts and stops with it."""

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        await hub.start()
        _end_streams_when_told(hub)
        reading = [asyncio.create_task(MqttReader(hub, hub.settings.mqtt).run())] if hub.settings.mqtt else []
        try:
            yield
        finally:
            for task in reading:
                task.cancel()
            await hub.stop()

    return Litestar(
        [*_handlers(hub), *more, *_files(), console],
        lifespan=[running],
        state=State({"hub": hub}),
        exception_handlers=HANDLERS,
        request_max_body_size=LARGEST_BODY,
        response_headers=SAFE_HEADERS,
        compression_config=CompressionConfig(backend="gzip", minimum_size=2000, exclude=["/v1/live", "/v1/city/map"]),
        openapi_config=OpenAPIConfig("citywide", "1", use_handler_docstrings=True),
        logging_config=None,
    )


def _handlers(hub: Hub) -> list[Any]:
    """The hub's own doors, then those that systems declare."""
    declared = [import_module(system.api) for system in hub.words.systems.values() if system.api]
    return [handler for room in (*ROOMS, *declared) for handler in room.HANDLERS]


def _end_streams_when_told(hub: Hub) -> None:
    """A server that stops waits for its open streams: told to stop, they end by themselves."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _first(hub.live.stop, signal.getsignal(number)))
        signal.siginterrupt(number, False)


def _first(work: Callable[[], None], then: Any) -> Callable[[int, FrameType | None], None]:
    def handle(number: int, frame: FrameType | None) -> None:
        work()
        if callable(then):
            then(number, frame)

    return handle


def _files() -> list[Any]:
    if not STATIC.exists():
        return []
    folders = [folder for folder in STATIC.iterdir() if folder.is_dir()]
    return [create_static_files_router(f"/{folder.name}", [folder], include_in_schema=False) for folder in folders]
