"""Units in the street: a crew's device reads its orders and says when it starts and when it is done."""

from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from citywide.doors.http.callers import device, hub_of
from citywide.doors.http.problems import Problem
from citywide.doors.http.threads import in_thread
from citywide.hub.database.queries import sql

AnyRequest = Request[Any, Any, Any]
ACTS = ("start", "pause", "resume", "check")
SCOPE = "units:act"


class Act(Struct, frozen=True):
    """What a unit says of its order; `unit` must be the one that has it."""

    unit: str
    note: str = ""


@get("/v1/orders")
@in_thread
def orders(
    request: AnyRequest, state: State, unit: FromQuery[str | None] = None, kind: FromQuery[str | None] = None
) -> Response[bytes]:
    """The open orders: of one unit, of a kind of unit, or of all."""
    device(request, SCOPE)
    found = hub_of(state).database.rows(sql("orders_of_units"), {"unit": unit, "kind": kind})
    return Response(msgspec.json.encode(found), media_type=MediaType.JSON)


@post("/v1/orders/{case:int}/{act:str}", status_code=200)
@in_thread
def act_on_order(
    request: AnyRequest, state: State, case: FromPath[int], act: FromPath[str], data: JSONBody[Act]
) -> dict[str, int]:
    """Start, pause, resume, or hand in for checking."""
    device(request, SCOPE)
    hub = hub_of(state)
    if act not in ACTS:
        raise Problem(404, f"a unit cannot {act!r}; it can {', '.join(ACTS)}")
    with hub.database.transaction() as connection:
        row = connection.execute(sql("unit_of_case"), {"case": case}).fetchone()
        if row is None or row[0] != data.unit:
            raise Problem(404, f"{data.unit!r} has no order {case}")
        getattr(hub.desk, act)(connection, case, hub.clock.now(), data.unit, data.note)
    return {"case": case}


HANDLERS = [orders, act_on_order]
