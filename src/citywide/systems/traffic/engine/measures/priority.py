"""Pre-emption and transit priority, from request to end."""

import numpy as np

from citywide.systems.traffic.engine.measures.columns import Table
from citywide.systems.traffic.engine.measures.events import Events
from citywide.systems.traffic.engine.measures.spans import first_within, pairs
from citywide.systems.traffic.engine.measures.tables import named


def preemptions(events: Events) -> Table:
    """Each pre-emption: request (102) to end (104), with the entry (105) and dwell (107) within it."""
    spans = pairs(events, 102, 104)
    spans = spans.at(spans.valid)
    return named(
        events.names,
        spans.start_ms,
        spans.group,
        preempt=spans.group & 32767,
        entry_s=first_within(events.only(105), spans),
        dwell_s=first_within(events.only(107), spans),
        length_s=spans.seconds,
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
        early_green=~np.isnan(first_within(events.only(113), spans)),
        extension=~np.isnan(first_within(events.only(114), spans)),
        length_s=spans.seconds,
    )
