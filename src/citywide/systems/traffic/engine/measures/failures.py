"""Split failures: cycles in which the queue was still there when the green had gone."""

from collections.abc import Sequence

import numpy as np

from citywide.systems.traffic.engine.measures.columns import (
    BIN_MS,
    Floats,
    Longs,
    Table,
    floor_bin,
    ranges,
    runs,
    single,
    tally,
    whole,
)
from citywide.systems.traffic.engine.measures.detectors import Detectors, phase_events
from citywide.systems.traffic.engine.measures.events import GREEN, RED, YELLOW, Events
from citywide.systems.traffic.engine.measures.presence import Presence, presence_of
from citywide.systems.traffic.engine.measures.tables import named

BARRIER = 11  # the end of the first seconds of red
OCCUPANCIES = ("green_s", "green_occupancy", "red_occupancy")  # of a cycle


def split_failures(
    events: Events,
    detectors: Detectors,
    bin_ms: int = BIN_MS,
    *,
    red_s: float = 5,
    green_occupancy: float = 0.80,
    red_occupancy: float = 0.80,
    by_approach: bool = True,
) -> Table:
    """Mean occupancies of green and of the first seconds of red, and the cycles in which both were high."""
    cycle = split_cycles(events, detectors, bin_ms, red_s=red_s, by_approach=by_approach)
    failed = (cycle["green_occupancy"] >= green_occupancy) & (cycle["red_occupancy"] >= red_occupancy)
    owner, detector = whole(cycle["group"]), whole(cycle["detector"])
    bins, owner, (detector,), cell, sizes = tally(floor_bin(whole(cycle["time_ms"]), bin_ms), owner, detector)
    means = {name: np.bincount(cell, cycle[name], len(bins)) / np.maximum(sizes, 1) for name in OCCUPANCIES}
    failures = np.bincount(cell, failed, len(bins)).astype(np.int64)
    which = {"phase": owner & 32767} | ({} if by_approach else {"detector": detector})
    return named(events.names, bins, owner, **which, **means, split_failures=failures)


def split_cycles(
    events: Events,
    detectors: Detectors,
    bin_ms: int = BIN_MS,
    *,
    red_s: float = 5,
    by_approach: bool = True,
) -> dict[str, Floats]:
    """Every whole cycle with its occupancies. `blind_phases` names the ones without a detector."""
    presence, owners, phase_of = presence_of(events, detectors, by_approach)
    lights = phase_events(events, phase_of, GREEN, YELLOW, RED)
    horizon = int(floor_bin(events.time_ms.max(keepdims=True), bin_ms)[0]) + bin_ms if len(events) else 0
    group, *times = _cycles(lights, round(red_s * 1000), horizon)
    owner, row = _every_owner(group, owners, phase_of)
    if len(owner) == 0 or len(presence.time_ms) == 0:
        return {name: np.zeros(0) for name in ("time_ms", "group", "detector", *OCCUPANCIES)}
    known = presence.first_heard(owner) < times[0][row]
    owner, row = owner[known], row[known]
    return {
        "time_ms": times[-1][row].astype(float),
        "group": group[row].astype(float),
        "detector": (owner & 32767).astype(np.float64) * (not by_approach),
        **_occupied(presence, owner, [time[row] for time in times], red_s),
    }


def _occupied(presence: Presence, owner: Longs, times: Sequence[Longs], red_s: float) -> dict[str, Floats]:
    """For each cycle's green, yellow, red and barrier: the green's length, and the shares of it and of red occupied."""
    green, yellow, red, barrier = times
    ends = np.minimum(yellow, red)
    green_on = presence.seconds_on(owner, green, ends) if len(owner) else np.zeros(0)
    red_on = presence.seconds_on(owner, red, barrier) if len(owner) else np.zeros(0)
    length = ends - green
    share = np.divide(green_on, length, out=np.full(len(green), np.nan), where=length > 0).astype(np.float64)
    occupied = (length / 1000).astype(np.float64), share, red_on / (red_s * 1000)
    return {name: single(column) for name, column in zip(OCCUPANCIES, occupied, strict=True)}


def _cycles(lights: Events, red_ms: int, horizon: int) -> tuple[Longs, Longs, Longs, Longs, Longs]:
    """Group, green, yellow, red and red barrier of cycles with exactly one yellow and one barrier in them."""
    time, group, code = _with_barriers(lights, red_ms, horizon)
    starts = code == GREEN
    starts[runs(group)] = True
    first = np.flatnonzero(starts)
    if len(first) == 0:
        none = np.zeros(0, np.int64)
        return none, none, none, none, none
    count = {c: np.add.reduceat(code == c, first, dtype=np.int64) for c in (YELLOW, RED, BARRIER)}
    good = (code[first] == GREEN) & (count[YELLOW] == 1) & (count[BARRIER] == 1) & (count[RED] >= 1)
    late = np.iinfo(np.int64).max
    when = [np.minimum.reduceat(np.where(code == c, time, late), first)[good] for c in (YELLOW, RED, BARRIER)]
    return group[first][good], time[first][good], when[0], when[1], when[2]


def _with_barriers(lights: Events, red_ms: int, horizon: int) -> tuple[Longs, Longs, Longs]:
    """The changes of the lights, and a barrier so long after each red's begin, in order."""
    red = np.flatnonzero(lights.code == RED)
    red = red[lights.time_ms[red] + red_ms < horizon]
    time = np.concatenate([lights.time_ms, lights.time_ms[red] + red_ms])
    group = np.concatenate([lights.group, lights.group[red]])
    code = np.concatenate([lights.code, np.full(len(red), BARRIER)])
    order = np.lexsort((code, time, group))
    return time[order], group[order], code[order]


def _every_owner(group: Longs, owners: Longs, phase_of: Longs) -> tuple[Longs, Longs]:
    """Each cycle once for every owner that serves its phase."""
    start = np.searchsorted(group, phase_of, "left")
    size = np.searchsorted(group, phase_of, "right") - start
    return np.repeat(owners, size), ranges(start, size)
