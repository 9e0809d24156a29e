"""Whoever simulates a city moves its clock: a held one (speed 0) by hand, one that is led as far as it may run.

A clock that is led runs by itself, but no further than `LEAD_S` of the wall beyond what the simulated city has said
and the hub has acknowledged: on a busy machine the city is slow, its devices are not silent. A real city's clock is
nobody's to move.
"""

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any

from litestar import Request, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Struct

from citywide.hub.clock import follow, keep_clock
from citywide.hub.database.queries import sql
from citywide.hub.running import Hub
from citywide.hub.web.callers import device_aside, hub_of
from citywide.hub.web.problems import Problem
from citywide.kit.clock import LedClock, ManualClock

LEAD_S = 2.0


class Hands(Struct, frozen=True):
    """Where the clock's hands shall stand."""

    now: datetime


@post("/v1/clock", status_code=200)
async def move_clock(request: Request[Any, Any, Any], state: State, data: JSONBody[Hands]) -> dict[str, str]:
    """Move the hands forward; what is due by then is done when this answers."""
    await device_aside(request, "demo")
    hub = hub_of(state)
    if data.now.tzinfo is None:
        raise Problem(422, "the hands move to a time with its zone")
    if isinstance(hub.clock, LedClock):
        await asyncio.to_thread(_lead, hub, hub.clock, data.now)
    elif isinstance(hub.clock, ManualClock):
        await asyncio.to_thread(_move, hub, hub.clock, data.now)
    else:
        raise Problem(409, "this city's clock runs by itself")
    return {"now": hub.clock.now().isoformat()}


def _lead(hub: Hub, clock: LedClock, told: datetime) -> None:
    """The city is heard up to `told`: the clock may run on for a while."""
    follow(clock, hub.database)
    clock.set(clock.led[0].led_to(told + timedelta(seconds=LEAD_S * clock.speed)))
    with hub.database.transaction() as connection:
        keep_clock(connection, clock.led[0])


def _move(hub: Hub, clock: ManualClock, now: datetime) -> None:
    if now < clock.now():
        raise Problem(422, "the hands move forward only")
    clock.set(now)
    _settle(hub)


def _settle(hub: Hub) -> None:
    hub.round()
    hub.responder.answer_all()
    while hub.database.rows(sql("alarms_left")):  # another thread is answering one: wait for it
        time.sleep(0.005)
        hub.responder.answer_all()


HANDLERS = [move_clock]
