"""The residents' door: what can be reported, what neighbours have, and a report without a login."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.params import JSONBody
from msgspec import Struct, structs

from citywide.hub.ingest.batch import Refusal
from citywide.hub.reports.receive import Taken, followed, neighbours, reportable, take
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of
from citywide.hub.web.described import FILE, TEXT, Latitude, Longitude, form_of, many
from citywide.hub.web.limits import QUESTIONS, REPORTS, limited
from citywide.hub.web.once import header
from citywide.hub.web.photos import all_scrubbed, not_too_many
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.geometry import Point
from citywide.systems.hotline.model import PERSONAL
from citywide.systems.hotline.told import LINK, Told, understood

LinkAsKey = Annotated[
    str | None,
    header(LINK, "Stands for the `link` of the report: 32 to 64 of A-Z a-z 0-9 _ -, which nobody guesses."),
]


class Near(Struct, frozen=True):
    """Where, and what it may be."""

    lon: Longitude
    lat: Latitude
    category: str | None = None


@get("/v1/report/categories", sync_to_thread=False)
def categories(state: State) -> Response[bytes]:
    """What can be reported here."""
    offered = reportable(hub_of(state).desk)
    return as_json([
        {"name": each.name, "label": each.label, "has_a_place": each.name not in PERSONAL} for each in offered
    ])  # fmt: skip


@post("/v1/report/near", status_code=200)
@in_thread
def near(request: AnyRequest, state: State, data: JSONBody[Near]) -> Response[bytes]:
    """Open cases of neighbours that may be the same matter."""
    limited(request, QUESTIONS)
    hub = hub_of(state)
    with hub.database.transaction() as connection:
        found = neighbours(connection, hub.desk, data.category, Point(data.lon, data.lat))
    return as_json({"neighbours": found})


@post("/v1/reports", operation_class=form_of({"report": TEXT, "photo": many(FILE)}, ("report",)))
async def report(request: AnyRequest, state: State, key: LinkAsKey = None) -> Response[bytes]:
    """A report with photos, as a multipart form: the field `report` is JSON, the files are `photo`.

    Nobody signs in here: its key is the `link` that it is followed by, in the report or as `Idempotency-Key`;
    whoever sends it again has sent one report, however late.
    """
    limited(request, REPORTS)
    form = await request.form()
    told = _told(form.get("report"))
    told = _told(structs.asdict(told) | {"link": key.strip('"')}) if key and told.link is None else told
    files = [each for each in form.getall("photo", []) if isinstance(each, UploadFile)]
    not_too_many(len(files))
    bodies = [await file.read() for file in files]
    return await take_in(hub_of(state), told, bodies)


@in_thread
def take_in(hub: Hub, told: Told, bodies: list[bytes]) -> Response[bytes]:
    """Scrub the photos, find category and place where they are missing, and take the report."""
    photos = all_scrubbed(bodies)
    if before := _taken_before(hub, told):  # whatever the sorter has learnt since
        return as_json(before, 201)
    found = understood(hub, told, has_photos=bool(photos))
    with hub.database.transaction() as connection:
        taken = take(connection, hub.desk, found, photos, hub.clock.now())
    return as_json(taken, 201)


def _taken_before(hub: Hub, told: Told) -> Taken | None:
    if told.link is None:
        return None
    with hub.database.transaction() as connection:
        case = followed(connection, told.link)
    return None if case is None else Taken(case, told.link)


def _told(field: object) -> Told:
    if not isinstance(field, str | bytes | dict):
        raise Problem(422, "the form has no report", [Refusal("report", "missing", "a field `report` of JSON")])
    try:
        return msgspec.convert(field, Told) if isinstance(field, dict) else msgspec.json.decode(field, type=Told)
    except msgspec.MsgspecError as error:
        _, found, where = str(error).rpartition("$.")
        where = where.rstrip("`") if found else "report"
        raise Problem(422, "the report cannot be read", [Refusal(where, str(error), "see /schema")]) from error


HANDLERS = [categories, near, report]
