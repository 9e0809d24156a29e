"""One run of a scenario in SUMO under one driver of the lights; the delay as RESCO defines it."""

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import numpy as np

from benchmarks.traffic.sumo.classes import ROAD_CLASSES
from benchmarks.traffic.sumo.net import LIGHT, SIGHT_M, YELLOW_S, Site
from benchmarks.traffic.sumo.scenario import Scenario, wanted_departures
from citywide.systems.traffic.engine.control.controller import Seen, Shown
from citywide.systems.traffic.engine.safety import Guard, Safety, rules_of

Driver = Callable[[int, Seen, Shown], np.ndarray] | None
Dark = Callable[[int], set[str]]
LANE_ID, LANE_POSITION, SPEED = 0x51, 0x56, 0x40
STANDS_MPS = 1.0
LATELY_S = 6


def simulator(home: Path):  # noqa: ANN201 - a module, libsumo where it is, TraCI elsewhere
    """SUMO's own interface out of the folder it was installed in."""
    os.environ["SUMO_HOME"] = str(home / "sumo")
    sys.path[:0] = [str(home), str(home / "sumo" / "tools")]
    return import_module("libsumo" if find_spec("libsumo") else "traci")


def start(sim: ModuleType, home: Path, scenario: Scenario, seed: int, trips: Path, extra: list[str]) -> None:
    """Start SUMO without a window, as RESCO runs it, every trip written also when unfinished."""
    binary, options = home / "sumo" / "bin" / "sumo", [*extra]
    if scenario.more:
        at = options.index("-a") if "-a" in options else len(options)
        others = options[at + 1 : at + 2]
        options[at : at + 2] = ["-a", ",".join([*map(str, scenario.more), *others])]
    command = [
        str(binary), "-n", str(scenario.net), "-r", ",".join(map(str, scenario.routes)),
        "-b", str(scenario.begin), "-e", str(scenario.end), "--seed", str(seed),
        "--time-to-teleport", "-1", "--no-step-log", "true", "--no-warnings", "true",
        "--tripinfo-output", str(trips), "--tripinfo-output.write-unfinished", "true", *options,
    ]  # fmt: skip
    sim.start(command)


@dataclass
class Eyes:
    """What detectors see: vehicles within 200 m of a stop line, who crossed it, how full the exits are."""

    site: Site
    was: dict[str, str] = field(default_factory=dict)
    stood: dict[str, int] = field(default_factory=dict)  # seconds since, of those within a crossing
    names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.names = list(self.site.lanes)

    def look(self, sim: ModuleType, dark: set[str]) -> Seen:
        """One second of detection; a dark lane yields nothing."""
        site, length = self.site, self.site.roads.length
        rows, crossed, inside, leaving, lane_now, last, stood = [], [], [], [], {}, {}, {}
        for name, values in sim.vehicle.getAllSubscriptionResults().items():
            lane, at, speed = values[LANE_ID], values[LANE_POSITION], values[SPEED]
            lane_now[name] = lane
            before = self.was.get(name)
            if before is not None and before != lane and before not in dark:
                move = site.by_via.get(lane, site.by_edge.get((before, lane.rsplit("_", 1)[0]), -1))
                if move >= 0 and self.names[site.layout.move_lane[move]] not in dark:
                    crossed.append(move)
            if lane in site.sightings:
                away = length[lane] - at
                if away + site.further.get(lane, 0.0) <= SIGHT_M and lane not in dark:
                    rows.append((site.sightings[lane], away, speed))
            if lane in site.within:
                stood[name] = 0 if speed < STANDS_MPS else self.stood.get(name, LATELY_S) + 1
                inside += [site.within[lane]] * (stood[name] == 0)
                leaving += [site.within[lane]] * (stood[name] <= LATELY_S)
            if lane in site.exits and (lane not in last or at < last[lane][0]):
                last[lane] = (at, speed)
        self.was, self.stood = lane_now, stood
        table = np.array(rows, np.float64).reshape(-1, 3)
        return Seen(
            table[:, 0].astype(np.int32), table[:, 1].copy(), table[:, 2].copy(),
            np.array(crossed, np.int32), self._dark(dark), self._room(last), np.array(inside, np.int32),
            np.array(leaving, np.int32),
        )  # fmt: skip

    def _dark(self, dark: set[str]) -> np.ndarray:
        mask = np.zeros(self.site.layout.lanes, np.bool_)
        for lane in dark:
            mask[self.site.lanes[lane]] = True
        return mask

    def _room(self, last: dict[str, tuple[float, float]]) -> np.ndarray:
        room = np.full(max(self.site.layout.exits, 1), 1e9)
        for lane, (at, speed) in last.items():
            if speed < 2.0:
                room[self.site.exits[lane]] = max(0.0, at - 7.0) / 7.5
        return room


