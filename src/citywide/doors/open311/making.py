"""New requests: what an app sends for a resident, as a form with or without photos."""

import asyncio
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from litestar import Response, post
from litestar.datastructures import FormMultiDict, State, UploadFile
from psycopg import Connection

from citywide.doors.open311.sent_again import done_for_app
from citywide.doors.open311.services import need_ours, service
from citywide.doors.open311.shapes import Fault, Item, answered
from citywide.hub.people.who import Contact
from citywide.hub.reports.links import LinkError, keep_links, web_address
from citywide.hub.reports.photos import MOST, PhotoError, scrubbed
from citywide.hub.reports.receive import Report, take
from citywide.hub.reports.words import PHONE
from citywide.hub.running import Hub
from citywide.hub.web.callers import AnyRequest, hub_of
from citywide.hub.web.described import FILE, TEXT, form_of, many
from citywide.hub.web.once import IdempotencyKey, named
from citywide.kit.geometry import Point

FIELDS = ("api_key", "service_code", "lat", "long", "address_string", "description", "first_name", "last_name",
          "phone", "email", "attribute[danger]")  # fmt: skip
PICTURES = {"media": many(FILE), "media_url": many(TEXT)}
LONGEST_MAIL = 254
MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


@post(
    ["/open311/v2/requests.json", "/open311/v2/requests.xml"],
    status_code=201,
    operation_class=form_of(dict.fromkeys(FIELDS, TEXT) | PICTURES, ("api_key", "service_code")),
)
async def make(request: AnyRequest, state: State, key: IdempotencyKey = None) -> Response[bytes]:
    """A new request by an app that has a key; `media` may be photos, `media_url` photos that the app keeps.

    One that is sent again with its `Idempotency-Key` is made once.
    """
    form = await request.form()
    files = [await each.read() for each in form.getall("media", []) if isinstance(each, UploadFile)]
    name, hub = request.url.path.rpartition("/")[2], hub_of(state)
    return await asyncio.to_thread(
        answered,
        name,
        "service_requests",
        "request",
        lambda _: _made(hub, form, files, str(request.base_url), key),
        201,
    )


def need_key(hub: Hub, form: Mapping[str, Any]) -> str:
    """The app behind the key; a key is a token with the scope reports:write."""
    key = form.get("api_key")
    who = hub.tokens.who(key) if isinstance(key, str) else None
    if who is None or "reports:write" not in who.roles:
        raise Fault(403, "api_key: a token with the scope reports:write is needed")
    return who.name


def _made(hub: Hub, form: FormMultiDict, files: list[bytes], here: str, key: str | None) -> list[Item]:
    need_ours(hub, form)
    app = need_key(hub, form)
    report, links = _report(hub, form, app), links_in(form)
    try:
        photos = [scrubbed(each) for each in files[:MOST]]
    except PhotoError as error:
        raise Fault(400, f"media: {error}") from error
    now, asked = hub.clock.now(), ([report, links], [sha256(each).hexdigest() for each in files])

    def work(connection: Connection) -> list[Item]:
        taken = take(connection, hub.desk, report, photos, now)
        keep_links(connection, taken.case, links, now, f"app {app}")
        notice = f"follow it at {here}follow/{taken.follow}"
        return [{"service_request_id": str(taken.case), "service_notice": notice, "account_id": None}]

    return done_for_app(hub.database, named(key, f"app {app}", asked), now, work)


def links_in(form: FormMultiDict) -> list[str]:
    """Where the app says that its photos are."""
    said = [each.strip() for each in form.getall("media_url", []) if isinstance(each, str) and each.strip()]
    try:
        return [web_address(each) for each in said[:MOST]]
    except LinkError as error:
        raise Fault(400, f"media_url: {error}") from error


def _report(hub: Hub, form: FormMultiDict, app: str) -> Report:
    said = {name: value.strip()[:4000] for name, value in form.items() if isinstance(value, str)}
    if not said.get("service_code"):
        raise Fault(400, "service_code is missing")
    category, place = service(hub, said["service_code"]), _place(said)
    if place and not hub.city.reaches(place.lon, place.lat):
        raise Fault(400, "lat and long lie outside this jurisdiction")
    if place is None and not said.get("address_string"):
        raise Fault(400, "a location is missing: lat and long, or address_string")
    address, facts = said.get("address_string", "")[:300], _facts(said, app)
    return Report(category.name, said.get("description", ""), place, address, _contact(said), facts=facts)


def _facts(said: Mapping[str, str], app: str) -> dict[str, object]:
    facts: dict[str, object] = {"source": "open311", "app": app}
    danger = said.get("attribute[danger]")
    return facts | {"danger": danger} if danger in {"yes", "no"} else facts


def _contact(said: Mapping[str, str]) -> Contact:
    name = " ".join(filter(None, (said.get("first_name"), said.get("last_name"))))[:80]
    phone, email = said.get("phone", ""), said.get("email", "")
    if phone and not PHONE.match(phone):
        raise Fault(400, f"phone {phone!r} is no telephone number")
    if email and (len(email) > LONGEST_MAIL or not MAIL.match(email)):
        raise Fault(400, f"email {email[:80]!r} is no address of mail")
    return Contact(name or None, phone or None, email or None)


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


HANDLERS = [make]
