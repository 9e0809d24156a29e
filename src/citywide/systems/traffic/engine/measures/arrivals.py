"""Arrivals against the lights: on green, platoon ratio, delay, the Purdue diagram, yellow and red running."""

from dataclasses import dataclass

import numpy as np

from citywide.systems.traffic.engine.measures.events import (
    AXIS_BITS,
    BIN_MS,
    DETECTOR_ON,
    GREEN,
    RED,
    YELLOW,
    Detectors,
    Events,
    Flags,
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
    tally,
)

ARRIVAL_TYPES = (0.50, 0.85, 1.15, 1.50, 2.00)  # HCM, Exhibit 19-14


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


@dataclass(frozen=True)
class Arrivals:
    """Detector hits of one function, each with its phase's group and the lights it met."""

    time_ms: Longs
    group: Longs
    row: Longs
    state: Longs
    lights: Lights

    @classmethod
    def of(cls, events: Events, detectors: Detectors, function: str, latency_s: float = 0) -> "Arrivals":
        """Hits shifted back by the detector's latency."""
        hits, phases = detections(events, detectors, function, DETECTOR_ON)
        _, served = detectors.serving(function, events.names)
        lights = Lights.of(phase_events(events, served, GREEN, YELLOW, RED))
        time_ms = hits.time_ms - round(latency_s * 1000)
        row = lights.at(phases, time_ms)
        known = row >= 0
        state = np.where(known, lights.state[np.maximum(row, 0)] if len(lights.state) else 0, 0)
        return cls(time_ms, phases, row, state, lights)


def arrivals_on_green(
    events: Events, detectors: Detectors, bin_ms: int = BIN_MS, latency_s: float = 0, *, zeros: bool = False
) -> Table:
    """Arrivals and the share on green; bins without one on green only with `zeros`."""
    seen = Arrivals.of(events, detectors, "Advance", latency_s)
    bins, group, total, green = _green_counts(seen, bin_ms)
    keep = (green > 0) | zeros
    share = green[keep].astype(np.float32) / total[keep].astype(np.float32)
    return named(events.names, bins[keep], group[keep], phase=group[keep] & 32767, total=total[keep], on_green=share)


def platoon_ratio(events: Events, detectors: Detectors, bin_ms: int = BIN_MS, latency_s: float = 0) -> Table:
    """Share of arrivals on green ÷ share of time that is green, with its HCM arrival type."""
    seen = Arrivals.of(events, detectors, "Advance", latency_s)
    bins, group, total, green = _green_counts(seen, bin_ms)
    seconds = _green_seconds(seen.lights, bin_ms, bins, group)
    keep = (green > 0) & (seconds > 0)
    bins, group, total, green, seconds = (x[keep] for x in (bins, group, total, green, seconds))
    share = green.astype(np.float32) / total.astype(np.float32)
    ratio = (share / (seconds / (bin_ms / 1000))).astype(np.float32)
    return named(
        events.names,
        bins,
        group,
        phase=group & 32767,
        total=total,
        green_total=green,
        on_green=share,
        green_s=seconds,
        green_ratio=seconds / (bin_ms / 1000),
        platoon_ratio=ratio,
        arrival_type=np.searchsorted(ARRIVAL_TYPES, ratio.astype(float), "left") + 1,
    )


def yellow_red(
    events: Events,
    detectors: Detectors,
    bin_ms: int = BIN_MS,
    latency_s: float = 1.5,
    min_offset_s: float | None = -8,
) -> Table:
    """Stop-bar hits by their time from the start of red, in whole cycles only; after 0 is a violation."""
    seen = Arrivals.of(events, detectors, "Yellow_Red", latency_s)
    whole, red_ms = _whole_cycles(seen.lights)
    known = np.flatnonzero(seen.row >= 0)
    known = known[whole[seen.row[known]]]
    red = red_ms[seen.row[known]]
    half_seconds = _round_half_away((seen.time_ms[known] - red).astype(np.float32) * 2 / 1000)
    bins, group, (state, halves), _, sizes = tally(
        floor_bin(red, bin_ms), seen.group[known], seen.state[known], half_seconds
    )
    keep = halves / 2 >= (-np.inf if min_offset_s is None else min_offset_s)
    bins, group, state, halves, sizes = (x[keep] for x in (bins, group, state, halves, sizes))
    return named(events.names, bins, group, phase=group & 32767, state=state, red_offset_s=halves / 2, count=sizes)


