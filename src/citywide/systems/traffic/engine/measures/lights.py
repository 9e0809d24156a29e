"""Changes of the lights: what was shown when, greens in seconds, whole cycles."""

from dataclasses import dataclass

import numpy as np

from citywide.systems.traffic.engine.measures.columns import AXIS_BITS, Flags, Floats, Longs, axis, ranges, runs
from citywide.systems.traffic.engine.measures.events import GREEN, RED, YELLOW, Events


@dataclass(frozen=True)
class Lights:
    """Changes of the lights of phases: when, which group, the state they lead to, and the cycle's number."""

    time_ms: Longs
    group: Longs
    code: Longs
    state: Longs
    cycle: Longs

    @classmethod
    def of(cls, events: Events) -> "Lights":
        """Lights from phase events; a state only rises within its cycle: green, yellow, red."""
        starts = events.code == GREEN
        starts[runs(events.group)] = True
        cycle = np.cumsum(starts)
        state = np.maximum.accumulate(cycle * 32 + events.code) - cycle * 32
        return cls(events.time_ms, events.group, events.code, state, cycle)

    def at(self, group: Longs, time_ms: Longs) -> Longs:
        """The row of the change in force at each moment, or -1 before the first one known."""
        if len(self.time_ms) == 0 or len(time_ms) == 0:
            return np.full(len(time_ms), -1)
        origin = int(min(self.time_ms.min(), time_ms.min()))
        keys = axis(self.group, self.time_ms, origin)
        row = np.searchsorted(keys, axis(group, time_ms, origin), "right") - 1
        return np.where((row >= 0) & (self.group[np.maximum(row, 0)] == group), row, -1)


def green_seconds(lights: Lights, bin_ms: int, bins: Longs, group: Longs) -> Floats:
    """Seconds of green of each wanted bin and group; one cut by the record lasts to its bin's edge."""
    start, end, owner = _greens(lights, bin_ms)
    first = start // bin_ms
    size = np.maximum((end - 1) // bin_ms - first + 1, 0)
    which = np.repeat(np.arange(len(start)), size)
    bin_start = ranges(first, size) * bin_ms
    length = np.minimum(end[which], bin_start + bin_ms) - np.maximum(start[which], bin_start)
    keys, place = np.unique((owner[which] << AXIS_BITS) + bin_start // bin_ms, return_inverse=True)
    total = np.bincount(place, length, len(keys)) / 1000
    wanted = (group << AXIS_BITS) + bins // bin_ms
    found = np.searchsorted(keys, wanted)
    hit = found < len(keys)
    hit[hit] &= keys[found[hit]] == wanted[hit]
    return np.where(hit, total[np.where(hit, found, 0)] if len(total) else 0.0, 0.0)


def _greens(lights: Lights, bin_ms: int) -> tuple[Longs, Longs, Longs]:
    kept = np.flatnonzero((lights.code == GREEN) | (lights.code == YELLOW))
    time, group, code = lights.time_ms[kept], lights.group[kept], lights.code[kept]
    last = np.append(group[1:] != group[:-1], True)
    new = np.append(True, group[1:] != group[:-1])
    following = np.where(last, time - time % bin_ms + bin_ms, np.append(time[1:], 0))
    opens = code == GREEN
    orphan = (code == YELLOW) & (new | (np.append(0, code[:-1]) == YELLOW))
    start = np.concatenate([time[opens], (time - time % bin_ms)[orphan]])
    end = np.concatenate([following[opens], time[orphan]])
    return start, end, np.concatenate([group[opens], group[orphan]])


def whole_cycles(lights: Lights) -> tuple[Flags, Longs]:
    """For every change: whether its cycle has one green, one yellow and one red, and when that red began."""
    first = runs(lights.group, lights.cycle)
    if len(first) == 0:
        return np.zeros(0, bool), np.zeros(0, np.int64)
    sizes = np.diff(first, append=len(lights.code))
    counts = [np.add.reduceat(lights.code == code, first, dtype=np.int64) for code in (GREEN, YELLOW, RED)]
    whole = (counts[0] == 1) & (counts[1] == 1) & (counts[2] == 1)
    red = np.add.reduceat(np.where(lights.code == RED, lights.time_ms, 0), first)
    return np.repeat(whole, sizes), np.repeat(red, sizes)


def cycle_times(lights: Lights) -> tuple[Longs, Longs, Longs, Longs]:
    """For every change: green, yellow, red and end of its cycle; end is -1 where the cycle is not whole."""
    first = runs(lights.group, lights.cycle)
    if len(first) == 0:
        none = np.zeros(0, np.int64)
        return none, none, none, none
    sizes = np.diff(first, append=len(lights.code))
    whole, red = whole_cycles(lights)
    yellow = np.repeat(np.add.reduceat(np.where(lights.code == YELLOW, lights.time_ms, 0), first), sizes)
    next_start = np.append(lights.time_ms[first[1:]], -1)
    same = np.append(lights.group[first[1:]] == lights.group[first[:-1]], False)
    end = np.where(whole, np.repeat(np.where(same, next_start, -1), sizes), -1)
    return np.repeat(lights.time_ms[first], sizes), yellow, red, end
