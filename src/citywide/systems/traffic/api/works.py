"""A lane is closed for works: its roadside unit and the desk know of it until it is open again."""

from datetime import date, timedelta

from litestar import Response, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Struct

from citywide.hub.database.queries import queries_of
from citywide.hub.evidence.write import witness
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of
from citywide.hub.web.threads import in_thread
from citywide.kit.text import Text
from citywide.systems.traffic import SYSTEM
from citywide.systems.traffic.api.checks import begin_of, check_begin, check_hours, check_words, lane_of
from citywide.systems.traffic.api.engineer import engineer
from citywide.systems.traffic.duties.telling import tell
from citywide.systems.traffic.model import DEPARTMENT

_QUERIES = queries_of(SYSTEM.folder)


class Works(Struct, frozen=True):
    """A lane that is closed for so many hours, from now or a later time on."""

    lane: str
    hours: float
    reason: str
    day: date | None = None
    at: str | None = None


@post("/v1/traffic/works", status_code=201)
@in_thread
def close_lane(request: AnyRequest, state: State, data: JSONBody[Works]) -> Response[bytes]:
    """While it lasts, who stands in the lane is no incident and nobody is sent there."""
    who, hub = engineer(request), hub_of(state)
    lane, begins = lane_of(hub, data.lane), begin_of(hub, data.day, data.at)
    check_begin(hub, begins)
    check_hours(data.hours)
    check_words(data.reason, "works without a reason; accepted: a few words that an officer understands")
    ends = begins + timedelta(hours=data.hours)
    values = {"lane": lane.id, "begins": begins, "ends": ends, "reason": data.reason, "who": who.name}
    span = f"{begins:%F %R} – {ends:%F %R}"
    says = Text(f"{lane.name} is closed for works {span}: {data.reason}", f"{lane.name}施工封闭 {span}：{data.reason}")
    with hub.database.transaction() as connection:
        connection.execute(_QUERIES["put_works"], values)
        told = {"begins_s": begins.timestamp(), "ends_s": ends.timestamp()}
        tell(connection, lane.id, "works", told, hub.clock.now())
        witness(connection, "works", says, department=DEPARTMENT, at=hub.clock.now(), who=who.name)
    return as_json({"done": True}, 201)


HANDLERS = [close_lane]