class Lights:
    """Shows phases with 3 s of yellow between them, as RESCO does; holds a minimum green of 5 s."""

    def __init__(self, site: Site) -> None:
        self.site = site
        count = site.layout.crossings
        self.phase, self.green_s = np.zeros(count, np.int32), np.zeros(count)
        self.clear = np.zeros(count, np.int32)
        self.before = np.zeros(count, np.int32)

    def shown(self) -> Shown:
        """The state as the controller reads it."""
        return Shown(self.phase, self.clear == 0, self.green_s)

    def step(self, sim: ModuleType, targets: np.ndarray, _seen: Seen) -> None:
        """One second: start changes that are due, finish yellows."""
        for at, signal in enumerate(self.site.signals):
            if self.clear[at] > 0:
                self.clear[at] -= 1
                if self.clear[at] == 0:
                    self.green_s[at] = 0
                    sim.trafficlight.setRedYellowGreenState(signal, self.site.greens[at][self.phase[at]])
                    self.green_s[at] += 1
            elif targets[at] != self.phase[at] and self.green_s[at] >= self.site.layout.min_green[at]:
                old, new = self.site.greens[at][self.phase[at]], self.site.greens[at][targets[at]]
                self.phase[at], self.clear[at] = targets[at], YELLOW_S
                sim.trafficlight.setRedYellowGreenState(signal, between(old, new))
            else:
                self.green_s[at] += 1
                if self.green_s[at] == 1:
                    sim.trafficlight.setRedYellowGreenState(signal, self.site.greens[at][self.phase[at]])


