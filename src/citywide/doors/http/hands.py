"""Where a case can go: to units by their way to it, free and near on top, to departments, into cases near it."""

from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath
from psycopg import Connection

from citywide.hub.database.pool import Row, rows
from citywide.hub.database.queries import sql
from citywide.hub.dispatch.choose import SILENT_AFTER, is_able
from citywide.hub.dispatch.roads import Travel
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of, staff
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.geometry import Point


@get("/v1/cases/{case:int}/hands")
@in_thread
def hands(request: AnyRequest, state: State, case: FromPath[int]) -> Response[bytes]:
    """The units that this reader can send to a case, the departments and the open cases that it can go to."""
    who, hub = staff(request), hub_of(state)
    with hub.database.reading_as(who) as connection:
        found = rows(connection, sql("case_to_hand_over"), {"case": case})
        if not found:
            raise Problem(404, f"there is no case {case} for you")
        units = _units(connection, hub, found[0], hub.clock.now())
        alike = rows(connection, sql("cases_alike"), {"case": case})
    others = {category.department for category in hub.words.categories.values()} - {found[0]["department"]}
    return as_json({"units": units, "departments": sorted(others), "cases": alike})


def _units(connection: Connection, hub: Hub, case: Row, now: datetime) -> list[dict[str, Any]]:
    """Those of the department: of the kind that is wanted, then free, then near."""
    asked = {"kinds": hub.words.unit_kinds, "department": case["department"], "heard_since": now - SILENT_AFTER}
    known = rows(connection, sql("units_of_department"), asked)
    minutes = _minutes(hub.desk.travel, case, known)
    shown = [
        {"id": unit["id"], "name": unit["name"], "wanted": unit["kind"] == case["wants"], "free": is_able(unit, {}),
         "minutes": minutes.get(unit["id"])} for unit in known
    ]  # fmt: skip
    return sorted(shown, key=lambda unit: (not unit["wanted"], not unit["free"], unit["minutes"] or 0, unit["id"]))


def _minutes(travel: Travel, case: Row, units: list[Row]) -> dict[str, int]:
    """The way of each whose place is known to a case whose place is."""
    placed = [unit for unit in units if unit["lon"] is not None]
    if case["lon"] is None or not placed:
        return {}
    seconds = travel.seconds_to(Point(case["lon"], case["lat"]), [Point(each["lon"], each["lat"]) for each in placed])
    return {unit["id"]: round(way / 60) for unit, way in zip(placed, seconds.tolist(), strict=True)}


HANDLERS = [hands]
