"""Things of the city are registered: each by itself, what is wrong with one keeps no other out."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from litestar import Response, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Meta, Struct
from psycopg import Connection, DataError
from psycopg.errors import CheckViolation

from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import register
from citywide.hub.ingest.batch import Refusal
from citywide.hub.ingest.piecemeal import shortened
from citywide.hub.people.who import Who
from citywide.hub.vocabulary.things import Entity
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, device, hub_of
from citywide.hub.web.described import Name
from citywide.hub.web.threads import in_thread
from citywide.kit.geometry import Point


class NewEntity(Struct, frozen=True):
    """A thing to register, or to tell news of."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9_]+/\S{1,120}$")]
    kind: str
    name: Name
    lon: float | None = None
    lat: float | None = None
    department: Name = ""
    facts: dict[str, Any] = {}


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


HANDLERS = [take_entities]
