"""What data the city holds: for people as JSON, for other portals as DCAT-AP 3."""

from litestar import MediaType, Response, get
from litestar.datastructures import State
from msgspec import json

from citywide.hub.catalogue.dcat import catalogue
from citywide.hub.catalogue.sets import data_sets
from citywide.hub.web.callers import AnyRequest, anybody, hub_of
from citywide.hub.web.threads import in_thread


@get("/v1/catalogue")
@in_thread
def listed(request: AnyRequest, state: State) -> Response[bytes]:
    """Every data set: whose it is, how fresh, complete and plausible."""
    anybody(request, "readings:read")
    hub = hub_of(state)
    found = data_sets(hub.database, hub.words, hub.clock.now(), hub.counted.now())
    return Response(json.encode(found), media_type=MediaType.JSON)


@get("/v1/catalogue.jsonld")
@in_thread
def as_dcat(request: AnyRequest, state: State) -> Response[bytes]:
    """The same as DCAT-AP 3 in JSON-LD."""
    anybody(request, "readings:read")
    hub = hub_of(state)
    sets = data_sets(hub.database, hub.words, hub.clock.now(), hub.counted.now())
    document = catalogue(hub.city.name, str(request.base_url), sets)
    return Response(json.encode(document), media_type="application/ld+json")


HANDLERS = [listed, as_dcat]
