"""The call-takers' door: a call becomes a case, a caller's open cases, and the report as a PDF."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromQuery, JSONBody
from msgspec import Struct

from citywide.doors.http.callers import device, hub_of, need_role, staff
from citywide.doors.http.described import Latitude, Longitude
from citywide.doors.http.problems import Problem
from citywide.doors.http.residents import Told, scrubbed_or_refused, understood
from citywide.doors.http.threads import in_thread
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.hub.ingest.batch import Refusal
from citywide.hub.reports.photos import MOST
from citywide.hub.reports.receive import take
from citywide.hub.running import Hub
from citywide.kit.text import Text
from citywide.systems.hotline.former import Former, take_over, wrong_with
from citywide.systems.hotline.intake import begin_to_listen
from citywide.systems.hotline.report import PERIODS, report_pdf

AnyRequest = Request[Any, Any, Any]
SCOPE = "reports:write"
MOST_AT_ONCE, MOST_FORMER = 500, 200_000


class There(Struct, frozen=True):
    """A place as a form's map gives it."""

    lon: Longitude
    lat: Latitude


class Call(Struct, frozen=True):
    """What a call-taker writes down."""

    text: str
    phone: str | None = None
    name: str | None = None
    address: str = ""
    place: tuple[Longitude, Latitude] | There | None = None
    category: str | None = None


class Passed(Call, frozen=True):
    """What another channel of the city took in: an exchange, an app, a mini program; photos are base64."""

    photos: list[bytes] = []


def told_by(call: Call) -> Told:
    """The call as a report."""
    lon, lat = (call.place.lon, call.place.lat) if isinstance(call.place, There) else call.place or (None, None)
    return Told(call.text, call.category or None, lon, lat, call.address, call.name or None, call.phone or None)


@post("/v1/hotline/calls", status_code=201)
@in_thread
def call(request: AnyRequest, state: State, data: JSONBody[Call]) -> Response[bytes]:
    """A call becomes a case; the answer has the caller's open cases."""
    who, hub = staff(request), hub_of(state)
    need_role(who, "officer", "manager")
    report = understood(hub, told_by(data), has_photos=False)
    with hub.database.transaction() as connection:
        taken = take(connection, hub.desk, report, [], hub.clock.now())
    return _json({"case": taken.case, "follow": taken.follow, "category": report.category, **report.facts})


@post("/v1/hotline/reports", status_code=200)
@in_thread
def passed_on(request: AnyRequest, state: State, data: JSONBody[list[Passed]]) -> Response[bytes]:
    """What other channels of the city took in; each item is answered by its case, or by why it was refused."""
    channel, hub = device(request, SCOPE), hub_of(state)
    limit_of(data, MOST_AT_ONCE)
    taken = [_case_or_refusal(hub, each, at, channel.name) for at, each in enumerate(data)]
    return _json(taken, 200)


@post("/v1/hotline/history", status_code=200)
@in_thread
def history(request: AnyRequest, state: State, data: JSONBody[list[Former]]) -> Response[bytes]:
    """The closed cases of a former hotline; the sorter begins anew with them."""
    channel, hub = device(request, SCOPE), hub_of(state)
    limit_of(data, MOST_FORMER)
    why = [wrong_with(case) for case in data]
    good = [case for case, wrong in zip(data, why, strict=True) if wrong is None]
    with hub.database.transaction() as connection:
        take_over(connection, good)
        says = Text(f"{len(good)} closed cases of a former hotline taken over", f"接收原热线已结案件 {len(good)} 件")
        witness(connection, "case", says, who=channel.name, at=hub.clock.now())
    begin_to_listen(hub, anew=True)
    refused = [Refusal(str(at), wrong, "see /schema") for at, wrong in enumerate(why) if wrong]
    return _json({"accepted": len(good), "refused": refused}, 200)


def limit_of(items: Sequence[object], most: int) -> None:
    """Refuse a batch that is too long."""
    if len(items) > most:
        raise Problem(413, f"{len(items)} at once; at most {most}")


def _case_or_refusal(hub: Hub, said: Passed, at: int, channel: str) -> dict[str, object]:
    try:
        photos = [scrubbed_or_refused(body, number) for number, body in enumerate(said.photos[:MOST])]
        report = understood(hub, told_by(said), has_photos=bool(photos))
    except Problem as problem:
        errors = problem.errors or (Refusal("", str(problem), "see /schema"),)
        return {"refused": [msgspec.structs.replace(each, where=f"{at}.{each.where}") for each in errors]}
    report = msgspec.structs.replace(report, facts={**report.facts, "channel": channel})
    with hub.database.transaction() as connection:
        taken = take(connection, hub.desk, report, photos, hub.clock.now())
    return {"case": taken.case, "follow": taken.follow, "category": report.category}


@get("/v1/hotline/caller")
@in_thread
def caller(request: AnyRequest, state: State, phone: FromQuery[str]) -> Response[bytes]:
    """The open cases of whoever calls from this number; the asking is written down, without the number."""
    who, hub = staff(request), hub_of(state)
    need_role(who, "officer", "manager")
    with hub.database.transaction() as connection:
        says = Text(f"{who.name} looked up a caller's open cases", f"{who.name} 查询来电人未结案件")
        witness(connection, "access", says, who=who.name, at=hub.clock.now())
        numbers = [row["cases"] for row in rows(connection, sql("cases_of_caller"), {"phone": phone})]
    with hub.database.reading_as(who) as connection:
        return _json(rows(connection, sql("cases_in_short"), {"cases": numbers}), 200)


@get("/v1/hotline/report.pdf")
@in_thread
def report(request: AnyRequest, state: State, period: FromQuery[str] = "day") -> Response[bytes]:
    """The report of the last day or week, of what the reader may see."""
    who, hub = staff(request), hub_of(state)
    need_role(who, "officer", "manager")
    if period not in PERIODS:
        raise Problem(422, f"period {period!r}; it is {' or '.join(PERIODS)}")
    until = hub.clock.now().astimezone(ZoneInfo(hub.city.calendar.zone) if hub.city.calendar.zone else UTC)
    with hub.database.reading_as(who) as connection:
        return Response(report_pdf(connection, period, until), media_type="application/pdf")


def _json(found: object, status: int = 201) -> Response[bytes]:
    return Response(msgspec.json.encode(found), status_code=status, media_type=MediaType.JSON)


HANDLERS = [call, passed_on, history, caller, report]
