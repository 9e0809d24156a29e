"""Units in the street: a crew reads its orders, takes up what waits for its department, starts, and hands in."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct
from psycopg import Connection

from citywide.hub.database.queries import sql
from citywide.hub.reports.photos import MOST
from citywide.hub.reports.receive import keep_photos
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import device, hub_of
from citywide.hub.web.photos import scrubbed_or_refused
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.text import Text

AnyRequest = Request[Any, Any, Any]
ACTS = ("accept", "start", "pause", "resume", "check", "reroute")
BY_ITSELF = Text("taken up by itself", "主动接单")
SCOPE = "units:act"


class Act(Struct, frozen=True):
    """What a unit says of its order; `unit` must be the one that has it, `to` the department of a re-route."""

    unit: str
    note: str = ""
    to: str = ""
    photos: list[bytes] = []


@get("/v1/orders")
@in_thread
def orders(
    request: AnyRequest, state: State, unit: FromQuery[str | None] = None, kind: FromQuery[str | None] = None
) -> Response[bytes]:
    """The open orders: of one unit, of a kind of unit, or of all."""
    device(request, SCOPE)
    found = hub_of(state).database.rows(sql("orders_of_units"), {"unit": unit, "kind": kind})
    return as_json(found)


@get("/v1/orders/waiting")
@in_thread
def waiting(request: AnyRequest, state: State, department: FromQuery[str | None] = None) -> Response[bytes]:
    """The cases that wait for any unit of a department, or of all; the most urgent first."""
    device(request, SCOPE)
    found = hub_of(state).database.rows(sql("orders_waiting"), {"department": department})
    return as_json(found)


@post("/v1/orders/{case:int}/{act:str}", status_code=200)
@in_thread
def act_on_order(
    request: AnyRequest, state: State, case: FromPath[int], act: FromPath[str], data: JSONBody[Act]
) -> dict[str, int]:
    """Accept, start, pause, resume, pass on to another department, or hand in for checking, with photos as base64."""
    device(request, SCOPE)
    hub = hub_of(state)
    if act not in ACTS:
        raise Problem(404, f"a unit cannot {act!r}; it can {', '.join(ACTS)}")
    photos = [scrubbed_or_refused(body, at) for at, body in enumerate(data.photos[:MOST])]
    with hub.database.transaction() as connection:
        _act(connection, hub, case, act, data)
        keep_photos(connection, case, photos, hub.clock.now())
    return {"case": case}


def _act(connection: Connection, hub: Hub, case: int, act: str, data: Act) -> None:
    now = hub.clock.now()
    if act == "accept":
        if not connection.execute(sql("acceptable"), {"case": case, "unit": data.unit}).rowcount:
            raise Problem(409, f"case {case} does not wait for a unit of the department of {data.unit!r}")
        hub.desk.assign(connection, case, data.unit, now, data.unit, BY_ITSELF)
        return
    row = connection.execute(sql("unit_of_case"), {"case": case}).fetchone()
    if row is None or row[0] != data.unit:
        raise Problem(404, f"{data.unit!r} has no order {case}")
    if act == "reroute":
        hub.desk.reroute(connection, case, data.to, now, data.unit, data.note)
    else:
        getattr(hub.desk, act)(connection, case, now, data.unit, data.note)


HANDLERS = [orders, waiting, act_on_order]
