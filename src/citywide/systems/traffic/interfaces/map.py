"""Where the lanes of a crossing lie (SAE J2735 MAP) as JSON: lanes, their signal groups and connections."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

from citywide.systems.traffic.interfaces.fields import (
    Fields,
    Malformed,
    body_of,
    each,
    maybe,
    part,
    several,
    whole,
    word,
)

MESSAGE_ID = 18
DEGREE = 10_000_000  # positions are whole tenths of a microdegree
NODE_BITS = {f"node-XY{k}": 1 << (8 + k) for k in range(1, 6)} | {"node-XY6": 32_768}
LANE_KINDS = frozenset(
    {"vehicle", "crosswalk", "bikeLane", "sidewalk", "median", "striping", "trackedVehicle", "parking"}
)
ON_FOOT = frozenset({"crosswalk", "sidewalk"})
ENTERING, LEAVING, BOTH_WAYS = ("80", "ingressApproach"), ("40", "egressApproach"), ("c0", None)
ELSEWHERE = 0  # a connection to a lane that the map does not show


@dataclass(frozen=True)
class Connection:
    """From a lane's end to another lane, under a signal group where there is one."""

    to_lane: int
    group: int | None


@dataclass(frozen=True)
class Lane:
    """One lane: its nodes in metres east and north of the crossing's middle, the stop line first."""

    number: int
    kind: str
    enters: bool
    nodes_m: tuple[tuple[float, float], ...]
    connects: tuple[Connection, ...]

    @property
    def length_m(self) -> float:
        """Along its nodes."""
        return sum(math.dist(a, b) for a, b in pairwise(self.nodes_m))


@dataclass(frozen=True)
class CrossingMap:
    """The geometry of one crossing."""

    crossing: int
    revision: int
    latitude: float
    longitude: float
    lanes: tuple[Lane, ...]

    def groups(self) -> frozenset[int]:
        """All signal groups that its lanes obey."""
        return frozenset(c.group for lane in self.lanes for c in lane.connects if c.group is not None)


def read_map(text: str | bytes) -> tuple[tuple[CrossingMap, ...], tuple[Malformed, ...]]:
    """Crossings that can be read, and what was refused with its place; no JSON at all is an error."""
    return from_fields(body_of(text, MESSAGE_ID, "MapData"))


def write_map(maps: Sequence[CrossingMap]) -> str:
    """The message as JSON; nodes are written as offsets in centimetres, each from the one before."""
    return json.dumps({"messageId": MESSAGE_ID, "value": {"MapData": as_fields(maps)}})


def from_fields(message: Any) -> tuple[tuple[CrossingMap, ...], tuple[Malformed, ...]]:
    """Out of the fields of a MapData."""
    refused: list[Malformed] = []

    def crossing(item: Any, where: str) -> CrossingMap:
        return _crossing(item, where, refused)

    found = each(several(message, "intersections", "MAP"), "MAP.intersections", crossing, refused)
    return found, tuple(refused)


def as_fields(maps: Sequence[CrossingMap]) -> Fields:
    """As the fields of a MapData."""
    crossings = [
        {
            "id": {"id": one.crossing},
            "revision": one.revision,
            "refPoint": {"lat": round(one.latitude * DEGREE), "long": round(one.longitude * DEGREE)},
            "laneSet": [_lane_json(lane) for lane in one.lanes],
        }
        for one in maps
    ]
    return {"msgIssueRevision": max((one.revision for one in maps), default=0), "intersections": crossings}


def _crossing(item: Any, where: str, refused: list[Malformed]) -> CrossingMap:
    number = whole(part(item, "id", where), "id", f"{where}.id", 0, 65_535)
    middle = part(item, "refPoint", where)
    latitude = whole(middle, "lat", f"{where}.refPoint", -90 * DEGREE, 90 * DEGREE)
    longitude = whole(middle, "long", f"{where}.refPoint", -180 * DEGREE, 180 * DEGREE)
    lanes = each(several(item, "laneSet", where), f"{where}.laneSet", _lane, refused)
    numbers = [lane.number for lane in lanes]
    twice = sorted({n for n in numbers if numbers.count(n) > 1})
    if twice:
        raise Malformed(f"{where}.laneSet", f"lane {twice[0]} twice", "each lane once")
    revision = maybe(item, "revision", where, 0, 127) or 0
    return CrossingMap(number, revision, latitude / DEGREE, longitude / DEGREE, lanes)


def _lane(item: Any, where: str) -> Lane:
    number = whole(item, "laneID", where, 0, 255)
    place, facts = f"{where}.laneAttributes", part(item, "laneAttributes", where)
    kinds = part(facts, "laneType", place)
    named = {"laneType": next(iter(cast("Fields", kinds)), None)} if isinstance(kinds, dict) else facts
    kind = word(named, "laneType", place, sorted(LANE_KINDS))
    nodes = _nodes(several(part(item, "nodeList", where), "nodes", f"{where}.nodeList"), f"{where}.nodeList.nodes")
    connects = several(item, "connectsTo", where) if "connectsTo" in item else ()
    links = [_connection(c, f"{where}.connectsTo[{k}]") for k, c in enumerate(connects)]
    return Lane(number, kind, "ingressApproach" in item, nodes, tuple(links))


def _connection(item: Any, where: str) -> Connection:
    to = part(item, "connectingLane", where)
    return Connection(whole(to, "lane", f"{where}.connectingLane", 0, 255), maybe(item, "signalGroup", where, 1, 255))


def _nodes(items: Any, where: str) -> tuple[tuple[float, float], ...]:
    if len(items) < 2:
        raise Malformed(where, f"{len(items)} nodes", "two nodes or more")
    east, north, found = 0.0, 0.0, list[tuple[float, float]]()
    for place, item in enumerate(items):
        here = f"{where}[{place}].delta"
        delta = part(item, "delta", f"{where}[{place}]")
        name = next((name for name in NODE_BITS if isinstance(delta, dict) and name in delta), None)
        if name is None:
            raise Malformed(here, cast("object", delta), "one of " + ", ".join(NODE_BITS))
        step, reach = part(cast("object", delta), name, here), NODE_BITS[name]
        east += whole(step, "x", f"{here}.{name}", -reach, reach - 1) / 100
        north += whole(step, "y", f"{here}.{name}", -reach, reach - 1) / 100
        found.append((round(east, 2), round(north, 2)))
    return tuple(found)


def _lane_json(lane: Lane) -> Fields:
    steps = zip(((0.0, 0.0), *lane.nodes_m), lane.nodes_m, strict=False)
    nodes = [_node_json(*(round(100 * b[k]) - round(100 * a[k]) for k in (0, 1))) for a, b in steps]
    connects = [
        {"connectingLane": {"lane": c.to_lane}} | ({} if c.group is None else {"signalGroup": c.group})
        for c in lane.connects
    ]
    use, approach = BOTH_WAYS if lane.kind in ON_FOOT else ENTERING if lane.enters else LEAVING
    return {
        "laneID": lane.number,
        **({approach: 1} if approach else {}),
        "laneAttributes": {
            "directionalUse": use,
            "sharedWith": "0000",
            "laneType": {lane.kind: "00" if lane.kind == "vehicle" else "0000"},
        },
        "nodeList": {"nodes": nodes},
        **({"connectsTo": connects} if connects else {}),
    }


def _node_json(x: int, y: int) -> dict[str, Any]:
    for name, reach in NODE_BITS.items():
        if -reach <= min(x, y) and max(x, y) < reach:
            return {"delta": {name: {"x": x, "y": y}}}
    raise Malformed("node", (x, y), "steps of at most 327 m; put a node between")
