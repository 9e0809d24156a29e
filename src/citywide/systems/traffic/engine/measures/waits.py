"""Waiting, from pairs of events: pedestrians to walk, phases from call to green; priority, pre-emption."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.engine.measures.events import (
    AXIS_BITS,
    BIN_MS,
    GREEN,
    Events,
    Flags,
    Longs,
    Table,
    floor_bin,
    named,
    off_axis,
    tally,
)

GREEN_END, CALL, CALL_DROPPED = 7, 43, 44
SILENCE = ((300, 300), (360, 120), (1260, 300), (1380, 900))  # minute of day → seconds that are still normal
CLOCK_MARGIN_MS = 5000
SHORTEST_MS = 200


@dataclass(frozen=True)
class Spans:
    """Intervals with the group they belong to and whether both ends can be trusted."""

    start_ms: Longs
    end_ms: Longs
    group: Longs
    valid: Flags

    def at(self, rows: Flags) -> "Spans":
        """Some of the spans."""
        return Spans(self.start_ms[rows], self.end_ms[rows], self.group[rows], self.valid[rows])


def pairs(events: Events, start: int, end: int, longest_s: float | None = None) -> Spans:
    """Spans from `start` to the next event of the pair; a span without its proper end is not valid."""
    both = events.only(start, end)
    inner = np.append(both.group[1:] == both.group[:-1], [False] * min(len(both), 1)).astype(bool)
    code_next = np.append(both.code[1:], [-1] * min(len(both), 1))
    time_next = np.append(both.time_ms[1:], [0] * min(len(both), 1))
    kept = inner & ((both.code == start) | (code_next == end))
    valid = (both.code == start) & (code_next == end)
    if longest_s is not None:
        valid &= time_next - both.time_ms <= longest_s * 1000
    return Spans(both.time_ms[kept], time_next[kept], both.group[kept], valid[kept])


def trusted(events: Events, spans: Spans, complete: Table, bin_ms: int = BIN_MS) -> Spans:
    """The spans, not valid where a clock was set, the device fell silent or a bin's data is not whole."""
    device = spans.group >> 15
    doubt = Spans(*_doubtful(events))
    valid = spans.valid & ~overlaps(spans.start_ms, spans.end_ms, device, doubt)
    valid &= _whole_bins(events, spans, complete, bin_ms)
    kept = spans.end_ms - spans.start_ms >= SHORTEST_MS
    return Spans(spans.start_ms, spans.end_ms, spans.group, valid).at(kept)


def overlaps(start_ms: Longs, end_ms: Longs, owner: Longs, others: Spans) -> Flags:
    """Whether each span meets any of the others of its owner (touching is not meeting)."""
    if len(others.start_ms) == 0 or len(start_ms) == 0:
        return np.zeros(len(start_ms), bool)
    order = np.lexsort((others.start_ms, others.group))
    group, begins, ends = others.group[order], others.start_ms[order], others.end_ms[order]
    low = int(min(begins.min(), start_ms.min()))
    keys = (group << AXIS_BITS) + (begins - low)
    latest = np.maximum.accumulate((group << AXIS_BITS) + (ends - low))
    row = np.searchsorted(keys, (owner << AXIS_BITS) + (end_ms - low), "left") - 1
    inside = (row >= 0) & (group[np.maximum(row, 0)] == owner)
    return inside & (latest[np.maximum(row, 0)] > (owner << AXIS_BITS) + (start_ms - low))


def pedestrian_delay(events: Events, complete: Table, bin_ms: int = BIN_MS) -> Table:
    """From the first push after the last clearance to the walk, mean per bin of the walk's start."""
    waits = trusted(events, _pushes_to_walk(events), complete, bin_ms)
    waits = waits.at(waits.valid)
    bins, group, _, cell, sizes = tally(floor_bin(waits.end_ms, bin_ms), waits.group)
    total = np.bincount(cell, _seconds(waits), len(bins))
    return named(events.names, bins, group, phase=group & 32767, delay_s=total / np.maximum(sizes, 1), samples=sizes)


def phase_wait(  # noqa: PLR0913 - each is a setting that an engineer knows
    events: Events,
    complete: Table,
    bin_ms: int = BIN_MS,
    *,
    recovery_s: float = 120,
    assumed_cycle_s: float = 140,
    skip: float = 1.5,
    skip_priority: float = 2.0,
    cycle_code: int = 132,
) -> Table:
    """Call to green per phase; waits near a pre-emption left out, waits past 1.5 cycles counted as skips."""
    waits = trusted(events, phase_waits(events), complete, bin_ms)
    waits = waits.at(waits.valid)
    waits = waits.at(~_near_preemption(events, waits, complete, bin_ms, recovery_s))
    device, seconds = waits.group >> 15, _seconds(waits)
    cycle = np.maximum(
        _cycle_at(events.only(cycle_code), device, waits.start_ms, assumed_cycle_s),
        _cycle_at(events.only(cycle_code), device, waits.end_ms, assumed_cycle_s),
    )
    limit = cycle * np.where(_saw_priority(events, waits, complete, bin_ms), skip_priority, skip)
    bins, group, _, cell, sizes = tally(floor_bin(waits.end_ms, bin_ms), waits.group)
    longest = np.zeros(len(bins))
    np.maximum.at(longest, cell, seconds)
    return named(
        events.names,
        bins,
        group,
        phase=group & 32767,
        wait_s=np.bincount(cell, seconds, len(bins)) / np.maximum(sizes, 1),
        longest_s=longest,
        skips=np.bincount(cell, seconds > limit, len(bins)).astype(np.int64),
    )


