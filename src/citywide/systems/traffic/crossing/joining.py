"""A crossing joins by its MAP message: its lanes with turns and signal groups, its walks and its lamps."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from citywide.hub import Entity, Point, Text
from citywide.systems.traffic.crossing.facts import ShapeError
from citywide.systems.traffic.crossing.phases import ARMS, HEADINGS
from citywide.systems.traffic.interfaces.map import CrossingMap, Lane
from citywide.systems.traffic.model import DEPARTMENT

STRAIGHT_DEGREES, ARM_DEGREES, ALONG_DEGREES = 40.0, 50.0, 20.0
TURNS_ZH = {"left": "左转", "through": "直行", "right": "右转"}
Group = int


class Joined(NamedTuple):
    """The crossing first, then its lanes, walks and lamps; and what of the message was left out, with why."""

    entities: tuple[Entity, ...]
    left_out: tuple[Text, ...]


class _Arriving(NamedTuple):
    lane: Lane
    group: Group
    heading: float
    exits: tuple[float, ...]
    turns: tuple[str, ...]


def note_of(entity: Entity) -> Text:
    """What a lane is for, in a few words."""
    facts = entity.facts
    if "group" not in facts:
        return Text("", "")
    turns = [turn.strip() for turn in str(facts["turns"]).split(",")]
    return Text(
        f"group {facts['group']}, {', '.join(turns)}",
        f"信号组{facts['group']}，{''.join(TURNS_ZH[one] for one in turns)}",
    )


def join(told: CrossingMap, key: str, name: Text, facts: Mapping[str, Any], phases: str = "") -> Joined:
    """The crossing `crossing/KEY`; `phases` lists the signal groups that go together, such as `2 6, 1 5`."""
    ways = _streets(told)
    arriving = [found for lane in told.lanes if lane.enters if (found := _arriving(lane, ways)) is not None]
    if not arriving:
        raise ShapeError(f"MAP of {told.crossing}", "no lane", "a vehicle lane that enters and obeys a signal group")
    served = _phases(phases, arriving)
    own = {"number": told.crossing, "name_en": name.en, "phases": served, "through": _through(served, arriving)}
    place = Point(told.longitude, told.latitude)
    crossing = Entity(f"crossing/{key}", "crossing", name.both, place, DEPARTMENT, {**facts, **own})
    lanes = [_lane(one, key, name) for one in arriving]
    walks = list(_walks(told, arriving, key, name))
    known = {entity.id for entity in (*lanes, *walks)}
    lamps = [lamp for lamp in _lamps(told, key, name) if lamp.id not in known]
    return Joined((crossing, *lanes, *walks, *lamps), tuple(_left_out(told, arriving)))


def _streets(told: CrossingMap) -> dict[int, float]:
    """For each lane of vehicles the way out along its street, one for all lanes of an arm."""
    arms, ways = list[float](), dict[int, float]()
    for lane in told.lanes:
        if lane.kind == "vehicle":
            way = _outward(lane)
            arm = next((arm for arm in arms if abs(_apart(arm, way)) <= ALONG_DEGREES), way)
            arms += [arm] if arm not in arms else []
            ways[lane.number] = arm
    return ways


def _arriving(lane: Lane, ways: Mapping[int, float]) -> _Arriving | None:
    """A lane by where it leads; its signal group is that of its straightest way that has one."""
    groups = [(way, way.group) for way in lane.connects if way.group is not None]
    if lane.kind != "vehicle" or not groups:
        return None
    heading = round((ways[lane.number] + 180) % 360, 1)
    off = {way: _apart(ways[way.to_lane], heading) for way in lane.connects if way.to_lane in ways}
    _, group = min(groups, key=lambda pair: abs(off.get(pair[0], 180.0)))
    turns = tuple(turn for turn in TURNS_ZH if turn in {_turn(degrees) for degrees in off.values()}) or ("through",)
    return _Arriving(lane, group, heading, tuple(dict.fromkeys(ways[way.to_lane] for way in off)), turns)


def _outward(lane: Lane) -> float:
    """The way from the crossing along the lane, in degrees anticlockwise from east."""
    (east, north), (further_east, further_north) = lane.nodes_m[:2]
    return round(math.degrees(math.atan2(further_north - north, further_east - east)) % 360, 1)


def _apart(one: float, other: float) -> float:
    return (one - other + 180) % 360 - 180


def _turn(degrees: float) -> str:
    return "through" if abs(degrees) <= STRAIGHT_DEGREES else "left" if degrees > 0 else "right"


def _phases(text: str, arriving: Sequence[_Arriving]) -> list[list[int]]:
    """The lanes of each phase; without a word each group goes alone, which is always right."""
    groups = sorted({one.group for one in arriving})
    told = [part.split() for part in text.split(",") if part.strip()] or [[str(group)] for group in groups]
    unknown = sorted(set(chain(*told)) - {str(group) for group in groups})
    missed = sorted(set(map(str, groups)) - set(chain(*told)), key=int)
    if unknown or missed:
        what = f"group {unknown[0]}" if unknown else f"group {missed[0]} is served by none"
        raise ShapeError("phases", what, f"the groups {' '.join(map(str, groups))}, with commas between phases")
    return [[one.lane.number for one in arriving if str(one.group) in phase] for phase in told]


def _through(phases: Sequence[Sequence[int]], arriving: Sequence[_Arriving]) -> int:
    """The phase that serves most lanes that go straight on."""
    straight = {one.lane.number for one in arriving if "through" in one.turns}
    return 1 + max(range(len(phases)), key=lambda at: (len(straight & set(phases[at])), -at))


def _lane(one: _Arriving, key: str, name: Text) -> Entity:
    number, (east, north), turn = one.lane.number, one.lane.nodes_m[0], math.radians(one.heading)
    arm = ARMS[min(range(len(ARMS)), key=lambda at: abs(_apart(HEADINGS[at], one.heading)))]
    called = Text(
        f"{name.en} {arm[0]}, {', '.join(one.turns)}, lane {number}",
        f"{name.zh}{arm[1]}{number}号{''.join(TURNS_ZH[way] for way in one.turns)}车道",
    )
    facts = {
        "crossing": key, "lane": number, "group": one.group, "heading": one.heading, "turns": ", ".join(one.turns),
        "aside_m": round(east * math.sin(turn) - north * math.cos(turn), 2), "name_en": called.en,
        "advance": None, "presence": None,  # until the engineer names them
    } | ({"exits": list(one.exits)} if one.exits else {})  # fmt: skip
    return Entity(f"detector/{key}-{number}", "detector", called.both, None, DEPARTMENT, facts)


def _walks(told: CrossingMap, arriving: Sequence[_Arriving], key: str, name: Text) -> Iterator[Entity]:
    """A walk for each signal group of crosswalks, over the arms in whose ways they lie."""
    arms, crossed = sorted({one.heading for one in arriving}), dict[Group, list[float]]()
    for lane in told.lanes:
        east, north = (sum(node[at] for node in lane.nodes_m) / len(lane.nodes_m) for at in (0, 1))
        inward = math.degrees(math.atan2(north, east)) + 180
        over = [arm for arm in arms if abs(_apart(arm, inward)) <= ARM_DEGREES]
        for group in {way.group for way in lane.connects if lane.kind == "crosswalk" and way.group is not None}:
            crossed.setdefault(group, []).extend(arm for arm in over if arm not in crossed.get(group, []))
    taken = {one.lane.number for one in arriving}
    for group, over in crossed.items():
        called = Text(f"{name.en} walk, group {group}", f"{name.zh}人行横道（信号组{group}）")
        facts = {"crossing": key, "walk": group, "crosses": over, "name_en": called.en}
        place = f"w{group}" if group in taken else group
        yield Entity(f"detector/{key}-{place}", "detector", called.both, None, DEPARTMENT, facts)


def _lamps(told: CrossingMap, key: str, name: Text) -> Iterator[Entity]:
    """A light is told at the detector of its signal group's number; one that is no lane's is a thing of its own."""
    for group in sorted(told.groups()):
        called = Text(f"{name.en} signal group {group}", f"{name.zh}信号组{group}")
        facts = {"crossing": key, "signal": group, "name_en": called.en}
        yield Entity(f"detector/{key}-{group}", "detector", called.both, None, DEPARTMENT, facts)


def _left_out(told: CrossingMap, arriving: Sequence[_Arriving]) -> Iterator[Text]:
    """Lanes that no light here is for, each with why."""
    known = {one.lane.number for one in arriving}
    for lane in told.lanes:
        if lane.enters and lane.number not in known:
            why = (
                ("no signal group", "无信号组")
                if lane.kind == "vehicle"
                else (f"for {lane.kind}", f"非机动车道 {lane.kind}")
            )
            yield Text(f"lane {lane.number}: {why[0]}", f"{lane.number}号车道：{why[1]}")
