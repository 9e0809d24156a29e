"""Split failures: cycles in which the queue was still there when the green had gone."""

from dataclasses import dataclass

import numpy as np

from citywide.systems.traffic.engine.measures.events import (
    AXIS_BITS,
    BIN_MS,
    DETECTOR_OFF,
    DETECTOR_ON,
    GREEN,
    RED,
    YELLOW,
    Detectors,
    Events,
    Floats,
    Longs,
    Table,
    axis,
    detections,
    floor_bin,
    named,
    phase_events,
    ranges,
    runs,
    single,
    tally,
    whole,
)

RAPID_MS = 2000  # two ONs this close mean a lost OFF at the second; further apart, a lost OFF half-way
STUCK_MS = 30 * 60 * 1000


@dataclass(frozen=True)
class Presence:
    """Changes of one detector, or of all detectors of a phase together: on or off from each time on."""

    time_ms: Longs
    owner: Longs
    on: Longs

    def seconds_on(self, owner: Longs, start_ms: Longs, end_ms: Longs) -> Floats:
        """Milliseconds on within each span, as floats; zero for an owner never heard."""
        origin = int(min(self.time_ms.min(), start_ms.min()))
        keys = axis(self.owner, self.time_ms, origin)
        lasting = np.diff(self.time_ms, append=self.time_ms[-1:]) * self.on
        lasting[np.append(self.owner[1:] != self.owner[:-1], True)] = 0
        before = np.cumsum(lasting) - lasting

        def until(time_ms: Longs) -> Longs:
            row = np.searchsorted(keys, axis(owner, time_ms, origin), "right") - 1
            inside = (row >= 0) & (self.owner[np.maximum(row, 0)] == owner)
            since = (time_ms - self.time_ms[row]) * self.on[row]
            first = np.searchsorted(keys, owner << AXIS_BITS)
            start = before[np.minimum(first, len(before) - 1)]
            return np.where(inside, before[row] + since, start)

        return (until(end_ms) - until(start_ms)).astype(float)

    def first_heard(self, owner: Longs) -> Longs:
        """When each owner was first heard; the far future if never."""
        heads = runs(self.owner)
        place = np.searchsorted(self.owner[heads], owner)
        found = place < len(heads)
        found[found] &= self.owner[heads][place[found]] == owner[found]
        return np.where(found, self.time_ms[heads][np.where(found, place, 0)], np.iinfo(np.int64).max)


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
    presence, owners, phase_of = _presence(events, detectors, by_approach)
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


def blind_phases(events: Events, detectors: Detectors, function: str = "Presence") -> Table:
    """Phases that show lights but have no detector of this function, so that no measure of it can exist."""
    _, served = detectors.serving(function, events.names)
    shown = np.unique(events.only(GREEN).group)
    blind = shown[~np.isin(shown, served)]
    return {"device": events.names[blind >> 15], "phase": blind & 32767}


def stuck_detectors(events: Events, least_ms: int = STUCK_MS) -> Table:
    """Spans longer than half an hour in which a detector stayed on; the last one may still last."""
    heard = events.only(DETECTOR_OFF, DETECTOR_ON)
    end = int(events.time_ms.max()) if len(events) else 0
    last = np.append(heard.group[1:] != heard.group[:-1], [True] * min(len(heard), 1))
    following = np.where(last, end, np.append(heard.time_ms[1:], [end] * min(len(heard), 1)))
    long = (heard.code == DETECTOR_ON) & (following - heard.time_ms > least_ms)
    return named(
        events.names,
        heard.time_ms[long],
        heard.group[long],
        detector=heard.group[long] & 32767,
        on_s=(following - heard.time_ms)[long] / 1000,
    )


def _presence(events: Events, detectors: Detectors, by_approach: bool) -> tuple[Presence, Longs, Longs]:
    """Presence per owner; the owners in order and the phase that each serves."""
    hits, phase = detections(events, detectors, "Presence", DETECTOR_OFF, DETECTOR_ON)
    time, source, on, phase = _imputed(hits.time_ms, hits.group, hits.code == DETECTOR_ON, phase)
    if by_approach:
        merged = _together(time, phase, on)
        owners = np.unique(merged.owner)
        return merged, owners, owners
    order = np.lexsort((on, time, source))
    owners, first = np.unique(source, return_index=True)
    return Presence(time[order], source[order], on[order].astype(np.int64)), owners, phase[first]


def _imputed(time: Longs, source: Longs, on: Longs, phase: Longs) -> tuple[Longs, Longs, Longs, Longs]:
    """Lost changes put back: an OFF between two ONs, an ON between two OFFs, an ON before a first OFF."""
    if len(time) == 0:
        return time, source, on, phase
    same = np.append(False, source[1:] == source[:-1])
    gap = np.diff(time, prepend=time[:1])
    twice = np.flatnonzero(same & (on == np.append(False, on[:-1])))
    rapid = on[twice] & (gap[twice] <= RAPID_MS)
    at = np.where(rapid, time[twice], time[twice] - np.floor_divide(gap[twice], 2))
    lone = np.flatnonzero(~same & ~on)
    return (
        np.concatenate([time, at, time[lone] - 1]),
        np.concatenate([source, source[twice], source[lone]]),
        np.concatenate([on, ~on[twice], np.ones(len(lone), bool)]),
        np.concatenate([phase, phase[twice], phase[lone]]),
    )


def _together(time: Longs, phase: Longs, on: Longs) -> Presence:
    """All detectors of a phase as one: on while any is on."""
    order = np.lexsort((time, phase))
    time, phase = time[order], phase[order]
    first = runs(phase, time)
    steps = np.add.reduceat(np.where(on[order], 1, -1), first) if len(first) else np.zeros(0, np.int64)
    total = np.cumsum(steps)
    heads = runs(phase[first])
    offset = np.repeat((total - steps)[heads], np.diff(heads, append=len(first)))
    return Presence(time[first], phase[first], ((total - offset) > 0).astype(np.int64))


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
