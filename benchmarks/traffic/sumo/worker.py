"""One process: one map and seed under several drivers, one after the other; prints a JSON line each."""

import json
import random
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.traffic.sumo.closures import lanes_to_close
from benchmarks.traffic.sumo.drive import Seen, Shown, drive
from benchmarks.traffic.sumo.net import Site, site_of
from benchmarks.traffic.sumo.peers import Greedy, built_in
from benchmarks.traffic.sumo.roads import roads_of
from benchmarks.traffic.sumo.scenario import scenario_of
from citywide.systems.traffic.engine.control.controller import Controller
from citywide.systems.traffic.engine.control.habits import Habits


class Ours:
    """The engine behind its safety layer."""

    safe = True

    def __init__(self, site: Site, cadence: int) -> None:
        self.controller = Controller(site.layout, Habits(cadence_s=cadence))

    def __call__(self, _second: int, seen: Seen, shown: Shown) -> np.ndarray:
        """The wanted phases."""
        return self.controller.decide(seen, shown)


class Dropout:
    """Each lane's detector is dark for `share` of the time, in spells of a minute or so."""

    def __init__(self, lanes: list[str], share: float, seed: int) -> None:
        self.dice, self.share = random.Random(seed), share
        self.dark = {lane for lane in lanes if self.dice.random() < share}
        self.lanes = lanes

    def __call__(self, _second: int) -> set[str]:
        """The lanes that are dark this second."""
        for lane in self.lanes:
            if lane in self.dark:
                if self.dice.random() < 1 / 60:
                    self.dark.discard(lane)
            elif self.dice.random() < self.share / (1 - self.share) / 60:
                self.dark.add(lane)
        return self.dark


def run_one(home: Path, task: dict, name: str) -> float:
    """The mean delay of one driver."""
    scenario = scenario_of(Path(task["folder"]))
    if task["seconds"]:
        scenario = replace(scenario, end=min(scenario.end, scenario.begin + task["seconds"]))
    site, seed = site_of(roads_of(scenario.net)), task["seed"]
    closed = lanes_to_close(site.roads, task["closures"], seed)
    dropout = Dropout(sorted(site.lanes), task["dropout"], seed) if task["dropout"] else None
    extra = ["--scale", str(task["demand"])] if task["demand"] != 1 else []
    with tempfile.TemporaryDirectory() as folder:
        driver = None
        if name in ("actuated", "delay_based"):
            extra += built_in(site.roads, name, Path(folder) / "peer.add.xml")
        elif name != "fixed":
            kind, _, cadence = name.partition("@")
            driver = Ours(site, int(cadence)) if kind == "ours" else Greedy(site, kind, int(cadence))
        return drive(home, scenario, site, seed, driver, extra, closed, dropout)


def main() -> None:
    """Read one task as JSON from the command line."""
    task = json.loads(sys.argv[1])
    for name in task["drivers"]:
        print(json.dumps({"driver": name, "delay": run_one(Path(task["home"]), task, name)}), flush=True)


if __name__ == "__main__":
    main()
