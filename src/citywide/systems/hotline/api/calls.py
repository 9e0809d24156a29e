"""The call-takers' door: a call becomes a case, a caller's open cases, and the report as a PDF."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromQuery, JSONBody
from msgspec import Meta, Struct
from psycopg import Connection

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.hub.ingest.batch import Refusal
from citywide.hub.reports.receive import Report, take
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of, need_role, staff
from citywide.hub.web.described import Latitude, Longitude
from citywide.hub.web.once import IdempotencyKey, Once, answered, done_once, named
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.text import Text
from citywide.systems.hotline.report import PERIODS, report_pdf
from citywide.systems.hotline.sorting.intake import intake_of
from citywide.systems.hotline.told import SURE, Told, understood


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
    everywhere: bool | None = None


class Words(Struct, frozen=True):
    """What has been written down so far."""

    text: Annotated[str, Meta(max_length=4000)]


class Meant(Struct, frozen=True):
    """One thing that the words may mean, and how sure that is."""

    category: str
    label: Text
    department: str
    share: float


def told_by(call: Call) -> Told:
    """The call as a report."""
    lon, lat = (call.place.lon, call.place.lat) if isinstance(call.place, There) else call.place or (None, None)
    return Told(call.text, call.category or None, lon, lat, call.address, call.name or None, call.phone or None,
                everywhere=call.everywhere)  # fmt: skip


@post("/v1/hotline/calls", status_code=201)
@in_thread
def call(request: AnyRequest, state: State, data: JSONBody[Call], key: IdempotencyKey = None) -> Response[bytes]:
    """A call becomes a case; one that is sent again with its key becomes one case."""
    who, hub = staff(request), hub_of(state)
    need_role(who, "officer", "manager")
    once, at = named(key, f"staff {who.name} took a call", data), hub.clock.now()
    if (before := before_of(hub, once, at)) is not None:  # what the sorter has learnt since changes no answer
        return as_json(before, 201)
    report = understood(hub, told_by(data), has_photos=False)
    if float(str(report.facts.get("confidence", 1))) < SURE:
        unsure = Refusal("category", "the words do not tell", "one of the list")
        raise Problem(422, "what kind of matter is it?", [unsure])
    with hub.database.transaction() as connection:
        answer = done_once(connection, once, at, lambda: taken_in(connection, hub, report, []) | report.facts)
    return as_json(answer, 201)


def before_of(hub: Hub, once: Once | None, at: datetime) -> Any:
    """The answer of before to a request that comes again, if it does."""
    if once is None:
        return None
    with hub.database.transaction() as connection:
        return answered(connection, once, at)


def taken_in(connection: Connection, hub: Hub, report: Report, photos: Sequence[bytes]) -> dict[str, object]:
    """The case that a report led to, how it is followed, and what it was taken for."""
    taken = take(connection, hub.desk, report, photos, hub.clock.now())
    return {"case": taken.case, "follow": taken.follow, "category": report.category}


@post("/v1/hotline/understood", status_code=200)
@in_thread
def heard(request: AnyRequest, state: State, data: JSONBody[Words]) -> Response[bytes]:
    """What a call is understood as while it is written down: the likeliest categories, and the place it names."""
    need_role(staff(request), "officer", "manager")
    hub = hub_of(state)
    found = intake_of(hub)
    sure = [(hub.words.categories[name], share) for name, share in found.guess(hub.database, data.text).categories]
    guess = [Meant(each.name, each.label, each.department, round(share, 3)) for each, share in sure]
    return as_json({"guess": guess, "place": found.named(hub.database, data.text)})


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
        return as_json(rows(connection, sql("cases_in_short"), {"cases": numbers}))


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
        return Response(report_pdf(connection, period, until, hub.words.departments), media_type="application/pdf")


HANDLERS = [call, heard, caller, report]
