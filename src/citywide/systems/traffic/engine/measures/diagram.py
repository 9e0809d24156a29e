"""Arrivals in their cycle: the Purdue diagram, yellow and red running."""

import numpy as np

from citywide.systems.traffic.engine.measures.arrivals import Arrivals
from citywide.systems.traffic.engine.measures.columns import BIN_MS, Floats, Longs, Table, floor_bin, tally
from citywide.systems.traffic.engine.measures.detectors import Detectors
from citywide.systems.traffic.engine.measures.events import GREEN, Events
from citywide.systems.traffic.engine.measures.lights import cycle_times, whole_cycles
from citywide.systems.traffic.engine.measures.tables import named


def coordination_diagram(events: Events, detectors: Detectors, latency_s: float = 0, travel_s: float = 0) -> Table:
    """Purdue diagram: each arrival at its time in the cycle, with that cycle's yellow, red and end."""
    seen = Arrivals.of(events, detectors, "Advance", latency_s - travel_s)
    start, yellow, red, end = cycle_times(seen.lights)
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


def yellow_red(
    events: Events,
    detectors: Detectors,
    bin_ms: int = BIN_MS,
    latency_s: float = 1.5,
    min_offset_s: float | None = -8,
) -> Table:
    """Stop-bar hits by their time from the start of red, in whole cycles only; after 0 is a violation."""
    seen = Arrivals.of(events, detectors, "Yellow_Red", latency_s)
    whole, red_ms = whole_cycles(seen.lights)
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


def _round_half_away(values: Floats) -> Longs:
    return (np.sign(values) * np.floor(np.abs(values) + 0.5)).astype(np.int64)
