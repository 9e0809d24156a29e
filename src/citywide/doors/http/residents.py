"""The residents' door: report without a login, follow by a secret link, say whether it is mended."""

from typing import Annotated, Any

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct
from psycopg import Connection

from citywide.doors.http.callers import hub_of, staff
from citywide.doors.http.described import FILE, TEXT, Latitude, Longitude, form_of, many
from citywide.doors.http.limits import QUESTIONS, REPORTS, limited
from citywide.doors.http.problems import Problem
from citywide.doors.http.threads import in_thread
from citywide.hub.cases.moves import row_of
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.ingest.batch import Refusal
from citywide.hub.reports.photos import MOST, PhotoError, scrubbed
from citywide.hub.reports.receive import Report, followed, neighbours, take
from citywide.hub.reports.words import PHONE, without_numbers_of_people
from citywide.hub.running import Hub
from citywide.kit.geometry import Point
from citywide.systems.hotline.intake import understand
from citywide.systems.hotline.model import REPORTABLE

AnyRequest = Request[Any, Any, Any]
ACTS = {"closed": ("confirm", "reopen", "rate"), "checking": ("confirm", "reopen")}


class Told(Struct, frozen=True):
    """A report as a resident's page sends it."""

    text: Annotated[str, Meta(max_length=4000)] = ""
    category: str | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    address: Annotated[str, Meta(max_length=300)] = ""
    name: Annotated[str, Meta(max_length=80)] | None = None
    phone: Annotated[str, Meta(max_length=30)] | None = None
    anonymous: bool = False
    join: int | None = None


class Near(Struct, frozen=True):
    """Where, and what it may be."""

    lon: Longitude
    lat: Latitude
    category: str | None = None


class Say(Struct, frozen=True):
    """What the reporter says of the case."""

    note: Annotated[str, Meta(max_length=2000)] = ""
    stars: int = 0


@get("/v1/report/categories", sync_to_thread=False)
def categories() -> Response[bytes]:
    """What can be reported."""
    return _json([{"name": each.name, "label": each.label} for each in REPORTABLE])


@post("/v1/report/near", status_code=200)
@in_thread
def near(request: AnyRequest, state: State, data: JSONBody[Near]) -> Response[bytes]:
    """Open cases of neighbours that may be the same matter."""
    limited(request, QUESTIONS)
    hub = hub_of(state)
    category = hub.words.categories.get(data.category) if data.category else None
    with hub.database.transaction() as connection:
        found = neighbours(connection, category, Point(data.lon, data.lat))
    return _json({"neighbours": found})


@post("/v1/reports", operation_class=form_of({"report": TEXT, "photo": many(FILE)}, ("report",)))
async def report(request: AnyRequest, state: State) -> Response[bytes]:
    """A report with photos, as a multipart form: the field `report` is JSON, the files are `photo`."""
    limited(request, REPORTS)
    form = await request.form()
    told = _told(form.get("report"))
    files = [each for each in form.getall("photo", []) if isinstance(each, UploadFile)]
    if len(files) > MOST:
        raise Problem(422, "too many photos", [Refusal("photo", f"{len(files)} photos", f"at most {MOST}")])
    bodies = [await file.read() for file in files]
    return await take_in(hub_of(state), told, bodies)


@in_thread
def take_in(hub: Hub, told: Told, bodies: list[bytes]) -> Response[bytes]:
    """Scrub the photos, find category and place where they are missing, and take the report."""
    photos = [scrubbed_or_refused(body, at) for at, body in enumerate(bodies)]
    found = understood(hub, told, has_photos=bool(photos))
    with hub.database.transaction() as connection:
        taken = take(connection, hub.desk, found, photos, hub.clock.now())
    return _json(taken, 201)


@get("/v1/follow/{token:str}")
@in_thread
def follow(request: AnyRequest, state: State, token: FromPath[str]) -> Response[bytes]:
    """The truth about a report, for whoever has its link."""
    limited(request, QUESTIONS)
    with hub_of(state).database.transaction() as connection:
        return _json(_seen(connection, _case_of(connection, token), token))


@post("/v1/follow/{token:str}/{act:str}", status_code=200)
@in_thread
def answer(
    request: AnyRequest, state: State, token: FromPath[str], act: FromPath[str], data: JSONBody[Say]
) -> Response[bytes]:
    """The reporter confirms, reopens, rates or adds something."""
    limited(request, QUESTIONS)
    hub = hub_of(state)
    with hub.database.transaction() as connection:
        case = _case_of(connection, token)
        _act(connection, hub, case, act, data)
        return _json(_seen(connection, case, token))


