"""What devices are told: a device reads its instructions and says which it has heard; until then they come again."""

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromQuery, JSONBody
from msgspec import Struct

from citywide.doors.http.units import SCOPE, bound_to
from citywide.hub.database.queries import sql
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, device, hub_of
from citywide.hub.web.threads import in_thread


class Heard(Struct, frozen=True):
    """The numbers of instructions that a device has taken in."""

    ids: list[int]


@get("/v1/instructions")
@in_thread
def instructions(
    request: AnyRequest, state: State, entity: FromQuery[str | None] = None, kind: FromQuery[str | None] = None
) -> Response[bytes]:
    """What a device, or all devices of a kind, have been told and have not heard yet; the oldest first."""
    asked = {"entity": entity, "kind": kind, "departments": bound_to(device(request, SCOPE))}
    found = hub_of(state).database.rows(sql("instructions_unheard"), asked)
    return as_json(found)


@post("/v1/instructions/heard", status_code=200)
@in_thread
def heard(request: AnyRequest, state: State, data: JSONBody[Heard]) -> dict[str, int]:
    """These need not be told again."""
    whose, hub = bound_to(device(request, SCOPE)), hub_of(state)
    told = {"ids": data.ids, "at": hub.clock.now(), "departments": whose}
    with hub.database.transaction() as connection:
        done = connection.execute(sql("instructions_heard"), told).rowcount
    return {"heard": done}


HANDLERS = [instructions, heard]
