"""Requests: what residents reported, made by other apps or read by them."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, State, UploadFile
from litestar.params import FromPath

from citywide.doors.open311.services import SERVICES, need_ours, service
from citywide.doors.open311.shapes import Fault, Item, answered, moment
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.reports.photos import MOST, PhotoError, scrubbed
from citywide.hub.reports.receive import Report, followed, take
from citywide.hub.reports.words import PHONE
from citywide.hub.running import Hub
from citywide.hub.settings import CitySettings
from citywide.hub.web.callers import AnyRequest, hub_of
from citywide.hub.web.described import FILE, TEXT, asked_by, form_of, many
from citywide.hub.web.threads import in_thread
from citywide.kit.geometry import Point

SPAN = timedelta(days=90)
MOST_REQUESTS = 1000
FILTERS = ("service_request_id", "service_code", "start_date", "end_date", "status")
FIELDS = ("api_key", "service_code", "lat", "long", "address_string", "description", "first_name", "last_name",
          "phone", "attribute[danger]")  # fmt: skip


@post(
    ["/open311/v2/requests.json", "/open311/v2/requests.xml"],
    status_code=201,
    operation_class=form_of(dict.fromkeys(FIELDS, TEXT) | {"media": many(FILE)}, ("api_key", "service_code")),
)
async def make(request: AnyRequest, state: State) -> Response[bytes]:
    """A new request by an app that has a key; `media` may be photos."""
    form = await request.form()
    files = [await each.read() for each in form.getall("media", []) if isinstance(each, UploadFile)]
    name, hub = request.url.path.rpartition("/")[2], hub_of(state)
    return await asyncio.to_thread(
        answered, name, "service_requests", "request", lambda _: _made(hub, form, files, str(request.base_url)), 201
    )


@get("/open311/v2/requests/{name:str}")
@in_thread
def one(request: AnyRequest, state: State, name: FromPath[str]) -> Response[bytes]:
    """One request, by its number."""
    asked = {"jurisdiction_id": request.query_params.get("jurisdiction_id", "")}
    return answered(
        name, "service_requests", "request",
        lambda number: _listed(hub_of(state), asked | {"service_request_id": number}),
    )  # fmt: skip


@get(
    ["/open311/v2/requests.json", "/open311/v2/requests.xml"],
    operation_class=asked_by(dict.fromkeys(FILTERS, TEXT)),
)
@in_thread
def listed(request: AnyRequest, state: State) -> Response[bytes]:
    """Requests of a span of time, at most 90 days and 1000 of them; the newest first."""
    name = request.url.path.rpartition("/")[2]
    return answered(
        name, "service_requests", "request", lambda _: _listed(hub_of(state), dict(request.query_params.items()))
    )


@get("/open311/v2/tokens/{name:str}")
@in_thread
def token(state: State, name: FromPath[str]) -> Response[bytes]:
    """The number of the request that a token was given out for."""

    def found(secret: str) -> list[Item]:
        with hub_of(state).database.transaction() as connection:
            case = followed(connection, secret)
        if case is None:
            raise Fault(404, "there is no such token")
        return [{"service_request_id": str(case), "token": secret}]

    return answered(name, "service_requests", "request", found)


def need_key(hub: Hub, form: Mapping[str, Any]) -> str:
    """The app behind the key; a key is a token with the scope reports:write."""
    key = form.get("api_key")
    who = hub.tokens.who(key) if isinstance(key, str) else None
    if who is None or "reports:write" not in who.roles:
        raise Fault(403, "api_key: a token with the scope reports:write is needed")
    return who.name


def _made(hub: Hub, form: FormMultiDict, files: list[bytes], here: str) -> list[Item]:
    need_ours(hub, form)
    app = need_key(hub, form)
    report = _report(form, app, hub.city)
    try:
        photos = [scrubbed(each) for each in files[:MOST]]
    except PhotoError as error:
        raise Fault(400, f"media: {error}") from error
    with hub.database.transaction() as connection:
        taken = take(connection, hub.desk, report, photos, hub.clock.now())
    notice = f"follow it at {here}follow/{taken.follow}"
    return [{"service_request_id": str(taken.case), "service_notice": notice, "account_id": None}]


def _report(form: FormMultiDict, app: str, city: CitySettings) -> Report:
    said = {name: value.strip()[:4000] for name, value in form.items() if isinstance(value, str)}
    if not said.get("service_code"):
        raise Fault(400, "service_code is missing")
    category, place = service(said["service_code"]), _place(said)
    if place and not city.reaches(place.lon, place.lat):
        raise Fault(400, "lat and long lie outside this jurisdiction")
    if place is None and not said.get("address_string"):
        raise Fault(400, "a location is missing: lat and long, or address_string")
    name = " ".join(filter(None, (said.get("first_name"), said.get("last_name"))))[:80] or None
    phone = said.get("phone") or None
    if phone and not PHONE.match(phone):
        raise Fault(400, f"phone {phone!r} is no telephone number")
    facts: dict[str, object] = {"source": "open311", "app": app}
    if said.get("attribute[danger]") in {"yes", "no"}:
        facts["danger"] = said["attribute[danger]"]
    address = said.get("address_string", "")[:300]
    return Report(category.name, said.get("description", ""), place, address, name, phone, facts=facts)


def _place(said: Mapping[str, str]) -> Point | None:
    if not said.get("lat") or not said.get("long"):
        return None
    try:
        place = Point(float(said["long"]), float(said["lat"]))
    except ValueError as error:
        raise Fault(400, "lat and long are degrees") from error
    if not (-180 <= place.lon <= 180 and -90 <= place.lat <= 90):
        raise Fault(400, "lat and long are degrees within ±90 and ±180")
    return place


def _listed(hub: Hub, asked: Mapping[str, str]) -> list[Item]:
    need_ours(hub, asked)
    values = _filters(hub, asked)
    with hub.database.transaction() as connection:
        found = rows(connection, sql("requests_seen"), values)
    if asked.get("service_request_id") and not found:
        raise Fault(404, f"there is no request {asked['service_request_id']}")
    return [_seen(row) for row in found]


def _filters(hub: Hub, asked: Mapping[str, str]) -> dict[str, object]:
    numbers = [each for each in asked.get("service_request_id", "").split(",") if each]
    if not all(each.isascii() and each.isdigit() and len(each) < 19 for each in numbers):
        raise Fault(400, "service_request_id: numbers, separated by commas")
    codes = [service(each).name for each in asked.get("service_code", "").split(",") if each]
    until = moment(asked["end_date"], "end_date") if asked.get("end_date") else hub.clock.now() + SPAN
    since = moment(asked["start_date"], "start_date") if asked.get("start_date") else min(until, hub.clock.now()) - SPAN
    states = [each for each in asked.get("status", "").split(",") if each]
    if not set(states) <= {"open", "closed"}:
        raise Fault(400, "status: open, closed or both")
    return {
        "cases": [int(each) for each in numbers] or None,
        "codes": codes or list(SERVICES),
        "states": states or None,
        "since": since,
        "until": until,
        "most": MOST_REQUESTS,
    }


def _seen(row: Mapping[str, Any]) -> Item:
    """One request as the public may see it: words only where an app sent them for the public."""
    category = SERVICES[row["category"]]
    published = row["facts"].get("source") == "open311"
    title = f"{category.label.zh} {category.label.en}"
    address = row["title"]["en"].removeprefix(category.label.en).removeprefix(", ") if published else ""
    return {
        "service_request_id": str(row["id"]),
        "status": row["status"],
        "status_notes": row["state"],
        "service_name": category.label.en,
        "service_code": category.name,
        "description": (row["details"] if published else "") or title,
        "agency_responsible": row["department"],
        "service_notice": None,
        "requested_datetime": row["opened"],
        "updated_datetime": row["updated"],
        "expected_datetime": row["due"],
        "address": address or None,
        "address_id": None,
        "zipcode": None,
        "lat": row["lat"],
        "long": row["lon"],
        "media_url": None,
    }


HANDLERS = [make, one, listed, token]
