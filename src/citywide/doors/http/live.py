"""Live events over server-sent events; after a cut the browser resumes with nothing missed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from litestar import Request, get
from litestar.datastructures import State
from litestar.params import FromQuery
from litestar.response import Stream

from citywide.doors.http.callers import hub_of, staff
from citywide.doors.http.problems import Problem
from citywide.hub.live.feed import Event

AnyRequest = Request[Any, Any, Any]
TOPICS = {"case", "alarm", "evidence", "latest"}


@get("/v1/live")
async def live(request: AnyRequest, state: State, topics: FromQuery[str] = "case,alarm") -> Stream:
    """What happens from now on, or from `Last-Event-ID` on."""
    who = await asyncio.to_thread(staff, request)
    wanted = frozenset(topics.split(","))
    if not wanted <= TOPICS:
        raise Problem(422, f"unknown topics {sorted(wanted - TOPICS)}; there are {', '.join(sorted(TOPICS))}")
    events = hub_of(state).live.follow(who, wanted, _last(request.headers.get("last-event-id", "")))
    return Stream(_lines(events), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _last(id_: str) -> int | None:
    """The entry seen last; what cannot be an entry's place is as good as none."""
    return int(id_) if id_.isascii() and id_.isdigit() and len(id_) < 19 else None


async def _lines(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    async for event in events:
        id_ = b"" if event.id is None else b"id: %d\n" % event.id
        yield b"%bevent: %b\ndata: %b\n\n" % (id_, event.topic.encode(), event.data)


HANDLERS = [live]
