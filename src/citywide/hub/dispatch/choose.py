"""The choice of a unit: suitable, free, heard of lately, and there first."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
from msgspec import Struct
from psycopg import Connection

from citywide.hub.database.pool import Row, rows
from citywide.hub.database.queries import sql
from citywide.hub.dispatch.roads import Travel
from citywide.kit.geometry import Point
from citywide.kit.text import Text

SILENT_AFTER = timedelta(minutes=15)


class Unit(Struct, frozen=True):
    """The unit that goes, and the line that explains why this one."""

    entity: str
    because: Text


def choose_unit(
    connection: Connection,
    travel: Travel,
    kind: str,
    place: Point | None,
    needs: Mapping[str, object],
    now: datetime,
) -> Unit | None:
    """The suitable free unit that is there first; the less loaded wins a tie."""
    connection.execute("select pg_advisory_xact_lock(hashtext(%s))", (f"dispatch {kind}",))
    units = _units(connection, kind, now)
    able = [unit for unit in units if is_able(unit, needs)]
    if not able:
        return None
    if place is None:
        return Unit(able[0]["id"], Text("the only choice without a place", "未知地点，按序派出"))
    places = [Point(unit["lon"], unit["lat"]) for unit in able]
    seconds = travel.seconds_to(place, places)
    load = np.array([unit["load"] for unit in able], float)
    best = int(np.lexsort((load, np.round(seconds)))[0])
    return Unit(able[best]["id"], _because(float(seconds[best]), len(able), len(units), travel.closed))


def free_units(connection: Connection, kind: str, now: datetime) -> list[Row]:
    """The units of a kind that could take a case, if it needed nothing else."""
    return [unit for unit in _units(connection, kind, now) if is_able(unit, {})]


def _units(connection: Connection, kind: str, now: datetime) -> list[Row]:
    return rows(connection, sql("units"), {"kind": kind, "heard_since": now - SILENT_AFTER})


def is_able(unit: Row, needs: Mapping[str, object]) -> bool:
    """On shift, not silent, with room for one more case, and with every fact that is needed.

    A number is a least value; anything else must be equal, or be in the unit's list of skills.
    """
    facts = unit["facts"]
    ready = facts.get("on_shift", True) and not unit["silent"] and unit["load"] < _capacity(facts.get("capacity"))
    return bool(ready) and unit["lon"] is not None and all(_has(facts.get(n), need) for n, need in needs.items())


def _capacity(told: object) -> float:
    """How many cases a unit takes at once; whatever is no number is one, and keeps no other unit at home."""
    return told if isinstance(told, int | float) and not isinstance(told, bool) else 1


def _has(fact: object, need: object) -> bool:
    if isinstance(need, bool) or fact is None:
        return fact == need
    if isinstance(need, int | float) and isinstance(fact, int | float):
        return fact >= need
    return need in fact if isinstance(fact, list) else fact == need


def _because(seconds: float, able: int, known: int, closed: int) -> Text:
    minutes, roads = f"{seconds / 60:.0f}", "road" if closed == 1 else "roads"
    around = Text(f", around {closed} closed {roads}", f"（已避开 {closed} 处封闭道路）") if closed else Text("", "")
    return Text(
        f"nearest of {able} free ({known} known): about {minutes} min away{around.en}",
        f"{known} 支力量中 {able} 支空闲，此支最近，约 {minutes} 分钟到达{around.zh}",
    )
