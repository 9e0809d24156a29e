"""Alarms are acknowledged: somebody has seen it, and it stands until it clears."""

from litestar import Response, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from citywide.doors.http.sight import must_see
from citywide.hub.alarms.seen import acknowledge as note_seen
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of, need_role_in, staff
from citywide.hub.web.described import Said
from citywide.hub.web.threads import in_thread


class Seen(Struct, frozen=True):
    """What whoever has seen it says of it."""

    note: Said = ""


@post("/v1/alarms/{alarm:int}/acknowledge", status_code=200)
@in_thread
def acknowledge(request: AnyRequest, state: State, alarm: FromPath[int], data: JSONBody[Seen]) -> Response[bytes]:
    """Somebody has seen it; it stands until it clears. The answer names who was the first, and when."""
    who, hub = staff(request), hub_of(state)
    with hub.database.transaction() as connection:
        need_role_in(who, must_see(connection, who, "alarm", alarm), "officer", "manager", "crew")
        first = note_seen(connection, alarm, who.name, hub.clock.now(), data.note)
    return as_json({"acknowledged": True, **first})


HANDLERS = [acknowledge]
