"""What data the city holds: for people as JSON, for other portals as DCAT-AP 3."""

import asyncio

from litestar import MediaType, Response, get
from litestar.datastructures import State
from msgspec import json

from citywide.hub.catalogue.dcat import catalogue
from citywide.hub.catalogue.sets import DataSet, data_sets
from citywide.hub.running import Hub
from citywide.hub.web.callers import AnyRequest, anybody, hub_of


@get("/v1/catalogue")
async def listed(request: AnyRequest, state: State) -> Response[bytes]:
    """Every data set: whose it is, how fresh, complete and plausible."""
    found = await _sets(request, hub_of(state))
    return Response(json.encode(found), media_type=MediaType.JSON)


@get("/v1/catalogue.jsonld")
async def as_dcat(request: AnyRequest, state: State) -> Response[bytes]:
    """The same as DCAT-AP 3 in JSON-LD."""
    hub = hub_of(state)
    document = catalogue(hub.city.name, str(request.base_url), await _sets(request, hub))
    return Response(json.encode(document), media_type="application/ld+json")


async def _sets(request: AnyRequest, hub: Hub) -> list[DataSet]:
    """Who waits for the counting, which goes through all of the city's series, holds no thread meanwhile."""
    await asyncio.to_thread(anybody, request, "readings:read")
    known = await hub.together.ask("counted", hub.counted.now)
    return await asyncio.to_thread(data_sets, hub.database, hub.words, hub.clock.now(), known)


HANDLERS = [listed, as_dcat]
