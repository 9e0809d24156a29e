"""The words of safety: what a crossing may never break, as described and as the kernels read it, and what is lit."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from citywide.systems.traffic.engine.control.layout import Bytes, Flags, Ints

RED, GREEN, YELLOW = 0, 1, 2
LONG_AGO = 30_000  # seconds; longer is not counted
Steps = tuple[tuple[int, int], ...]  # (phase, seconds) of a fixed plan


@dataclass(frozen=True)
class Guard:
    """What one crossing may never break; a pedestrian movement's clearance is its `yellow_s`."""

    phases: tuple[tuple[int, ...], ...]
    conflicts: tuple[tuple[int, int], ...]  # never green together
    min_green_s: tuple[int, ...]
    yellow_s: tuple[int, ...]
    all_red_s: tuple[int, ...]
    plan: Steps
    yields: tuple[tuple[int, int], ...] = ()  # green together only while one of the two is permissive
    on_call: tuple[int, ...] = ()
    max_green_s: int = 60
    max_red_s: int = 90
    emergency_s: int = 60


class Rules(NamedTuple):
    """The guards of all crossings, flat."""

    move_from: Ints
    phase_from: Ints
    wide_from: Ints  # phase × movement
    wants: Bytes  # 0 red, 1 permissive, 2 protected
    square_from: Ints  # movement × movement
    conflict: Bytes  # 0 none, 1 only together while one of them is permissive, 2 never together
    min_green: Ints
    yellow: Ints
    all_red: Ints
    on_call: Flags
    home: Ints  # movement: the phase that serves it when its time has come
    slot: Ints  # phase: seconds that serving it takes at most, clearance included
    clearance: Ints
    max_green: Ints
    max_red: Ints
    emergency: Ints
    plan_from: Ints
    plan_phase: Ints
    plan_s: Ints


class Lamps(NamedTuple):
    """What is shown, and since when; updated in place."""

    light: Bytes
    since: Ints
    called: Flags
    waited: Ints
    target: Ints
    settled: Flags
    green_s: Ints
    level: Bytes  # of a green movement: 1 permissive, 2 protected
    level_s: Ints  # seconds since it was protected, while it is permissive
    plan_at: Ints
    plan_left: Ints
    urgent_s: Ints
    marks: Flags  # movement; for the kernels to write on
    leaving: Flags  # movement: of this second, whom those in conflict let out first


def dark_lamps(rules: Rules) -> Lamps:
    """All red, long enough for anyone to start."""
    moves, crossings = int(rules.move_from[-1]), len(rules.max_red)
    return Lamps(
        light=np.zeros(moves, np.int8),
        since=np.full(moves, 99, np.int32),
        called=np.zeros(moves, np.bool_),
        waited=np.zeros(moves, np.int32),
        target=rules.plan_phase[rules.plan_from[:-1]].copy(),
        settled=np.zeros(crossings, np.bool_),
        green_s=np.zeros(crossings, np.int32),
        level=np.zeros(moves, np.int8),
        level_s=np.full(moves, 99, np.int32),
        plan_at=np.zeros(crossings, np.int32),
        plan_left=rules.plan_s[rules.plan_from[:-1]].copy(),
        urgent_s=np.zeros(crossings, np.int32),
        marks=np.zeros(moves, np.bool_),
        leaving=np.zeros(moves, np.bool_),
    )
