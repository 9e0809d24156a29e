"""Volumes by approach and movement, speeds, use of green, gaps for left turners, detector health."""

import numpy as np

from citywide.systems.traffic.engine.measures.arrivals import Arrivals
from citywide.systems.traffic.engine.measures.events import (
    BIN_MS,
    DETECTOR_ON,
    GREEN,
    Detectors,
    Events,
    Floats,
    Longs,
    Table,
    detections,
    floor_bin,
    named,
    tally,
)
from citywide.systems.traffic.engine.measures.waits import pairs

GAP_EDGES_S = (1.0, 3.3, 3.7, 7.4)
QUIET_GAP_S = 60.0


def approach_volume(events: Events, detectors: Detectors, function: str = "Count", bin_ms: int = BIN_MS) -> Table:
    """Vehicles per approach (phase) and bin over its counting detectors, and per hour."""
    hits, phase = detections(events, detectors, function, DETECTOR_ON)
    bins, group, _, _, sizes = tally(floor_bin(hits.time_ms, bin_ms), phase)
    return named(events.names, bins, group, phase=group & 32767, volume=sizes, per_hour=sizes * (3_600_000 / bin_ms))


def turning_counts(
    events: Events,
    detectors: Detectors,
    movements: tuple[str, ...] = ("Left", "Through", "Right"),
    bin_ms: int = BIN_MS,
) -> Table:
    """Vehicles per approach, movement and bin; detectors carry the movement as their function."""
    parts = [approach_volume(events, detectors, movement, bin_ms) for movement in movements]
    sizes = [len(part["time_ms"]) for part in parts]
    joined: Table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return joined | {"movement": np.repeat(np.array(movements), sizes)}


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


def green_use(events: Events, detectors: Detectors, function: str = "Count", slot_s: int = 2) -> Table:
    """Vehicles by their time since green began, in slots of two seconds, per phase: use of the green."""
    seen = Arrivals.of(events, detectors, function)
    rows = np.flatnonzero((seen.state == GREEN) & (seen.row >= 0))
    since = seen.time_ms[rows] - seen.lights.time_ms[seen.row[rows]]
    slot, group, _, _, sizes = tally(since // (slot_s * 1000), seen.group[rows])
    greens = np.bincount(np.searchsorted(np.unique(group), _green_groups(seen, group)), minlength=1)
    share = sizes / np.maximum(greens[np.searchsorted(np.unique(group), group)], 1) if len(group) else sizes * 1.0
    return {
        "device": events.names[group >> 15],
        "phase": group & 32767,
        "since_green_s": slot * slot_s,
        "vehicles": sizes,
        "per_green": share,
    }


def left_turn_gaps(
    events: Events, detectors: Detectors, phase: int, function: str = "Count", bin_ms: int = BIN_MS
) -> Table:
    """Gaps in the opposing flow during its green, by length: what a left turner could have used."""
    seen = Arrivals.of(events, detectors, function)
    kept = np.flatnonzero((seen.state == GREEN) & (seen.group & 32767 == phase))
    order = kept[np.lexsort((seen.time_ms[kept], seen.group[kept]))]
    time, group, row = seen.time_ms[order], seen.group[order], seen.row[order]
    same = (group[1:] == group[:-1]) & (row[1:] == row[:-1])
    gap = (np.diff(time) / 1000)[same]
    length = np.searchsorted(GAP_EDGES_S, gap, "right")
    bins, owner, (kind,), _, sizes = tally(floor_bin(time[1:][same], bin_ms), group[1:][same], length)
    return named(events.names, bins, owner, phase=owner & 32767, longer_than=kind, gaps=sizes)


def detector_anomalies(counts: Floats, threshold: float = 4.0) -> Floats:
    """Robust score of each detector's bins against its usual day and its fellows' common shock.

    `counts` is detector × day × bin of the day. The usual is the median over days; what all detectors share
    that day (a storm, a match) is taken off by the median over detectors; the rest is scored by its MAD.
    """
    usual = np.nanmedian(counts, axis=1, keepdims=True)
    off = np.sqrt(counts) - np.sqrt(usual)
    off = off - np.nanmedian(off, axis=0, keepdims=True)
    spread = 1.4826 * np.nanmedian(np.abs(off), axis=(1, 2), keepdims=True)
    score = off / np.maximum(spread, 0.3)
    return np.where(np.abs(score) > threshold, score, 0.0)


def _green_groups(seen: Arrivals, group: Longs) -> Longs:
    wanted = np.isin(seen.lights.group, group) & (seen.lights.code == GREEN)
    return seen.lights.group[wanted]


def _ranked(ranked: Floats, start: Longs, sizes: Longs, share: float) -> Floats:
    """The value at a share of each run of ranked values, between neighbours as numpy's quantile does it."""
    if len(sizes) == 0:
        return np.zeros(0)
    place = share * (sizes - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, sizes - 1)
    weight = place - low
    return ranked[start + low] * (1 - weight) + ranked[start + high] * weight
