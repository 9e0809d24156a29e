"""A controller's log is brought in and judged, however old it is."""

from collections.abc import Iterator, Sequence
from typing import Any

from litestar import Response, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Struct

from citywide.hub import Reading
from citywide.hub.evidence.write import witness
from citywide.hub.ingest.batch import Refusal
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.text import Text
from citywide.systems.traffic.api.checks import check_crossing, refused
from citywide.systems.traffic.api.engineer import engineer
from citywide.systems.traffic.duties.measures import HOUR, begun, judge
from citywide.systems.traffic.events_feed import read_rows
from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.model import DEPARTMENT

AT_ONCE, MOST_SHOWN = 20_000, 20


class Log(Struct, frozen=True):
    """A controller's high-resolution events as a table or JSON."""

    crossing: str
    table: str


@post("/v1/traffic/events", status_code=200)
@in_thread
def take_log(request: AnyRequest, state: State, data: JSONBody[Log]) -> Response[bytes]:
    """Take a controller's log in and judge the quarters of an hour that it tells of."""
    who, hub = engineer(request), hub_of(state)
    check_crossing(hub, data.crossing)
    try:
        readings, faults = read_rows(data.crossing, data.table.encode())
    except Malformed as error:
        raise Problem(422, str(error), [Refusal("table", error.where, error.accepted)]) from error
    if not readings:
        raise refused("table", "no event", "rows of time, code and parameter")
    rows = _brought_in(hub, readings, faults)
    says = Text(
        f"{len(readings)} events of {data.crossing} brought in", f"导入 {data.crossing} 信号事件 {len(readings)} 条"
    )
    with hub.database.transaction() as connection:
        witness(connection, "crossing", says, department=DEPARTMENT, at=hub.clock.now(), who=who.name)
    return as_json({"columns": ("what", "found"), "rows": rows}, 200)


def _brought_in(hub: Hub, readings: Sequence[Reading], faults: Sequence[Malformed]) -> list[list[Any]]:
    """Keep the events and judge their quarters of an hour; what became of them."""
    not_kept = [f"{one.what}; accepted: {one.accepted}" for one in _take_in(hub, readings)]
    hours = sorted({begun(one.time, HOUR) for one in readings})
    return [
        [Text("events", "事件数"), len(readings)],
        [Text("refused rows", "拒绝行数"), len(faults)],
        [Text("measured values", "指标数"), judge(hub, hours)],
        *([Text("refused", "被拒绝"), why] for why in (*map(str, faults), *not_kept)[:MOST_SHOWN]),
    ]


def _take_in(hub: Hub, readings: Sequence[Reading]) -> Iterator[Refusal]:
    for begin in range(0, len(readings), AT_ONCE):
        yield from hub.submit(readings[begin : begin + AT_ONCE]).refused


HANDLERS = [take_log]
