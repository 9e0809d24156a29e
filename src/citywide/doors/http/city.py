"""The city itself: its name, where it lies, its words, and its own map."""

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from citywide.hub.screens.ground import ground_of, map_of, named, part_of
from citywide.hub.screens.labels import labels
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread

ROOT = "/v1/city/map"
GEOJSON = "application/geo+json"
FOR_EVER = "public, max-age=31536000, immutable"


@get("/v1/city")
@in_thread
def city(state: State) -> Response[bytes]:
    """The city's name, where it lies, its time, what its words are called, and where its ground is."""
    hub = hub_of(state)
    about = hub.city
    found = {"name": about.name, "centre": about.centre, "zoom": about.zoom, "bounds": about.bounds}
    ground = {part: f"{ROOT}/{name}" for part, name in ground_of(hub.settings.city).items()}
    return as_json(found | {"zone": about.zone, "words": labels(hub.words), "ground": ground})


@get(ROOT)
@in_thread
def city_map(request: AnyRequest, state: State) -> Response[bytes]:
    """The city's own vector map, as GeoJSON; whoever has it already is told so."""
    file = map_of(hub_of(state).settings.city)
    if file is None:
        raise Problem(404, "this city has no map of its own")
    body = file.read_bytes()
    headers = {"Content-Encoding": "gzip", "Cache-Control": "no-cache", "ETag": f'"{named(body)}"'}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type=GEOJSON, headers=headers)


@get(f"{ROOT}/{{name:str}}")
@in_thread
def part_of_map(state: State, name: FromPath[str]) -> Response[bytes]:
    """A part of the map under the name that `/v1/city` tells; what is called so never changes."""
    body = part_of(hub_of(state).settings.city, name)
    if body is None:
        raise Problem(404, "no part of the map is called so any more; ask /v1/city")
    headers = {"Content-Encoding": "gzip", "Cache-Control": FOR_EVER}
    return Response(body, media_type=GEOJSON, headers=headers)


HANDLERS = [city, city_map, part_of_map]
