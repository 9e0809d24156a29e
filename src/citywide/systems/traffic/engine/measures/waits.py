"""How long phases wait from call to green, and how often they were passed over."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.engine.measures.calls import phase_waits
from citywide.systems.traffic.engine.measures.columns import (
    AXIS_BITS,
    BIN_MS,
    Flags,
    Floats,
    Longs,
    Table,
    floor_bin,
    tally,
)
from citywide.systems.traffic.engine.measures.events import Events
from citywide.systems.traffic.engine.measures.spans import Spans, overlaps, pairs
from citywide.systems.traffic.engine.measures.tables import named
from citywide.systems.traffic.engine.measures.trust import trusted


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
    waits = _believed(events, complete, bin_ms, recovery_s)
    cycle = _longer_cycle(events.only(cycle_code), waits, assumed_cycle_s)
    limit = cycle * np.where(_saw_priority(events, waits, complete, bin_ms), skip_priority, skip)
    bins, group, _, cell, sizes = tally(floor_bin(waits.end_ms, bin_ms), waits.group)
    waited = np.bincount(cell, waits.seconds, len(bins)) / np.maximum(sizes, 1)
    skips = np.bincount(cell, waits.seconds > limit, len(bins)).astype(np.int64)
    longest = _longest(cell, waits.seconds, len(bins))
    return named(events.names, bins, group, phase=group & 32767, wait_s=waited, longest_s=longest, skips=skips)


def _believed(events: Events, complete: Table, bin_ms: int, recovery_s: float) -> Spans:
    """Waits whose ends are known, away from pre-emptions."""
    waits = trusted(events, phase_waits(events), complete, bin_ms)
    waits = waits.at(waits.valid)
    return waits.at(~_near_preemption(events, waits, complete, bin_ms, recovery_s))


def _longest(cell: Longs, seconds: NDArray[np.float32], cells: int) -> Floats:
    longest = np.zeros(cells)
    np.maximum.at(longest, cell, seconds)
    return longest


def _longer_cycle(changes: Events, waits: Spans, assumed_s: float) -> Longs:
    """The longer of the cycles in force at a wait's begin and at its end."""
    device = waits.group >> 15
    return np.maximum(*(_cycle_at(changes, device, time, assumed_s) for time in (waits.start_ms, waits.end_ms)))


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
