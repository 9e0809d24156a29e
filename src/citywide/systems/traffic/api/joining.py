"""A crossing joins the hub by its MAP message, and its detectors are named."""

from collections.abc import Iterator, Sequence
from typing import Any

from litestar import Response, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Struct, structs

from citywide.hub import Entity
from citywide.hub.database.queries import queries_of
from citywide.hub.entities.registry import register
from citywide.hub.evidence.write import witness
from citywide.hub.people.who import Who
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.text import Text
from citywide.systems.traffic import SYSTEM
from citywide.systems.traffic.api.checks import KEY, check_words, lane_of, refused
from citywide.systems.traffic.api.engineer import engineer
from citywide.systems.traffic.crossing.facts import ShapeError
from citywide.systems.traffic.crossing.joining import Joined, join, note_of
from citywide.systems.traffic.crossing.times import Times, times_of
from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.interfaces.map import CrossingMap, read_map
from citywide.systems.traffic.interfaces.uper import unpack_map
from citywide.systems.traffic.model import DEPARTMENT

LEFT_OUT = Text("left out", "未接入")
PACKED_MAP = "0012"
_QUERIES = queries_of(SYSTEM.folder)


class NewCrossing(Struct, frozen=True):
    """A crossing by its MAP, JSON or packed as hexadecimal digits; its name, its groups by phase, its least times."""

    id: str
    name: str
    map: str
    name_en: str = ""
    phases: str = ""
    min_green_s: int | None = None
    yellow_s: int | None = None
    all_red_s: int | None = None
    walk_s: int | None = None
    walk_clears_s: int | None = None


class NamedDetectors(Struct, frozen=True):
    """The numbers by which a lane's controller calls its detectors."""

    lane: str
    advance: int | None = None
    presence: int | None = None


@post("/v1/traffic/crossings", status_code=201)
@in_thread
def new_crossing(request: AnyRequest, state: State, data: JSONBody[NewCrossing]) -> Response[bytes]:
    """Bring a crossing in, or tell anew of one that is here; the answer names what came in and what did not."""
    who, hub = engineer(request), hub_of(state)
    if not KEY.match(data.id):
        raise refused("id", repr(data.id[:40]), "1 to 24 small letters, digits or hyphens, such as 25")
    check_words(data.name, "a crossing without a name; accepted: what people call it")
    told, faults = _told(data.map)
    joined = _joined(data, told)
    _check_number(hub, joined.entities[0], told.crossing)
    known = [_kept_names(hub, entity) for entity in joined.entities]
    name = data.name_en or data.name
    says = Text(f"{name} has joined by its MAP", f"{data.name}按 MAP 接入")
    _register(hub, who, known, says)
    return as_json({"columns": ("thing", "name", "note"), "rows": list(_came_in(joined, faults))}, 201)


@post("/v1/traffic/detectors", status_code=201)
@in_thread
def name_detectors(request: AnyRequest, state: State, data: JSONBody[NamedDetectors]) -> Response[bytes]:
    """Tell which of its controller's detectors are a lane's; none is none."""
    who, hub = engineer(request), hub_of(state)
    lane = lane_of(hub, data.lane)
    for field in ("advance", "presence"):
        number = getattr(data, field)
        if number is not None and not 1 <= number <= 255:
            raise refused(field, str(number), "a detector's number from 1 to 255, or none")
    told = {"advance": data.advance, "presence": data.presence}
    shown = f"{data.advance or '–'}, {data.presence or '–'}"
    says = Text(f"{lane.name}: detectors {shown}", f"{lane.name}：检测器 {shown}")
    _register(hub, who, [structs.replace(lane, facts={**lane.facts, **told})], says)
    return as_json({"done": True}, 201)


def _told(text: str) -> tuple[CrossingMap, Sequence[Malformed]]:
    """The one crossing of a MAP message."""
    packed = text.strip().replace(" ", "").lower()
    try:
        read = unpack_map(bytes.fromhex(packed)) if packed.startswith(PACKED_MAP) else read_map(text)
    except ValueError as error:  # Malformed, or digits that are none
        raise refused("map", str(error)[:200], "a J2735 MapData in JSON, or packed as hexadecimal digits") from error
    found, faults = read
    if len(found) != 1:
        why = f"; {faults[0]}" if faults else ""
        raise refused("map", f"{len(found)} crossings{why}", "a message that tells of one crossing")
    return found[0], faults


def _joined(data: NewCrossing, told: CrossingMap) -> Joined:
    times = {field: value for field in Times._fields if (value := getattr(data, field)) is not None}
    try:
        times_of("times", times)
        return join(told, data.id, Text(data.name_en or data.name, data.name), times, data.phases)
    except ShapeError as error:
        raise Problem(422, str(error)) from error


def _check_number(hub: Hub, crossing: Entity, number: int) -> None:
    """Requests and lights call a crossing by its number: no two have the same."""
    others = [row["id"] for row in hub.database.rows(_QUERIES["crossing_of_number"], {"number": str(number)})]
    if others and others != [crossing.id]:
        raise refused("map", f"number {number} is that of {others[0]}", "a number that no other crossing has")


def _kept_names(hub: Hub, entity: Entity) -> Entity:
    """Detectors that have been named stay named when a crossing is told of anew."""
    if not hub.registry.knows(entity.id):
        return entity
    kept = {name: value for name, value in entity.facts.items() if name not in ("advance", "presence")}
    return structs.replace(entity, facts=kept)


def _register(hub: Hub, who: Who, things: Sequence[Entity], says: Text) -> None:
    with hub.database.transaction() as connection:
        register(connection, things)
        witness(connection, "crossing", says, department=DEPARTMENT, at=hub.clock.now(), who=who.name)


def _came_in(joined: Joined, faults: Sequence[Malformed]) -> Iterator[list[Any]]:
    """What was left out first, then each thing."""
    for why in (*joined.left_out, *(Text(str(fault), str(fault)) for fault in faults)):
        yield [LEFT_OUT, why, ""]
    for entity in joined.entities:
        name = Text(str(entity.facts["name_en"]), entity.name.rpartition(" · ")[2])
        yield [entity.id, name, note_of(entity)]


HANDLERS = [new_crossing, name_detectors]
