"""The HTTP application: every handler, the console's files, clear answers, safe headers."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

from litestar import Litestar, Response, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.params import FromPath

from citywide.doors import open311
from citywide.doors.http import (
    alarms,
    assets,
    catalogue,
    city,
    consents,
    delegations,
    desk,
    entities,
    evidence,
    followers,
    hands,
    held_clock,
    instructions,
    live,
    messages,
    operations,
    pages,
    persons,
    readings,
    residents,
    roads,
    service,
    session,
    units,
)
from citywide.doors.http.assets import KINDS, STATIC
from citywide.doors.http.bodies import LARGEST_BODY
from citywide.doors.http.manners import Mannered, mind_manners
from citywide.doors.mqtt.reader import MqttReader
from citywide.hub.running import Hub
from citywide.hub.web.callers import AnyRequest
from citywide.hub.web.problems import HANDLERS, Problem
from citywide.hub.web.threads import in_thread

ROOMS = (
    readings,
    entities,
    catalogue,
    city,
    pages,
    alarms,
    desk,
    hands,
    persons,
    delegations,
    service,
    consents,
    units,
    instructions,
    messages,
    residents,
    followers,
    roads,
    *open311.ROOMS,
    evidence,
    live,
    session,
    operations,
    held_clock,
    assets,
)
PACKED = ["/v1/live", "/v1/city/map", "/assets/"]  # or never to be
RESIDENTS = ("/report", "/follow/")
APIS = ("/v1/", "/evidence/", "/assets/", "/open311/")


@get(["/", "/{path:path}"], include_in_schema=False)
@in_thread
def console(request: AnyRequest, path: FromPath[str] = "") -> Response[bytes]:
    """The console's page, the residents' page, and the few files beside them; people who lose their way get a page."""
    file, status = _file_for(path), 200
    if file is None:
        if path.startswith(APIS) or "text/html" not in request.headers.get("accept", ""):
            raise Problem(404, f"there is nothing at {path}")
        file, status = STATIC / "index.html", 404
    if not file.exists():
        raise Problem(404, "the console is not built: run `make console`")
    fresh = {"Cache-Control": "no-cache"}
    return Response(file.read_bytes(), status_code=status, media_type=KINDS[file.suffix], headers=fresh)


def _file_for(path: str) -> Path | None:
    name = path.removeprefix("/")
    if not name:
        return STATIC / "index.html"
    if path == RESIDENTS[0] or path.startswith(RESIDENTS[1]):
        return STATIC / "resident.html"
    beside = "/" not in name and Path(name).suffix in KINDS and "\0" not in name and (STATIC / name).is_file()
    return STATIC / name if beside else None


def http_door(hub: Hub, more: Sequence[Any] = ()) -> Litestar:
    """The application around a hub that starts and stops with it."""
    return Mannered(
        [*_handlers(hub), *more, console],
        lifespan=[_around(hub)],
        state=State({"hub": hub}),
        exception_handlers=HANDLERS,
        request_max_body_size=LARGEST_BODY,
        before_send=[mind_manners],
        compression_config=CompressionConfig(backend="gzip", minimum_size=2000, exclude=PACKED),
        openapi_config=OpenAPIConfig("citywide", "1", use_handler_docstrings=True),
        logging_config=None,
    )


def _around(hub: Hub) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """The hub, and what it reads from a broker, begin and end with the application."""

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

    return running


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