def phase_waits(events: Events) -> Spans:
    """Waits from a call, or from a green's end while the call stays, to the next green."""
    heard = events.only(CALL, CALL_DROPPED, GREEN, GREEN_END)
    if len(heard) == 0:
        return Spans(heard.time_ms, heard.time_ms, heard.group, np.zeros(0, bool))
    inner = np.append(heard.group[1:] == heard.group[:-1], False)
    to_green = inner & (np.append(heard.code[1:], -1) == GREEN)
    starts = to_green & ((heard.code == CALL) | ((heard.code == GREEN_END) & _call_stands(heard)))
    end = np.append(heard.time_ms[1:], 0)[starts]
    spans = Spans(heard.time_ms[starts], end, heard.group[starts], np.ones(int(starts.sum()), bool))
    valid = ~_call_broken(events, spans) & ~overlaps(
        spans.start_ms, spans.end_ms, spans.group >> 15, _broken_lights(events)
    )
    return Spans(spans.start_ms, spans.end_ms, spans.group, valid)


def preemptions(events: Events) -> Table:
    """Each pre-emption: request (102) to end (104), with the entry (105) and dwell (107) within it."""
    spans = pairs(events, 102, 104)
    spans = spans.at(spans.valid)
    return named(
        events.names,
        spans.start_ms,
        spans.group,
        preempt=spans.group & 32767,
        entry_s=_first_within(events.only(105), spans),
        dwell_s=_first_within(events.only(107), spans),
        length_s=_seconds(spans),
    )


def priority_services(events: Events) -> Table:
    """Each transit priority: check-in (112) to check-out (115), early green (113), extension (114)."""
    spans = pairs(events, 112, 115)
    spans = spans.at(spans.valid)
    return named(
        events.names,
        spans.start_ms,
        spans.group,
        number=spans.group & 32767,
        early_green=~np.isnan(_first_within(events.only(113), spans)),
        extension=~np.isnan(_first_within(events.only(114), spans)),
        length_s=_seconds(spans),
    )


