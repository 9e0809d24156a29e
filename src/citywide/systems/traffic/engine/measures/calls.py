"""Calls of phases: from a call, or from a green's end while the call stays, to the next green."""

import numpy as np

from citywide.systems.traffic.engine.measures.columns import Flags
from citywide.systems.traffic.engine.measures.events import GREEN, Events
from citywide.systems.traffic.engine.measures.spans import Spans, overlaps, pairs

GREEN_END, CALL, CALL_DROPPED = 7, 43, 44


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
