"""The standards of the road: SPaT and MAP of every crossing as J2735, in JSON or packed."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from litestar import MediaType, Response, get
from litestar.datastructures import State
from litestar.params import FromQuery

from citywide.hub.database.queries import queries_of
from citywide.hub.running import Hub
from citywide.hub.web.callers import AnyRequest, anybody, hub_of
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.systems.traffic import SYSTEM
from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.interfaces.map import write_map
from citywide.systems.traffic.interfaces.spat import write_spat
from citywide.systems.traffic.interfaces.uper import pack_map, pack_spat
from citywide.systems.traffic.signals import maps_of, spats_of

PACKED = "application/octet-stream"
Said = TypeVar("Said")
_QUERIES = queries_of(SYSTEM.folder)


@get("/v1/traffic/spat")
@in_thread
def spat(request: AnyRequest, state: State, crossing: FromQuery[str | None] = None) -> Response[Any]:
    """The lights of one crossing, or of all that tell them, as J2735 SPaT in JSON; packed on request."""
    anybody(request, "readings:read")
    hub = hub_of(state)
    return _message(request, spats_of(_lanes(hub, crossing), hub.clock.now()), write_spat, pack_spat)


@get("/v1/traffic/map")
@in_thread
def geometry(request: AnyRequest, state: State, crossing: FromQuery[str | None] = None) -> Response[Any]:
    """The lanes of one crossing, or of all, as a J2735 MAP message in JSON; packed on request."""
    anybody(request, "readings:read")
    return _message(request, maps_of(_lanes(hub_of(state), crossing)), write_map, pack_map)


def _message(
    request: AnyRequest,
    found: tuple[Said, ...],
    write: Callable[[Sequence[Said]], str],
    pack: Callable[[Sequence[Said]], bytes],
) -> Response[Any]:
    if PACKED not in request.headers.get("accept", ""):
        return Response(write(found), media_type=MediaType.JSON)
    try:
        return Response(pack(found), media_type=PACKED)
    except Malformed as error:
        raise Problem(422, str(error)) from error


def _lanes(hub: Hub, crossing: str | None) -> list[dict[str, Any]]:
    """Lights are shown to everybody in the street: whoever may read readings may read all of them."""
    found = hub.database.rows(_QUERIES["lanes_of_crossings"], {"crossing": crossing})
    if not found:
        raise Problem(404, f"there is no {crossing or 'crossing'} with lanes; accepted: an id such as crossing/01")
    return found


HANDLERS = [spat, geometry]
