"""Disease control's door: past years and line lists come in; names go out under a grant only, and are written down."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Struct

from citywide.doors.http.callers import device, hub_of
from citywide.doors.http.problems import Problem
from citywide.doors.http.threads import in_thread
from citywide.hub.ingest.batch import Refusal
from citywide.systems.epidemic import line_list
from citywide.systems.epidemic.model import BY_NAME
from citywide.systems.epidemic.record import PastReport, remember

AnyRequest = Request[Any, Any, Any]


class History(Struct, frozen=True):
    """Columns of past reports: place, series, day, when it was reported (Unix time), count."""

    place: list[str]
    kind: list[str]
    day: list[date]
    reported: list[float]
    count: list[float]


@post("/v1/epidemic/history", status_code=200)
@in_thread
def history(request: AnyRequest, state: State, data: JSONBody[History]) -> dict[str, int]:
    """What places said in years before the city joined; what is known already stays as it is."""
    device(request, "readings:write")
    hub = hub_of(state)
    columns = data.place, data.kind, data.day, data.reported, data.count
    _check(data, len({len(column) for column in columns}) == 1, hub.clock.now())
    reports = (PastReport(place, kind, day, datetime.fromtimestamp(reported, UTC), count)
               for place, kind, day, reported, count in zip(*columns, strict=True))  # fmt: skip
    with hub.database.transaction() as connection:
        return {"taken": remember(connection, reports)}


@post("/v1/epidemic/patients", status_code=200)
@in_thread
def patients(request: AnyRequest, state: State, data: JSONBody[line_list.LineList]) -> dict[str, int]:
    """Who fell ill, by name, and where they had been."""
    who, hub = device(request, "patients:write"), hub_of(state)
    faults = data.faults()
    if faults:
        raise Problem(422, "the line list cannot be taken in", [Refusal(*fault) for fault in faults[:20]])
    with hub.database.transaction() as connection:
        return line_list.take(connection, data, who.name, hub.clock.now())


def _check(data: History, even: bool, now: datetime) -> None:
    refusals = [] if even else [Refusal("body", "the columns differ in length", "columns of one length")]
    refusals += [Refusal("kind", f"unknown series {name!r}", ", ".join(BY_NAME)) for name in {*data.kind} - {*BY_NAME}]
    if any(not 0 <= count < float("inf") for count in data.count):
        refusals.append(Refusal("count", "a count is negative or no number", "0 or more"))
    if any(reported > now.timestamp() + 300 for reported in data.reported):
        refusals.append(Refusal("reported", "a report lies in the future", "a Unix time up to now"))
    if refusals:
        raise Problem(422, "the history cannot be taken in", refusals)


def _json(found: object) -> Response[bytes]:
    return Response(msgspec.json.encode(found), media_type=MediaType.JSON)


HANDLERS = [history, patients]
