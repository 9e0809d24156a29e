"""Speeds and greens as mean, median and 85th percentile."""

import numpy as np

from citywide.systems.traffic.engine.measures.columns import BIN_MS, Floats, Longs, Table, floor_bin, tally
from citywide.systems.traffic.engine.measures.events import GREEN, Events
from citywide.systems.traffic.engine.measures.spans import pairs
from citywide.systems.traffic.engine.measures.tables import named


def approach_speed(time_ms: Longs, phase: Longs, speed: Floats, bin_ms: int = BIN_MS) -> Table:
    """Mean, median and 85th percentile of radar speeds per phase and bin."""
    bins, group, _, cell, sizes = tally(floor_bin(time_ms, bin_ms), phase)
    order = np.lexsort((speed, cell))
    start = np.cumsum(sizes) - sizes
    mean = np.bincount(cell, speed, len(bins)) / np.maximum(sizes, 1)
    ranked = speed[order]
    return {
        "time_ms": bins,
        "phase": group,
        "vehicles": sizes,
        "mean": mean,
        "median": _ranked(ranked, start, sizes, 0.5),
        "p85": _ranked(ranked, start, sizes, 0.85),
    }


def split_monitor(events: Events, bin_ms: int = BIN_MS) -> Table:
    """Achieved greens per phase and bin: how many, mean median and 85th percentile."""
    greens = pairs(events, GREEN, 7)
    greens = greens.at(greens.valid)
    table = approach_speed(greens.end_ms, greens.group, (greens.end_ms - greens.start_ms) / 1000, bin_ms)
    group = np.asarray(table["phase"], np.int64)
    cell_order = np.asarray(table["time_ms"], np.int64)
    return named(
        events.names,
        cell_order,
        group,
        phase=group & 32767,
        greens=table["vehicles"],
        mean_s=table["mean"],
        median_s=table["median"],
        p85_s=table["p85"],
    )


def _ranked(ranked: Floats, start: Longs, sizes: Longs, share: float) -> Floats:
    """The value at a share of each run of ranked values, between neighbours as numpy's quantile does it."""
    if len(sizes) == 0:
        return np.zeros(0)
    place = share * (sizes - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, sizes - 1)
    weight = place - low
    return ranked[start + low] * (1 - weight) + ranked[start + high] * weight
