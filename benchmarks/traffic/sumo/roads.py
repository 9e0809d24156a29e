"""A SUMO network as parsed: lanes, ways from lane to lane, programs of signals."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks.traffic.sumo.classes import classes_of
from benchmarks.traffic.sumo.scenario import opened


@dataclass(frozen=True)
class Connection:
    """One way from a lane to a lane."""

    start: str
    end: str
    via: str
    tl: str
    index: int
    state: str = ""
    turns_back: bool = False


Ways = defaultdict[str, list[Connection]]  # by lane
Reached = dict[int, tuple[float, float]]  # by stop line: the part of a lane's traffic that gets there, and its way


@dataclass(frozen=True)
class Roads:
    """A parsed network."""

    length: dict[str, float]
    speed: dict[str, float]
    connections: tuple[Connection, ...]
    programs: dict[str, list[tuple[float, str]]]
    classes: dict[str, frozenset[str]]  # of vehicles that may use a lane
    # by junction, of each of its links: "1" for every link it gives way to
    yields: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


def roads_of(path: Path) -> Roads:
    """Lanes, connections and the first program of every signal."""
    with opened(path) as file:
        root = ET.parse(file).getroot()  # noqa: S314 - a map that whoever measures has chosen, on their own machine
    lanes = [lane for edge in root.iter("edge") for lane in edge.iter("lane")]
    programs: dict[str, list[tuple[float, str]]] = {}
    for logic in root.iter("tlLogic"):
        states = [(float(phase.attrib["duration"]), phase.attrib["state"]) for phase in logic.iter("phase")]
        programs.setdefault(logic.attrib["id"], states)
    return Roads(
        {lane.attrib["id"]: float(lane.attrib["length"]) for lane in lanes},
        {lane.attrib["id"]: float(lane.attrib["speed"]) for lane in lanes},
        tuple(_connection(element) for element in root.iter("connection")),
        programs,
        {lane.attrib["id"]: classes_of(lane.get("allow"), lane.get("disallow")) for lane in lanes},
        {j.attrib["id"]: [r.attrib["response"][::-1] for r in j.iter("request")] for j in root.iter("junction")},
    )


def _connection(element: ET.Element) -> Connection:
    get = element.attrib.get
    return Connection(
        f"{get('from')}_{get('fromLane')}",
        f"{get('to')}_{get('toLane')}",
        get("via", ""),
        get("tl", ""),
        int(get("linkIndex", "-1")),
        get("state", ""),
        get("dir") == "t",
    )
