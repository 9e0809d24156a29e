"""Split failures: cycles in which the queue was still there when the green had gone."""

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
from citywide.systems.traffic.engine.measures.presence import presence_of
from citywide.systems.traffic.engine.measures.tables import named


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
    bins, owner, (detector,), cell, sizes = tally(
        floor_bin(whole(cycle["time_ms"]), bin_ms), whole(cycle["group"]), whole(cycle["detector"])
    )

    def mean(name: str) -> Floats:
        return np.bincount(cell, cycle[name], len(bins)) / np.maximum(sizes, 1)

    return named(
        events.names,
        bins,
        owner,
        phase=owner & 32767,
        **({} if by_approach else {"detector": detector}),
        green_s=mean("green_s"),
        green_occupancy=mean("green_occupancy"),
        red_occupancy=mean("red_occupancy"),
        split_failures=np.bincount(cell, failed, len(bins)).astype(np.int64),
    )


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
    group, green, yellow, red, barrier = _cycles(lights, round(red_s * 1000), horizon)
    owner, row = _every_owner(group, owners, phase_of)
    if len(owner) == 0 or len(presence.time_ms) == 0:
        return _no_cycles()
    known = presence.first_heard(owner) < green[row]
    owner, row = owner[known], row[known]
    green_on = presence.seconds_on(owner, green[row], np.minimum(yellow, red)[row]) if len(owner) else row * 1.0
    red_on = presence.seconds_on(owner, red[row], barrier[row]) if len(owner) else row * 1.0
    length = (np.minimum(yellow, red) - green)[row]
    share = np.divide(green_on, length, out=np.full(len(row), np.nan), where=length > 0).astype(np.float64)
    return {
        "time_ms": barrier[row].astype(float),
        "group": group[row].astype(float),
        "detector": (owner & 32767).astype(np.float64) * (not by_approach),
        "green_s": single((length / 1000).astype(np.float64)),
        "green_occupancy": single(share),
        "red_occupancy": single(red_on / (red_s * 1000)),
    }


def _cycles(lights: Events, red_ms: int, horizon: int) -> tuple[Longs, Longs, Longs, Longs, Longs]:
    """Group, green, yellow, red and red barrier of cycles with exactly one yellow and one barrier in them."""
    red = np.flatnonzero(lights.code == RED)
    red = red[lights.time_ms[red] + red_ms < horizon]
    time = np.concatenate([lights.time_ms, lights.time_ms[red] + red_ms])
    group = np.concatenate([lights.group, lights.group[red]])
    code = np.concatenate([lights.code, np.full(len(red), 11)])
    order = np.lexsort((code, time, group))
    time, group, code = time[order], group[order], code[order]
    starts = code == GREEN
    starts[runs(group)] = True
    first = np.flatnonzero(starts)
    if len(first) == 0:
        none = np.zeros(0, np.int64)
        return none, none, none, none, none
    count = {c: np.add.reduceat(code == c, first, dtype=np.int64) for c in (YELLOW, RED, 11)}
    good = (code[first] == GREEN) & (count[YELLOW] == 1) & (count[11] == 1) & (count[RED] >= 1)
    late = np.iinfo(np.int64).max
    when = [np.minimum.reduceat(np.where(code == c, time, late), first)[good] for c in (YELLOW, RED, 11)]
    return group[first][good], time[first][good], when[0], when[1], when[2]


def _every_owner(group: Longs, owners: Longs, phase_of: Longs) -> tuple[Longs, Longs]:
    """Each cycle once for every owner that serves its phase."""
    start = np.searchsorted(group, phase_of, "left")
    size = np.searchsorted(group, phase_of, "right") - start
    return np.repeat(owners, size), ranges(start, size)


def _no_cycles() -> dict[str, Floats]:
    names = ("time_ms", "group", "detector", "green_s", "green_occupancy", "red_occupancy")
    return {name: np.zeros(0) for name in names}
