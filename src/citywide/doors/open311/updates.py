"""Updates of requests, the extension that FixMyStreet uses: read by time, and written by apps."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict, State
from msgspec import Struct
from psycopg import Connection

from citywide.doors.open311.making import links_in, need_key
from citywide.doors.open311.requests import SPAN
from citywide.doors.open311.sent_again import done_for_app
from citywide.doors.open311.services import need_ours, told_of
from citywide.doors.open311.shapes import Fault, Item, answered, moment
from citywide.hub.cases.moves import CaseError, NoCaseError, row_of, standing
from citywide.hub.cases.steps import told_to_all
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.reports.links import keep_links
from citywide.hub.reports.words import without_numbers_of_people
from citywide.hub.running import Hub
from citywide.hub.web.callers import hub_of
from citywide.hub.web.described import TEXT, asked_by, form_of
from citywide.hub.web.once import IdempotencyKey, named
from citywide.hub.web.threads import in_thread

STATUS = {"working": "in_progress", "assigned": "action_scheduled", "closed": "closed", "confirmed": "fixed",
          "checking": "in_progress", "paused": "investigating"}  # fmt: skip
PATHS = ["/open311/v2/servicerequestupdates.json", "/open311/v2/servicerequestupdates.xml"]
FIELDS = ("api_key", "service_request_id", "description", "status", "media_url")


@get(PATHS, operation_class=asked_by({"start_date": TEXT, "end_date": TEXT}))
@in_thread
def updates(request: Request[Any, Any, Any], state: State) -> Response[bytes]:
    """What has happened to requests between two times, oldest first."""
    name = request.url.path.rpartition("/")[2]
    asked = dict(request.query_params.items())
    return answered(name, "service_requests_updates", "request_update", lambda _: _listed(hub_of(state), asked))


@post(PATHS, status_code=201, operation_class=form_of(dict.fromkeys(FIELDS, TEXT), ("api_key", "service_request_id")))
async def make_update(request: Request[Any, Any, Any], state: State, key: IdempotencyKey = None) -> Response[bytes]:
    """An app adds words to a request, or opens it again; it cannot close what the city has not mended.

    One that is sent again with its `Idempotency-Key` is written once.
    """
    form, hub = await request.form(), hub_of(state)
    name = request.url.path.rpartition("/")[2]
    return await asyncio.to_thread(
        answered, name, "service_requests_updates", "request_update", lambda _: _made(hub, form, key), 201
    )


def _listed(hub: Hub, asked: Mapping[str, str]) -> list[Item]:
    need_ours(hub, asked)
    zone = hub.city.zone
    until = moment(asked["end_date"], "end_date", zone) if asked.get("end_date") else hub.clock.now()
    since = moment(asked["start_date"], "start_date", zone) if asked.get("start_date") else until - SPAN
    values = {"since": since, "until": until, "codes": list(told_of(hub)), "most": 1000}
    with hub.database.transaction() as connection:
        found = rows(connection, sql("request_updates"), values)
    return [_update(row) for row in found]


def _update(row: Mapping[str, Any]) -> Item:
    return {
        "update_id": str(row["id"]),
        "service_request_id": str(row["cases"]),
        "status": STATUS.get(row["what"], "open"),
        "updated_datetime": row["at"],
        "description": told_to_all(row)["en"],
        "media_url": None,
    }


class Update(Struct, frozen=True):
    """What an app says of a request: its words, whether it is open again, and pictures that the app keeps."""

    case: int
    words: str
    status: str
    links: list[str]


def _made(hub: Hub, form: FormMultiDict, key: str | None) -> list[Item]:
    need_ours(hub, form)
    app = need_key(hub, form)
    number, words = str(form.get("service_request_id", "")), str(form.get("description", "")).strip()
    if not (number.isascii() and number.isdigit()) or len(number) > 18:
        raise Fault(400, "service_request_id is missing or no number")
    if not words:
        raise Fault(400, "description is missing")
    status, links = str(form.get("status", "")).lower(), links_in(form)
    said = Update(int(number), without_numbers_of_people(words[:2000]), status, links)
    once, at, by = named(key, f"app {app} updates", said), hub.clock.now(), f"app {app}"
    try:
        return done_for_app(hub.database, once, at, lambda connection: _written(hub, connection, said, at, by))
    except CaseError as error:
        raise Fault(404 if isinstance(error, NoCaseError) else 409, f"{error}; {error.accepted}") from error


def _written(hub: Hub, connection: Connection, said: Update, at: datetime, by: str) -> list[Item]:
    stands, row = standing(connection, said.case), row_of(connection, said.case)
    if row["category"] not in told_of(hub) or not row["reporters"]:
        raise Fault(404, f"there is no request {said.case}")
    if said.status in {"open", "reopened"} and stands["state"] == "closed":
        hub.desk.reopen(connection, said.case, at, by, said.words)
    else:
        hub.desk.add(connection, said.case, at, by, said.words)
    newest = rows(connection, sql("newest_step"), {"case": said.case})[0]["id"]
    keep_links(connection, said.case, said.links, at, by)
    return [{"update_id": str(newest)}]


HANDLERS = [updates, make_update]