def coordination_diagram(events: Events, detectors: Detectors, latency_s: float = 0, travel_s: float = 0) -> Table:
    """Purdue diagram: each arrival at its time in the cycle, with that cycle's yellow, red and end."""
    seen = Arrivals.of(events, detectors, "Advance", latency_s - travel_s)
    start, yellow, red, end = _cycle_times(seen.lights)
    good = np.flatnonzero(seen.row >= 0)
    good = good[end[seen.row[good]] >= 0]
    row = seen.row[good]
    return named(
        events.names,
        seen.time_ms[good],
        seen.group[good],
        phase=seen.group[good] & 32767,
        in_cycle_s=(seen.time_ms[good] - start[row]) / 1000,
        yellow_at_s=(yellow[row] - start[row]) / 1000,
        red_at_s=(red[row] - start[row]) / 1000,
        cycle_s=(end[row] - start[row]) / 1000,
        on_green=seen.state[good] == GREEN,
    )


def approach_delay(events: Events, detectors: Detectors, bin_ms: int = BIN_MS, latency_s: float = 0) -> Table:
    """Waiting of arrivals on red until the next green ÷ all arrivals; and vehicle-hours per hour."""
    seen = Arrivals.of(events, detectors, "Advance", latency_s)
    waited = _until_green(seen)
    known = np.isfinite(waited)
    bins, group, _, cell, sizes = tally(floor_bin(seen.time_ms[known], bin_ms), seen.group[known])
    total = np.bincount(cell, waited[known], len(bins))
    return named(
        events.names,
        bins,
        group,
        phase=group & 32767,
        arrivals=sizes,
        delay_s=total / np.maximum(sizes, 1),
        delay_h_per_h=total / 3600 * (3_600_000 / bin_ms),
    )


def _until_green(seen: Arrivals) -> Floats:
    """Seconds to the next green for arrivals on red, 0 on green and yellow, NaN where it is not known."""
    lights, green = seen.lights, np.flatnonzero(seen.lights.code == GREEN)
    waited = np.where(seen.row >= 0, 0.0, np.nan)
    stopped = np.flatnonzero((seen.row >= 0) & (seen.state == RED))
    if len(stopped) == 0:
        return waited
    following = np.searchsorted(green, seen.row[stopped], "right")
    ahead = green[np.minimum(following, len(green) - 1)] if len(green) else np.zeros(len(stopped), np.int64)
    same = (following < len(green)) & (lights.group[ahead] == seen.group[stopped])
    waited[stopped] = np.where(same, (lights.time_ms[ahead] - seen.time_ms[stopped]) / 1000, np.nan)
    return waited


def _green_counts(seen: Arrivals, bin_ms: int) -> tuple[Longs, Longs, Longs, Longs]:
    bins, group, _, cell, sizes = tally(floor_bin(seen.time_ms, bin_ms), seen.group)
    green = np.bincount(cell, seen.state == GREEN, len(bins)).astype(np.int64)
    return bins, group, sizes, green


def _green_seconds(lights: Lights, bin_ms: int, bins: Longs, group: Longs) -> Floats:
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


def _whole_cycles(lights: Lights) -> tuple[Flags, Longs]:
    """For every change: whether its cycle has one green, one yellow and one red, and when that red began."""
    first = runs(lights.group, lights.cycle)
    if len(first) == 0:
        return np.zeros(0, bool), np.zeros(0, np.int64)
    sizes = np.diff(first, append=len(lights.code))
    counts = [np.add.reduceat(lights.code == code, first, dtype=np.int64) for code in (GREEN, YELLOW, RED)]
    whole = (counts[0] == 1) & (counts[1] == 1) & (counts[2] == 1)
    red = np.add.reduceat(np.where(lights.code == RED, lights.time_ms, 0), first)
    return np.repeat(whole, sizes), np.repeat(red, sizes)


def _cycle_times(lights: Lights) -> tuple[Longs, Longs, Longs, Longs]:
    """For every change: green, yellow, red and end of its cycle; end is -1 where the cycle is not whole."""
    first = runs(lights.group, lights.cycle)
    if len(first) == 0:
        none = np.zeros(0, np.int64)
        return none, none, none, none
    sizes = np.diff(first, append=len(lights.code))
    whole, red = _whole_cycles(lights)
    yellow = np.repeat(np.add.reduceat(np.where(lights.code == YELLOW, lights.time_ms, 0), first), sizes)
    next_start = np.append(lights.time_ms[first[1:]], -1)
    same = np.append(lights.group[first[1:]] == lights.group[first[:-1]], False)
    end = np.where(whole, np.repeat(np.where(same, next_start, -1), sizes), -1)
    return np.repeat(lights.time_ms[first], sizes), yellow, red, end


def _round_half_away(values: Floats) -> Longs:
    return (np.sign(values) * np.floor(np.abs(values) + 0.5)).astype(np.int64)
