"""Pre-emption and transit priority, from request to end."""

import numpy as np

from citywide.systems.traffic.engine.measures.columns import BIN_MS, Flags, Longs, Table, floor_bin, tally
from citywide.systems.traffic.engine.measures.events import Events
from citywide.systems.traffic.engine.measures.spans import Spans, first_within, pairs
from citywide.systems.traffic.engine.measures.tables import named

REQUESTED, SERVED = 102, 105
LATEST_EXIT_MS = 600_000  # after the request is gone


def preemptions(events: Events) -> Table:
    """Each pre-emption from request (102) to end (104): gate, entry, clearing of the track, dwell, exit."""
    spans = pairs(events, REQUESTED, 104)
    spans = spans.at(spans.valid)
    return named(
        events.names,
        spans.start_ms,
        spans.group,
        preempt=spans.group & 32767,
        gate_s=first_within(events.only(103), spans),
        entry_s=first_within(events.only(SERVED), spans),
        track_clear_s=first_within(events.only(106), spans),
        dwell_s=first_within(events.only(107), spans),
        too_long=~np.isnan(first_within(events.only(110), spans)),
        exit_s=first_within(events.only(111), _until_the_next(spans)),
        length_s=spans.seconds,
    )


def preempt_counts(events: Events, bin_ms: int = BIN_MS) -> Table:
    """How often each pre-emption was requested (102) and served (105), by bin."""
    heard = events.only(REQUESTED, SERVED)
    bins, group, _, cell, sizes = tally(floor_bin(heard.time_ms, bin_ms), heard.group)
    requests = np.bincount(cell, heard.code == REQUESTED, len(bins)).astype(np.int64)
    return named(events.names, bins, group, preempt=group & 32767, requests=requests, services=sizes - requests)


def priority_services(events: Events) -> Table:
    """Each transit priority: check-in (112) to check-out (115), early green (113), extension (114)."""
    spans = pairs(events, 112, 115)
    spans = spans.at(spans.valid)
    return named(
        events.names,
        spans.start_ms,
        spans.group,
        number=spans.group & 32767,
        early_green=~np.isnan(first_within(events.only(113), spans)),
        extension=~np.isnan(first_within(events.only(114), spans)),
        length_s=spans.seconds,
    )


def priority_summary(events: Events, bin_ms: int = BIN_MS) -> Table:
    """Transit priority by bin of the check-in: how many asked, who got an early green or an extension, how long."""
    spans = pairs(events, 112, 115)
    spans = spans.at(spans.valid)
    early, longer = (~np.isnan(first_within(events.only(code), spans)) for code in (113, 114))
    bins, group, _, cell, sizes = tally(floor_bin(spans.start_ms, bin_ms), spans.group)

    def among(rows: Flags) -> Longs:
        return np.bincount(cell[rows], minlength=len(bins)).astype(np.int64)

    return named(
        events.names,
        bins,
        group,
        number=group & 32767,
        asked=sizes,
        early_greens=among(early),
        extensions=among(longer),
        helped=among(early | longer),
        mean_s=np.bincount(cell, spans.seconds, len(bins)) / np.maximum(sizes, 1),
    )


def _until_the_next(spans: Spans) -> Spans:
    """Exits come after the request is gone, before the next one."""
    following = np.append(spans.start_ms[1:], [0] * min(len(spans.start_ms), 1))
    same = np.append(spans.group[1:] == spans.group[:-1], [False] * min(len(spans.start_ms), 1)).astype(bool)
    latest = spans.end_ms + LATEST_EXIT_MS
    return Spans(spans.start_ms, np.where(same, np.minimum(latest, following - 1), latest), spans.group, spans.valid)
