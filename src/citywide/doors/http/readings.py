"""Readings: in by batches, acknowledged after commit; out by latest value, history and count."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.enums import MediaType
from litestar.openapi.spec import Schema
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct, json
from psycopg import Connection, DataError
from psycopg.errors import CheckViolation

from citywide.doors.http.bodies import unpacked
from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import register
from citywide.hub.ingest.batch import Refusal
from citywide.hub.ingest.piecemeal import shortened
from citywide.hub.ingest.wire import FORMATS
from citywide.hub.people.who import Who
from citywide.hub.readings.history import History
from citywide.hub.vocabulary.things import Entity
from citywide.hub.vocabulary.words import Words
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, anybody, device, hub_of
from citywide.hub.web.described import FILE, MOMENT, NUMBER, TEXT, Name, body_of, many, record
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.geometry import Point

MOST_ENTITIES = 50


class NewEntity(Struct, frozen=True):
    """A thing to register, or to tell news of."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9_]+/\S{1,120}$")]
    kind: str
    name: Name
    lon: float | None = None
    lat: float | None = None
    department: Name = ""
    facts: dict[str, Any] = {}


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
    device(request, "readings:write")
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind not in FORMATS:
        raise Problem(415, f"{kind} is not read here; accepted: {', '.join(FORMATS)}")
    hub, packing = hub_of(state), request.headers.get("content-encoding", "").strip().lower()
    body = await request.body()
    body = await asyncio.to_thread(unpacked, body, packing) if packing else body
    receipt = await hub.reception.receive(FORMATS[kind](body, hub.clock.now_us()))
    status = 200 if receipt.accepted or receipt.late or receipt.duplicate or not receipt.refused_count else 422
    return Response(json.encode(receipt), status_code=status, media_type=MediaType.JSON)


@post("/v1/entities", status_code=200)
@in_thread
def take_entities(request: AnyRequest, state: State, data: JSONBody[list[NewEntity]]) -> Response[bytes]:
    """Register things, each by itself: what is wrong with one keeps no other out."""
    who, hub = device(request, "entities:write"), hub_of(state)
    with hub.database.transaction() as connection:
        others = _of_others(connection, who, data)
        kinds = set(hub.words.kinds)
        faults = [next(entity_faults(at, new, kinds), None) or others.get(at) for at, new in enumerate(data)]
        if not _kept(connection, [new for new, fault in zip(data, faults, strict=True) if fault is None]):
            faults = [fault or _kept_alone(connection, at, data[at]) for at, fault in enumerate(faults)]
    refused = [fault for fault in faults if fault]
    good = len(data) - len(refused)
    return as_json({"registered": good, "refused": refused}, 200 if good or not refused else 422)


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
    return _columns(History(hub).latest(who, kind, quantity))


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
    return _columns(History(hub).series(who, entity, quantity, begin, end, points))


@get("/v1/count")
@in_thread
def count(request: AnyRequest, state: State) -> dict[str, int]:
    """How many readings the city holds."""
    anybody(request, "readings:read")
    return {"readings": History(hub_of(state)).count()}


def _columns(found: dict[str, list[Any]]) -> Response[bytes]:
    return Response(json.encode(found), media_type=MediaType.JSON)


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


def entity_faults(at: int, entity: NewEntity, kinds: set[str]) -> Iterator[Refusal]:
    """What keeps a thing from being registered: its kind, its name, its place."""
    where = f"[{at}]"
    if entity.kind not in kinds:
        yield Refusal(f"{where}.kind", f"unknown kind {entity.kind!r} of {entity.id!r}", ", ".join(sorted(kinds)))
    if not entity.name.strip():
        yield Refusal(f"{where}.name", f"{entity.id!r} has no name", "what people call it")
    if (entity.lon is None) != (entity.lat is None):
        yield Refusal(f"{where}.lon, lat", f"{entity.id!r} has half a place", "both, or neither")
    if not (-180 <= (entity.lon or 0) <= 180 and -90 <= (entity.lat or 0) <= 90):
        yield Refusal(f"{where}.lon, lat", f"{entity.id!r} has no place on earth", "degrees, WGS 84")


def _of_others(connection: Connection, who: Who, things: Sequence[NewEntity]) -> dict[int, Refusal]:
    """Things that a token of some departments would take from others, or give to them."""
    if who.everywhere or not who.departments:
        return {}
    own = {"ids": [thing.id for thing in things], "departments": list(who.departments)}
    taken = {id_ for (id_,) in connection.execute(sql("entities_of_others"), own)}
    return {
        at: Refusal(f"[{at}].department", f"{thing.id!r} is not for this token", ", ".join(who.departments))
        for at, thing in enumerate(things)
        if thing.id in taken or thing.department not in who.departments
    }


def _kept(connection: Connection, things: Sequence[NewEntity]) -> bool:
    """Register these together; false where there is something among them that no database keeps."""
    try:
        with connection.transaction():
            register(connection, [entity_of(thing) for thing in things])
    except (DataError, CheckViolation):
        return False
    return True


def _kept_alone(connection: Connection, at: int, thing: NewEntity) -> Refusal | None:
    if _kept(connection, [thing]):
        return None
    return Refusal(f"[{at}]", f"{shortened(thing.id)} cannot be kept", "text without NUL, an id without white space")


def entity_of(entity: NewEntity) -> Entity:
    """The thing as the hub keeps it."""
    place = Point(entity.lon, entity.lat) if entity.lon is not None and entity.lat is not None else None
    return Entity(entity.id, entity.kind, entity.name, place, entity.department, entity.facts)


HANDLERS = [take_readings, take_entities, latest, history, count]
