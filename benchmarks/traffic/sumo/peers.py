"""The peers: max-pressure and greedy wave on the same detection, SUMO's own controllers as programs."""

import itertools
from pathlib import Path

import numpy as np

from benchmarks.traffic.sumo.net import Site
from benchmarks.traffic.sumo.roads import Roads
from citywide.systems.traffic.engine.control.controller import Seen, Shown


class Greedy:
    """Wave (most vehicles within 50 m, RESCO's MaxWave) or max-pressure, every `cadence` seconds."""

    def __init__(self, site: Site, rule: str, cadence: int) -> None:
        self.site, self.rule, self.cadence = site, rule, cadence
        self.target = np.zeros(site.layout.crossings, np.int32)

    def __call__(self, second: int, seen: Seen, shown: Shown) -> np.ndarray:
        """The phase with the highest score, once in `cadence` seconds."""
        if second % self.cadence:
            return self.target
        score = self._lanes(seen)
        layout = self.site.layout
        for at in range(layout.crossings):
            first, last = layout.lane_from[at : at + 2]
            moves = layout.move_from[first : last + 1] - layout.move_from[first]
            phases = layout.phase_from[at + 1] - layout.phase_from[at]
            start = layout.green_from[at]
            green = layout.green[start : start + phases * moves[-1]].reshape(phases, moves[-1]) > 0
            served = np.stack([green[:, a:b].any(axis=1) for a, b in itertools.pairwise(moves)], axis=1)
            totals = served @ score[first:last]
            self.target[at] = shown.phase[at] if totals[shown.phase[at]] >= totals.max() else totals.argmax()
        return self.target

    def _lanes(self, seen: Seen) -> np.ndarray:
        layout = self.site.layout
        near = seen.sighting < layout.lanes
        if self.rule == "wave":
            near &= seen.distance <= 50.0
        score = np.bincount(seen.sighting[near], minlength=layout.lanes)[: layout.lanes].astype(float)
        if self.rule == "wave":
            return score
        room = np.where(seen.room > 1e8, 0.0, np.maximum(0.0, 5.0 - seen.room))
        for move, lane in enumerate(layout.move_lane):
            ways = layout.move_from[lane + 1] - layout.move_from[lane]
            score[lane] -= room[layout.move_exit[move]] / ways
        return score


def built_in(roads: Roads, kind: str, path: Path) -> list[str]:
    """SUMO options that run a built-in controller on the shipped phases, greens of 5 to 50 s."""
    lines = ["<additional>"]
    for signal, phases in roads.programs.items():
        lines.append(f'<tlLogic id="{signal}" type="{kind}" programID="peer" offset="0">')
        for seconds, state in phases:
            bounds = "" if "y" in state or not set(state) & set("Gg") else ' minDur="5" maxDur="50"'
            lines.append(f'<phase duration="{seconds:g}" state="{state}"{bounds}/>')
        lines.append("</tlLogic>")
    path.write_text("\n".join([*lines, "</additional>"]))
    return ["-a", str(path)]
