"""The residents' door: report without a login, follow by a secret link, say whether it is mended."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct
from psycopg import Connection

from citywide.hub.cases.moves import row_of
from citywide.hub.cases.steps import mark_of, told_to_all
from citywide.hub.cases.verdict import confirm, rate
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.ingest.batch import Refusal
from citywide.hub.reports.photos import MOST
from citywide.hub.reports.receive import followed, hash_of, may, neighbours, take
from citywide.hub.reports.words import without_numbers_of_people
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of, staff
from citywide.hub.web.described import FILE, TEXT, Latitude, Longitude, Said, form_of, many
from citywide.hub.web.limits import QUESTIONS, REPORTS, limited
from citywide.hub.web.photos import scrubbed_or_refused
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.geometry import Point
from citywide.systems.hotline.model import PERSONAL, REPORTABLE
from citywide.systems.hotline.told import Told, understood

LABELS = {each.name: each.label for each in REPORTABLE}


class Near(Struct, frozen=True):
    """Where, and what it may be."""

    lon: Longitude
    lat: Latitude
    category: str | None = None


class Say(Struct, frozen=True):
    """What the reporter says of the case."""

    note: Said = ""
    stars: int = 0


@get("/v1/report/categories", sync_to_thread=False)
def categories() -> Response[bytes]:
    """What can be reported."""
    return as_json([
        {"name": each.name, "label": each.label, "has_a_place": each.name not in PERSONAL} for each in REPORTABLE
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
    return as_json(taken, 201)


@get("/v1/follow/{token:str}")
@in_thread
def follow(request: AnyRequest, state: State, token: FromPath[str]) -> Response[bytes]:
    """The truth about a report, for whoever has its link."""
    limited(request, QUESTIONS)
    hub = hub_of(state)
    with hub.database.transaction() as connection:
        return as_json(_seen(connection, _case_of(connection, token), token) | {"as_of": hub.clock.now()})


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
        _act(connection, hub, case, act, data, token)
        return as_json(_seen(connection, case, token) | {"as_of": hub.clock.now()})


@get("/v1/photos/{photo:str}")
@in_thread
def photo(request: AnyRequest, state: State, photo: FromPath[str], token: FromQuery[str] = "") -> Response[bytes]:
    """A photo, for staff who may see its case; for who sent it; and the city's proof for whoever follows the case."""
    database = hub_of(state).database
    with database.transaction() if token else database.reading_as(staff(request)) as connection:
        found = rows(connection, sql("photo"), {"photo": photo})
        if not found or (token and not _is_for(connection, photo, found[0]["cases"], token)):
            raise Problem(404, "there is no such photo for you")
    headers = {"Cache-Control": "private, max-age=86400", "Content-Disposition": "inline"}
    return Response(bytes(found[0]["body"]), media_type=found[0]["kind"], headers=headers)


def _is_for(connection: Connection, photo: str, case: int, token: str) -> bool:
    values = {"photo": photo, "case": case, "follower": hash_of(token)}
    return followed(connection, token) == case and bool(connection.execute(sql("photo_of_follower"), values).rowcount)


def _told(field: object) -> Told:
    if not isinstance(field, str | bytes | dict):
        raise Problem(422, "the form has no report", [Refusal("report", "missing", "a field `report` of JSON")])
    try:
        return msgspec.convert(field, Told) if isinstance(field, dict) else msgspec.json.decode(field, type=Told)
    except msgspec.MsgspecError as error:
        _, found, where = str(error).rpartition("$.")
        where = where.rstrip("`") if found else "report"
        raise Problem(422, "the report cannot be read", [Refusal(where, str(error), "see /schema")]) from error


def _case_of(connection: Connection, token: str) -> int:
    case = followed(connection, token)
    if case is None:
        raise Problem(404, "nobody follows anything by this link")
    return case


def _act(connection: Connection, hub: Hub, case: int, act: str, said: Say, token: str) -> None:
    now, note, follower = hub.clock.now(), without_numbers_of_people(said.note), hash_of(token)
    state = row_of(connection, case)["state"]
    if act not in (accepted := may(state)):
        raise Problem(409, f"the case is {state}: you can {', '.join(accepted)}")
    if act == "confirm":
        confirm(hub.desk, connection, case, follower, now)
    elif act == "reopen":
        hub.desk.reopen(connection, case, now, "resident", note, follower)
    elif act == "rate":
        rate(connection, case, follower, said.stars, now)
    else:
        hub.desk.add(connection, case, now, "resident", note, follower)


def _seen(connection: Connection, case: int, token: str) -> dict[str, Any]:
    """The case and its steps without other people's words and photos, and without the names of staff."""
    mine = {"case": case, "follower": hash_of(token)}
    first = rows(connection, sql("is_first_follower"), mine)[0]["first"]
    row = rows(connection, sql("case_seen"), mine)[0]
    steps = rows(connection, sql("steps_followed"), {"case": case, "first": first, **mark_of(hash_of(token))})
    row |= rows(connection, sql("follower_word"), mine)[0]
    if not first and row["category"] in LABELS:  # a title holds the address in its reporter's words
        row["title"] = msgspec.to_builtins(LABELS[row["category"]])
    place = [row.pop("lon"), row.pop("lat")]
    for name in ("details", "about", "about_name", "assigned_to", "unit_name", "ours"):
        del row[name]
    photos = [f"{each['photo']}?token={token}" for each in rows(connection, sql("photos_of_follower"), mine)]
    known = {"hub", "resident"}
    shown = [
        step | {"says": told_to_all(step), "who": step["who"] if step["who"] in known else row["department"]}
        for step in steps
    ]
    return {
        "case": row | {"place": place if place[0] is not None else None, "photos": photos},
        "steps": shown,
        "can": may(row["state"]),
    }


HANDLERS = [categories, near, report, follow, answer, photo]
