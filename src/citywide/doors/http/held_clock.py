"""A city whose clock is held (speed 0) is moved forward by whoever simulates it; a running clock never is."""

import asyncio
import time
from datetime import datetime
from typing import Any

from litestar import Request, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Struct

from citywide.hub.database.queries import sql
from citywide.hub.running import Hub
from citywide.hub.web.callers import device, hub_of
from citywide.hub.web.problems import Problem
from citywide.kit.clock import ManualClock


class Hands(Struct, frozen=True):
    """Where the clock's hands shall stand."""

    now: datetime


@post("/v1/clock", status_code=200)
async def move_clock(request: Request[Any, Any, Any], state: State, data: JSONBody[Hands]) -> dict[str, str]:
    """Move the hands forward; what is due by then is done when this answers."""
    device(request, "demo")
    hub = hub_of(state)
    if not isinstance(hub.clock, ManualClock):
        raise Problem(409, "this city's clock runs by itself")
    if data.now.tzinfo is None or data.now < hub.clock.now():
        raise Problem(422, "the hands move forward only, to a time with its zone")
    hub.clock.set(data.now)
    await asyncio.to_thread(_settle, hub)
    return {"now": data.now.isoformat()}


def _settle(hub: Hub) -> None:
    hub.round()
    hub.responder.answer_all()
    while hub.database.rows(sql("alarms_left")):  # another thread is answering one: wait for it
        time.sleep(0.005)
        hub.responder.answer_all()


HANDLERS = [move_clock]
