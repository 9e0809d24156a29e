"""Intervals from pairs of events, and what meets or lies within them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.engine.measures.columns import AXIS_BITS, Flags, Longs
from citywide.systems.traffic.engine.measures.events import Events

SHORTEST_MS = 200


@dataclass(frozen=True)
class Spans:
    """Intervals with the group they belong to and whether both ends can be trusted."""

    start_ms: Longs
    end_ms: Longs
    group: Longs
    valid: Flags

    @property
    def seconds(self) -> NDArray[np.float32]:
        """How long each lasts."""
        return (self.end_ms - self.start_ms).astype(np.float32) / np.float32(1000)

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


def first_within(heard: Events, spans: Spans) -> Longs:
    """Seconds from a span's start to the first such event of its group within it; NaN if none."""
    if len(heard) == 0 or len(spans.start_ms) == 0:
        return np.full(len(spans.start_ms), np.nan)
    low = int(min(heard.time_ms.min(), spans.start_ms.min()))
    keys = (heard.group << AXIS_BITS) + (heard.time_ms - low)
    row = np.searchsorted(keys, (spans.group << AXIS_BITS) + (spans.start_ms - low), "left")
    place = np.minimum(row, len(keys) - 1)
    found = (row < len(keys)) & (heard.group[place] == spans.group) & (heard.time_ms[place] <= spans.end_ms)
    return np.where(found, (heard.time_ms[place] - spans.start_ms) / 1000, np.nan)
