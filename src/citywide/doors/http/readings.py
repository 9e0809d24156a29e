"""Readings: in by batches, acknowledged after commit; out by latest value, history and count."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.enums import MediaType
from litestar.openapi.spec import Schema
from litestar.params import FromQuery, QueryParameter
from msgspec import json

from citywide.doors.http.bodies import unpacked
from citywide.hub.ingest.batch import Refusal
from citywide.hub.ingest.wire import FORMATS
from citywide.hub.readings.history import History
from citywide.hub.vocabulary.words import Words
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, anybody, device_aside, hub_of
from citywide.hub.web.described import FILE, MOMENT, NUMBER, TEXT, body_of, many, record
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread

MOST_ENTITIES = 50


def _either(schema: Schema) -> Schema:
    """One word for all rows, or one for each."""
    return Schema(one_of=[schema, many(schema)])


_ROW = record({"entity": TEXT, "quantity": TEXT, "value": NUMBER, "time": MOMENT, "unit": TEXT},
              ("entity", "quantity", "value"))  # fmt: skip
_COLUMNS = record(
    {"entity": _either(TEXT), "quantity": _either(TEXT), "value": many(NUMBER), "time": many(MOMENT),
     "unit": _either(TEXT)},
    ("entity", "quantity", "value"),
)  # fmt: skip
_BATCH = Schema(one_of=[record({"readings": many(_ROW)}, ("readings",)), _COLUMNS])
_BODY = body_of({kind: _BATCH if kind == "application/json" else FILE for kind in FORMATS})


@post("/v1/readings", status_code=200, operation_class=_BODY)
async def take_readings(request: AnyRequest, state: State) -> Response[bytes]:
    """Take a batch; the answer comes after commit and names each item that was refused."""
    await device_aside(request, "readings:write")
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind not in FORMATS:
        raise Problem(415, f"{kind} is not read here; accepted: {', '.join(FORMATS)}")
    hub, packing = hub_of(state), request.headers.get("content-encoding", "").strip().lower()
    body = await request.body()
    body = await asyncio.to_thread(unpacked, body, packing) if packing else body
    await device_aside(request, "readings:write")  # a batch may be long on its way, and its token end meanwhile
    receipt = await hub.reception.receive(FORMATS[kind](body, hub.clock.now_us()))
    status = 200 if receipt.accepted or receipt.late or receipt.duplicate or not receipt.refused_count else 422
    return Response(json.encode(receipt), status_code=status, media_type=MediaType.JSON)


@get("/v1/latest")
@in_thread
def latest(
    request: AnyRequest, state: State, kind: FromQuery[str], quantity: FromQuery[str | None] = None
) -> Response[bytes]:
    """The latest values of every entity of a kind."""
    who, hub = anybody(request, "readings:read"), hub_of(state)
    if kind not in hub.words.kinds:
        raise Problem(422, "there is no such kind", [Refusal("kind", repr(kind), ", ".join(sorted(hub.words.kinds)))])
    if quantity is not None and quantity not in hub.words.quantities:
        raise Problem(422, "there is no such quantity", [_unknown_quantity(hub.words, quantity)])
    return Response(History(hub).latest(who, kind, quantity), media_type=MediaType.JSON)


@get("/v1/history")
@in_thread
def history(
    request: AnyRequest,
    state: State,
    entity: FromQuery[list[str]],
    quantity: FromQuery[str],
    begin: FromQuery[datetime],
    end: FromQuery[datetime | None] = None,
    points: Annotated[int, QueryParameter(ge=2, le=5000)] = 500,
) -> Response[bytes]:
    """One quantity of some entities over time, thinned to a number of points that keeps the peaks."""
    who, hub = anybody(request, "readings:read"), hub_of(state)
    end = end or hub.clock.now()
    if begin.tzinfo is None or end.tzinfo is None:
        raise Problem(400, "begin and end need a time zone, such as 2026-03-02T08:00:00+08:00")
    if faults := list(_history_faults(hub.words, entity, quantity, begin, end)):
        raise Problem(422, "there is no such history", faults)
    return as_json(History(hub).series(who, entity, quantity, begin, end, points))


@get("/v1/count")
@in_thread
def count(request: AnyRequest, state: State) -> dict[str, int]:
    """How many readings the city holds."""
    anybody(request, "readings:read")
    return {"readings": History(hub_of(state)).count()}


def _history_faults(
    words: Words, entities: Sequence[str], quantity: str, begin: datetime, end: datetime
) -> Iterator[Refusal]:
    if len(entities) > MOST_ENTITIES:
        yield Refusal("entity", f"{len(entities)} entities", f"at most {MOST_ENTITIES} at once")
    if quantity not in words.quantities:
        yield _unknown_quantity(words, quantity)
    if end < begin:
        yield Refusal("end", f"{end.isoformat()} lies before begin", "a moment after begin")


def _unknown_quantity(words: Words, name: str) -> Refusal:
    return Refusal("quantity", repr(name), ", ".join(sorted(words.quantities)))


HANDLERS = [take_readings, latest, history, count]