def silences(events: Events, schedule: Sequence[tuple[int, float]] = SILENCE) -> Spans:
    """Per device, spans between two events longer than is normal at that time of day."""
    key = events.by_time
    gap = np.diff(key)
    shortest = round(min(seconds for _, seconds in schedule) * 1000)
    rows = np.flatnonzero((gap > shortest) & (key[1:] >> AXIS_BITS == key[:-1] >> AXIS_BITS))
    device, time = key[rows] >> AXIS_BITS, off_axis(key[rows], events.origin)
    rule = np.searchsorted([start for start, _ in schedule], time // 60_000 % 1440, "right") - 1
    long = gap[rows] > np.array([seconds for _, seconds in schedule])[rule] * 1000
    time, gap, device = time[long], gap[rows][long], device[long]
    return Spans(time, time + gap, device, np.ones(len(time), bool))


def _pushes_to_walk(events: Events) -> Spans:
    heard = events.only(90, 21, 22)
    n = len(heard)
    if n == 0:
        return Spans(heard.time_ms, heard.time_ms, heard.group, np.zeros(0, bool))
    shown = np.where(heard.code != 90, np.arange(n), n)
    following = np.append(np.minimum.accumulate(shown[::-1])[::-1][1:], n)
    known = following < n
    known[known] &= heard.group[following[known]] == heard.group[known]
    fresh = np.append(True, (heard.code[:-1] == 22) | (heard.group[1:] != heard.group[:-1]))
    rows = np.flatnonzero((heard.code == 90) & fresh & known)
    end = heard.time_ms[following[rows]]
    return Spans(heard.time_ms[rows], end, heard.group[rows], np.ones(len(rows), bool))


def _call_stands(heard: Events) -> Flags:
    """Whether the last word on the call, up to each event of the group, was that it stands."""
    said = np.where((heard.code == CALL) | (heard.code == CALL_DROPPED), np.arange(len(heard)), -1)
    last = np.maximum.accumulate(said)
    known = (last >= 0) & (heard.group[np.maximum(last, 0)] == heard.group)
    return known & (heard.code[np.maximum(last, 0)] == CALL)


def _call_broken(events: Events, waits: Spans) -> Flags:
    """Waits that lie in a call whose pair of events is broken."""
    calls = pairs(events, CALL, CALL_DROPPED)
    broken = calls.at(~calls.valid)
    return overlaps(waits.start_ms, waits.start_ms + 1, waits.group, broken)


def _broken_lights(events: Events) -> Spans:
    parts = [pairs(events, GREEN, GREEN_END), pairs(events, 8, 9, 10), pairs(events, 10, 11, 10)]
    broken = [part.at(~part.valid) for part in parts]
    return Spans(
        np.concatenate([part.start_ms for part in broken]),
        np.concatenate([part.end_ms for part in broken]),
        np.concatenate([part.group >> 15 for part in broken]),
        np.concatenate([part.valid for part in broken]),
    )


def _doubtful(events: Events) -> tuple[Longs, Longs, Longs, Flags]:
    clock, quiet = events.only(181), silences(events)
    return (
        np.concatenate([clock.time_ms - CLOCK_MARGIN_MS, quiet.start_ms]),
        np.concatenate([clock.time_ms + CLOCK_MARGIN_MS, quiet.end_ms]),
        np.concatenate([clock.device, quiet.group]),
        np.ones(len(clock) + len(quiet.start_ms), bool),
    )


def _whole_bins(events: Events, spans: Spans, complete: Table, bin_ms: int) -> Flags:
    """Whether every bin that a span touches is whole."""
    device = np.searchsorted(events.names, complete["device"]).astype(np.int64)
    keys = np.sort((device << AXIS_BITS) + complete["time_ms"].astype(np.int64) // bin_ms)
    owner = (spans.group >> 15) << AXIS_BITS
    first, last = owner + spans.start_ms // bin_ms, owner + spans.end_ms // bin_ms
    held = np.searchsorted(keys, last, "right") - np.searchsorted(keys, first, "left")
    return held == last - first + 1


def _near_preemption(events: Events, waits: Spans, complete: Table, bin_ms: int, recovery_s: float) -> Flags:
    spans = trusted(events, pairs(events, 102, 104), complete, bin_ms)
    spans = spans.at(spans.valid)
    widened = Spans(spans.start_ms, spans.end_ms + round(recovery_s * 1000), spans.group >> 15, spans.valid)
    return overlaps(waits.start_ms, waits.end_ms, waits.group >> 15, widened)


def _saw_priority(events: Events, waits: Spans, complete: Table, bin_ms: int) -> Flags:
    heard = events.only(113, 114, 115)
    inner = np.append(heard.group[1:] == heard.group[:-1], [False] * min(len(heard), 1)).astype(bool)
    rows = inner & (heard.code != 115)
    end = np.append(heard.time_ms[1:], [0] * min(len(heard), 1))[rows]
    spans = Spans(heard.time_ms[rows], end, heard.group[rows], np.ones(int(rows.sum()), bool))
    spans = trusted(events, spans, complete, bin_ms)
    spans = spans.at(spans.valid)
    moments = Spans(spans.start_ms, spans.start_ms + 1, spans.group >> 15, spans.valid)
    return overlaps(waits.start_ms, waits.end_ms + 1, waits.group >> 15, moments)


def _cycle_at(changes: Events, device: Longs, time_ms: Longs, assumed_s: float) -> Longs:
    """Cycle length in force for a device at a time; the assumed one when free or not known."""
    if len(changes) == 0:
        return np.full(len(time_ms), assumed_s)
    order = np.lexsort((changes.parameter, changes.time_ms, changes.device))
    low = int(min(changes.time_ms.min(), time_ms.min(initial=changes.time_ms.min())))
    keys = (changes.device[order] << AXIS_BITS) + (changes.time_ms[order] - low)
    row = np.searchsorted(keys, (device << AXIS_BITS) + (time_ms - low), "right") - 1
    known = (row >= 0) & (changes.device[order][np.maximum(row, 0)] == device)
    length = np.where(known, changes.parameter[order][np.maximum(row, 0)], 0)
    return np.where(length > 0, length, assumed_s)


def _first_within(heard: Events, spans: Spans) -> Longs:
    """Seconds from a span's start to the first such event of its group within it; NaN if none."""
    if len(heard) == 0 or len(spans.start_ms) == 0:
        return np.full(len(spans.start_ms), np.nan)
    low = int(min(heard.time_ms.min(), spans.start_ms.min()))
    keys = (heard.group << AXIS_BITS) + (heard.time_ms - low)
    row = np.searchsorted(keys, (spans.group << AXIS_BITS) + (spans.start_ms - low), "left")
    place = np.minimum(row, len(keys) - 1)
    found = (row < len(keys)) & (heard.group[place] == spans.group) & (heard.time_ms[place] <= spans.end_ms)
    return np.where(found, (heard.time_ms[place] - spans.start_ms) / 1000, np.nan)


def _seconds(spans: Spans) -> NDArray[np.float32]:
    return (spans.end_ms - spans.start_ms).astype(np.float32) / np.float32(1000)