class SafeLights:
    """The engine's safety layer shows the lights: 5 s of green, 3 s of yellow, no wait above 90 s."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.safety = Safety(rules_of([_guard(site, at) for at in range(site.layout.crossings)]))
        self.trusted = np.ones(site.layout.crossings, np.bool_)
        self.last = [list(greens[0]) for greens in site.greens]
        self.lit_at = np.cumsum(site.lit) - 1
        self.text = [""] * site.layout.crossings

    def shown(self) -> Shown:
        """The state as the controller reads it."""
        lamps = self.safety.lamps
        return Shown(lamps.target, lamps.settled.copy(), lamps.green_s + 1.0)

    def step(self, sim: ModuleType, targets: np.ndarray, seen: Seen) -> None:
        """One second: wishes in, safe lights out; too many dark lanes make a crossing follow its plan."""
        layout = self.site.layout
        calls = np.bincount(seen.sighting, minlength=layout.lanes)[: layout.lanes] > 0
        if seen.dark is not None:
            calls |= seen.dark
            dark = np.bincount(layout.crossing_of_lane, seen.dark, layout.crossings)
            self.trusted = dark <= np.diff(layout.lane_from) * 0.5
        leaving = np.zeros(int(self.site.lit.sum()), np.bool_)
        if seen.leaving is not None:
            leaving[self.lit_at[seen.leaving[self.site.lit[seen.leaving]]]] = True
        lights = self.safety.step(targets, self.trusted, calls[layout.move_lane[self.site.lit]], leaving=leaving)
        for at, signal in enumerate(self.site.signals):
            text = self._text(at, lights)
            if text != self.text[at]:
                sim.trafficlight.setRedYellowGreenState(signal, text)
                self.text[at] = text

    def _text(self, at: int, lights: np.ndarray) -> str:
        phase = self.site.greens[at][self.safety.lamps.target[at]]
        first, text = self.safety.rules.move_from[at], list(phase)
        for offset, index in enumerate(self.site.index_of[at]):
            light = lights[first + offset]
            if light == 1:
                sure = self.safety.lamps.level[first + offset] == 2
                self.last[at][index] = "G" if sure else "s" if phase[index] == "s" else "g"
                text[index] = self.last[at][index]
            else:
                text[index] = "y" if light == 2 and self.last[at][index] in "Gg" else "r"
        return "".join(text)


def _guard(site: Site, at: int) -> Guard:
    index, greens = site.index_of[at], site.greens[at]
    phases = tuple(tuple(LIGHT.get(state[i], 0) for i in index) for state in greens)
    table, count = np.array(phases), len(index)
    together = (table > 0).T.astype(int) @ (table > 0) > 0
    sure = (table == 2).T.astype(int) @ (table == 2) > 0
    pairs = [(a, b) for a in range(count) for b in range(a)]
    plan = tuple(
        (greens.index(state), max(1, int(seconds + YELLOW_S)))
        for seconds, state in site.roads.programs[site.signals[at]]
        if state in greens
    )
    return Guard(
        phases, tuple((a, b) for a, b in pairs if not together[a, b]),
        (5,) * count, (YELLOW_S,) * count, (0,) * count, plan,
        yields=tuple((a, b) for a, b in pairs if together[a, b] and not sure[a, b]),
    )  # fmt: skip


def between(old: str, new: str) -> str:
    """The clearance from one green state to the next: what stays green stays, what ends is yellow."""
    return "".join(
        ("y" if a in "Gg" else "r") if b not in "Ggs" and a in "Ggs" else (a if a in "Ggs" else "r")
        for a, b in zip(old, new, strict=True)
    )


def delays(scenario: Scenario, trips: Path, pending: list[str]) -> dict[str, float]:
    """Delay of every trip: time lost + wait to depart; one that never departed waited until the end."""
    found = {
        element.attrib["id"]: float(element.attrib["timeLoss"]) + float(element.attrib["departDelay"])
        for _, element in ET.iterparse(trips)  # noqa: S314 - our own maps and SUMO's output
        if element.tag == "tripinfo"
    }
    wanted = wanted_departures(scenario) if set(pending) - set(found) else {}
    for name in set(pending) - set(found):
        found[name] = scenario.end - wanted.get(name, wanted.get(name.rpartition(".")[0], scenario.begin))
    return found


def drive(  # noqa: PLR0913, PLR0917 - a run has this many knobs
    home: Path,
    scenario: Scenario,
    site: Site,
    seed: int,
    driver: Driver,
    extra: Sequence[str] = (),
    closed: Sequence[str] = (),
    dropout: Dark | None = None,
) -> float:
    """Mean delay of one run; `driver(seen, shown)` names the phases, None leaves SUMO's own program."""
    sim = simulator(home)
    with tempfile.TemporaryDirectory() as folder:
        trips = Path(folder) / "trips.xml"
        start(sim, home, scenario, seed, trips, list(extra))
        try:
            _loop(sim, scenario, site, driver, closed, dropout)
            pending = list(sim.simulation.getPendingVehicles())
        finally:
            sim.close()
        lost = delays(scenario, trips, pending)
    return sum(lost.values()) / len(lost)


def _loop(sim, scenario: Scenario, site: Site, driver, closed, dropout) -> None:  # noqa: ANN001 - SUMO's module, any driver
    eyes = Eyes(site)
    lights = SafeLights(site) if getattr(driver, "safe", False) else Lights(site)
    for lane in closed:
        sim.lane.setDisallowed(lane, sorted(ROAD_CLASSES.union(sim.lane.getDisallowed(lane))))
    for second in range(scenario.end - scenario.begin):
        sim.simulationStep()
        if driver is None:
            continue
        for name in sim.simulation.getDepartedIDList():
            sim.vehicle.subscribe(name, [LANE_ID, LANE_POSITION, SPEED])
        dark = dropout(second) if dropout else set()
        seen = eyes.look(sim, dark)
        lights.step(sim, driver(second, seen, lights.shown()), seen)
