"""Live events over server-sent events; after a cut the browser resumes with nothing missed."""

import asyncio
from collections.abc import AsyncIterator

from litestar import get
from litestar.datastructures import State
from litestar.params import FromQuery
from litestar.response import Stream

from citywide.hub.live.feed import Event
from citywide.hub.live.position import position_of
from citywide.hub.web.callers import AnyRequest, hub_of, signed_in, staff
from citywide.hub.web.problems import Problem

TOPICS = {"case", "alarm", "message", "evidence", "latest"}


@get("/v1/live")
async def live(request: AnyRequest, state: State, topics: FromQuery[str] = "case,alarm") -> Stream:
    """What happens from now on, or from `Last-Event-ID` on."""
    await asyncio.to_thread(staff, request)
    wanted = frozenset(topics.split(","))
    if not wanted <= TOPICS:
        raise Problem(422, f"unknown topics {sorted(wanted - TOPICS)}; there are {', '.join(sorted(TOPICS))}")
    events = hub_of(state).live.follow(
        lambda: signed_in(request), wanted, position_of(request.headers.get("last-event-id", ""))
    )
    return Stream(_lines(events), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _lines(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    async for event in events:
        yield b"id: %b\nevent: %b\ndata: %b\n\n" % (event.at.id.encode(), event.topic.encode(), event.data)


HANDLERS = [live]
