"""Staff away from their desk: who acts for them, until when."""

from datetime import timedelta

from litestar import Response, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from citywide.hub.ingest.batch import Refusal
from citywide.hub.people.delegation import DelegationError, delegate, end, in_force
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of, staff
from citywide.hub.web.described import Name, Said
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread


class Lent(Struct, frozen=True):
    """To whom, for how many hours, and why."""

    to: Name
    hours: float
    why: Said


@post("/v1/delegations", status_code=201)
@in_thread
def lend(request: AnyRequest, state: State, data: JSONBody[Lent]) -> dict[str, str]:
    """Let somebody act with one's own roles and departments for a while."""
    who, hub = staff(request), hub_of(state)
    try:
        with hub.database.transaction() as connection:
            until = delegate(connection, who.name, data.to, timedelta(hours=data.hours), data.why, hub.city.zone)
    except (DelegationError, OverflowError) as error:
        raise Problem(422, "this cannot be lent", [Refusal("to, hours, why", str(error), "see /schema")]) from error
    return {"to": data.to, "until": until.isoformat()}


@get("/v1/delegations")
@in_thread
def lent(request: AnyRequest, state: State) -> Response[bytes]:
    """What one has lent and been lent, as long as it is in force."""
    who = staff(request)
    with hub_of(state).database.transaction() as connection:
        return as_json(in_force(connection, who.name))


@delete("/v1/delegations/{to:str}", status_code=200)
@in_thread
def take_back(request: AnyRequest, state: State, to: FromPath[str]) -> dict[str, int]:
    """Take back what one has lent, before its time."""
    who = staff(request)
    with hub_of(state).database.transaction() as connection:
        ended = end(connection, who.name, to)
    if not ended:
        raise Problem(404, f"{to} does not act for you")
    return {"ended": ended}


HANDLERS = [lend, lent, take_back]
