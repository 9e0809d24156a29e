"""When detectors were on, lost changes put back."""

from dataclasses import dataclass

import numpy as np

from citywide.systems.traffic.engine.measures.columns import AXIS_BITS, Floats, Longs, axis, runs
from citywide.systems.traffic.engine.measures.detectors import Detectors, detections
from citywide.systems.traffic.engine.measures.events import DETECTOR_OFF, DETECTOR_ON, Events

RAPID_MS = 2000  # two ONs this close mean a lost OFF at the second; further apart, a lost OFF half-way


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


def presence_of(events: Events, detectors: Detectors, by_approach: bool) -> tuple[Presence, Longs, Longs]:
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
