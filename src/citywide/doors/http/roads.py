"""Roads that are closed now, for everybody who drives or guides drivers: GeoJSON, without a login."""

from typing import Any

from litestar import Response, get
from litestar.datastructures import State
from msgspec import json

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.web.callers import AnyRequest, hub_of
from citywide.hub.web.limits import QUESTIONS, limited
from citywide.hub.web.threads import in_thread


@get("/v1/roads/closed")
@in_thread
def closed(request: AnyRequest, state: State) -> Response[bytes]:
    """Where no road leads through now, since when, and what for."""
    limited(request, QUESTIONS)
    desk = hub_of(state).desk
    with hub_of(state).database.transaction() as connection:
        found = rows(connection, sql("closed_roads_told"), {"closing": desk.closing})
    labels = {name: desk.categories[name].label for name in desk.closing}
    features = [_feature(row, {"label": labels[row["category"]]}) for row in found]
    document = {"type": "FeatureCollection", "features": features}
    return Response(json.encode(document), media_type="application/geo+json")


def _feature(row: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    return {"type": "Feature", "geometry": place, "properties": told | {"name": row["name"], "since": row["since"]}}


HANDLERS = [closed]
