"""Roads that are closed now, for everybody who drives or guides drivers: GeoJSON, without a login."""

from typing import Any

from litestar import Response, get
from litestar.datastructures import State
from msgspec import json

from citywide.hub.database.pool import Row
from citywide.hub.web.callers import AnyRequest, device, hub_of
from citywide.hub.web.limits import QUESTIONS, limited
from citywide.hub.web.threads import in_thread
from citywide.kit.text import Text


@get("/v1/roads/closed")
@in_thread
def closed(request: AnyRequest, state: State) -> Response[bytes]:
    """Where no road leads through now, since when, and what for; units with a token may ask as often as they drive."""
    if "authorization" in request.headers:
        device(request, "units:act")
    else:
        limited(request, QUESTIONS)
    desk = hub_of(state).desk
    with hub_of(state).database.transaction() as connection:
        features = [_feature(road, desk.categories[road["category"]].label) for road in desk.closed_roads(connection)]
    document = {"type": "FeatureCollection", "features": features}
    return Response(json.encode(document), media_type="application/geo+json")


def _feature(road: Row, label: Text) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [road["lon"], road["lat"]]}
    told = {"name": road["name"], "label": label, "since": road["since"]}
    return {"type": "Feature", "geometry": place, "properties": told}


HANDLERS = [closed]