@get("/v1/photos/{photo:str}")
@in_thread
def photo(request: AnyRequest, state: State, photo: FromPath[str], token: FromQuery[str] = "") -> Response[bytes]:
    """A photo, for staff who may see its case and for whoever follows it."""
    database = hub_of(state).database
    with database.transaction() if token else database.reading_as(staff(request)) as connection:
        found = rows(connection, sql("photo"), {"photo": photo})
        if not found or (token and followed(connection, token) != found[0]["cases"]):
            raise Problem(404, "there is no such photo for you")
    headers = {"Cache-Control": "private, max-age=86400", "Content-Disposition": "inline"}
    return Response(bytes(found[0]["body"]), media_type=found[0]["kind"], headers=headers)


def _told(field: object) -> Told:
    if not isinstance(field, str | bytes | dict):
        raise Problem(422, "the form has no report", [Refusal("report", "missing", "a field `report` of JSON")])
    try:
        return msgspec.convert(field, Told) if isinstance(field, dict) else msgspec.json.decode(field, type=Told)
    except msgspec.MsgspecError as error:
        where = str(error).rpartition("$.")[2].rstrip("`") or "report"
        raise Problem(422, "the report cannot be read", [Refusal(where, str(error), "see /schema")]) from error


def understood(hub: Hub, told: Told, *, has_photos: bool) -> Report:
    """The report, checked, with category and place found where they were left out."""
    if not told.text.strip() and not told.category and not has_photos and not told.join:
        raise Problem(422, "nothing is told", [Refusal("text", "empty", "words, a photo or a category")])
    if told.phone and not told.anonymous and not PHONE.match(told.phone):
        raise Problem(422, "this is no telephone number", [Refusal("phone", told.phone, "digits, spaces and +")])
    if told.category and told.category not in hub.words.categories:
        raise Problem(422, "unknown category", [Refusal("category", told.category, "see /v1/report/categories")])
    at = Point(told.lon, told.lat) if told.lon is not None and told.lat is not None else None
    found = understand(hub, told.text, told.address, at, told.category)
    if found.place is None and not told.address.strip() and not told.join:
        raise Problem(422, "where is it?", [Refusal("place", "missing", "a place on the map, or an address")])
    name, phone = (None, None) if told.anonymous else (told.name, told.phone)
    return Report(found.category, told.text, found.place, told.address, name, phone, told.join, dict(found.facts))


def scrubbed_or_refused(body: bytes, at: int) -> bytes:
    """The photo without what it tells of its maker, or a clear refusal."""
    try:
        return scrubbed(body)
    except PhotoError as error:
        refusal = Refusal(f"photo.{at}", str(error), "JPEG, PNG or WebP of at most 10 MB")
        raise Problem(422, "a photo was not taken", [refusal]) from error


def _case_of(connection: Connection, token: str) -> int:
    case = followed(connection, token)
    if case is None:
        raise Problem(404, "nobody follows anything by this link")
    return case


def _act(connection: Connection, hub: Hub, case: int, act: str, said: Say) -> None:
    now, note = hub.clock.now(), without_numbers_of_people(said.note)
    state = row_of(connection, case)["state"]
    if act not in (accepted := may(state)):
        raise Problem(409, f"the case is {state}: you can {', '.join(accepted)}")
    if act == "confirm":
        hub.desk.confirm(connection, case, now, "resident")
    elif act == "reopen":
        hub.desk.reopen(connection, case, now, "resident", note)
    elif act == "rate":
        hub.desk.rate(connection, case, said.stars, now, "resident")
    else:
        hub.desk.add(connection, case, now, "resident", note)


def may(state: str) -> tuple[str, ...]:
    """What the reporter can do with a case in this state."""
    return ACTS.get(state, ("update",))


def _seen(connection: Connection, case: int, token: str) -> dict[str, Any]:
    """The case without other people's words, and the steps without the names of those who took them."""
    row = rows(connection, sql("case_seen"), {"case": case})[0]
    steps = rows(connection, sql("steps_seen"), {"case": case})
    place = [row.pop("lon"), row.pop("lat")]
    for name in ("details", "about", "about_name", "assigned_to", "unit_name"):
        del row[name]
    photos = [f"{each}?token={token}" for each in row["photos"]]
    known = {"hub", "resident"}
    shown = [step | {"who": step["who"] if step["who"] in known else row["department"]} for step in steps]
    return {
        "case": row | {"place": place if place[0] is not None else None, "photos": photos},
        "steps": shown,
        "can": may(row["state"]),
    }


def _json(found: object, status: int = 200) -> Response[bytes]:
    return Response(msgspec.json.encode(found), status_code=status, media_type=MediaType.JSON)


HANDLERS = [categories, near, report, follow, answer, photo]
