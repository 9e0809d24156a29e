"""Units in the street: a crew reads its orders, takes up what waits for its department, starts, and hands in."""

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct
from psycopg import Connection

from citywide.hub.cases.acts import Asked, carry_out
from citywide.hub.database.queries import sql
from citywide.hub.people.who import Who
from citywide.hub.reports.receive import keep_photos
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, device, hub_of
from citywide.hub.web.described import Name, Said
from citywide.hub.web.photos import all_scrubbed
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.text import Text

UNITS_ACTS = ("accept", "start", "pause", "resume", "check", "reroute")
BY_ITSELF = Text("taken up by itself", "主动接单")
SCOPE = "units:act"


class Act(Struct, frozen=True):
    """What a unit says of its order; `unit` must be the one that has it, `to` the department of a re-route."""

    unit: str
    note: Said = ""
    to: Name = ""
    photos: list[bytes] = []


@get("/v1/orders")
@in_thread
def orders(
    request: AnyRequest, state: State, unit: FromQuery[str | None] = None, kind: FromQuery[str | None] = None
) -> Response[bytes]:
    """The open orders: of one unit, of a kind of unit, or of all."""
    whose = bound_to(device(request, SCOPE))
    found = hub_of(state).database.rows(sql("orders_of_units"), {"unit": unit, "kind": kind, "departments": whose})
    return as_json(found)


@get("/v1/orders/waiting")
@in_thread
def waiting(request: AnyRequest, state: State, department: FromQuery[str | None] = None) -> Response[bytes]:
    """The cases that wait for any unit of a department, or of all; the most urgent first."""
    whose = bound_to(device(request, SCOPE))
    found = hub_of(state).database.rows(sql("orders_waiting"), {"department": department, "departments": whose})
    return as_json(found)


@post("/v1/orders/{case:int}/{act:str}", status_code=200)
@in_thread
def act_on_order(
    request: AnyRequest, state: State, case: FromPath[int], act: FromPath[str], data: JSONBody[Act]
) -> dict[str, int]:
    """Accept, start, pause, resume, pass on to another department, or hand in for checking, with photos as base64."""
    whose, hub = bound_to(device(request, SCOPE)), hub_of(state)
    if act not in UNITS_ACTS:
        raise Problem(404, f"a unit cannot {act!r}; it can {', '.join(UNITS_ACTS)}")
    photos = all_scrubbed(data.photos)
    with hub.database.transaction() as connection:
        _act(connection, hub, case, Asked(act, data.note, data.to), {"unit": data.unit, "departments": whose})
        keep_photos(connection, case, photos, hub.clock.now())
    return {"case": case}


def bound_to(who: Who) -> list[str] | None:
    """The departments whose units a token speaks for; None is every department."""
    return None if who.everywhere else list(who.departments)


def _act(connection: Connection, hub: Hub, case: int, asked: Asked, speaker: dict[str, Any]) -> None:
    now, unit = hub.clock.now(), speaker["unit"]
    if asked.act == "accept":
        wanted = {**speaker, "case": case, "kinds": hub.words.unit_kinds}
        if not connection.execute(sql("acceptable"), wanted).rowcount:
            raise Problem(409, f"case {case} does not wait for a unit of the department of {unit!r}")
        hub.desk.assign(connection, case, unit, now, unit, BY_ITSELF)
    elif not connection.execute(sql("has_order"), {**speaker, "case": case}).rowcount:
        raise Problem(404, f"{unit!r} has no order {case}")
    else:
        carry_out(hub.desk, connection, case, asked, now, unit)


HANDLERS = [orders, waiting, act_on_order]
