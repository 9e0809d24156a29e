"""Which intervals can be believed: no clock set, no silence, no bin with gaps."""

from collections.abc import Sequence

import numpy as np

from citywide.systems.traffic.engine.measures.columns import AXIS_BITS, BIN_MS, Flags, Longs, Table, off_axis
from citywide.systems.traffic.engine.measures.events import Events
from citywide.systems.traffic.engine.measures.spans import SHORTEST_MS, Spans, overlaps

SILENCE = ((300, 300), (360, 120), (1260, 300), (1380, 900))  # minute of day → seconds that are still normal
CLOCK_MARGIN_MS = 5000


def trusted(events: Events, spans: Spans, complete: Table, bin_ms: int = BIN_MS) -> Spans:
    """The spans, not valid where a clock was set, the device fell silent or a bin's data is not whole."""
    device = spans.group >> 15
    doubt = Spans(*_doubtful(events))
    valid = spans.valid & ~overlaps(spans.start_ms, spans.end_ms, device, doubt)
    valid &= _whole_bins(events, spans, complete, bin_ms)
    kept = spans.end_ms - spans.start_ms >= SHORTEST_MS
    return Spans(spans.start_ms, spans.end_ms, spans.group, valid).at(kept)


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
