"""Measures that count: whole data, detector hits, communications, splits."""

from collections.abc import Sequence

import numpy as np

from citywide.systems.traffic.engine.measures.columns import BIN_MS, Floats, Longs, Table, axis, floor_bin, runs, tally
from citywide.systems.traffic.engine.measures.events import DETECTOR_ON, Events
from citywide.systems.traffic.engine.measures.tables import named

VENDOR_CODES_FROM = 219


def has_data(events: Events, bin_ms: int = BIN_MS, part_ms: int = 300_000, least: int = 3) -> Table:
    """Bins in which every part (5 minutes) holds at least `least` events of the device."""
    start, counts = events.per_bin(part_ms, events.code < VENDOR_CODES_FROM)
    device, part = np.nonzero(counts >= least)
    bins, owner, _, _, parts_full = tally(floor_bin(start + part * part_ms, bin_ms), device)
    full = parts_full * part_ms == bin_ms
    return {"time_ms": bins[full], "device": events.names[owner[full]]}


def actuations(events: Events, bin_ms: int = BIN_MS, *, zeros: bool = False) -> Table:
    """Hits per detector and bin; with `zeros`, also bins in which the device spoke but it did not."""
    table = count_runs(events.only(DETECTOR_ON), bin_ms)
    if not zeros:
        return named(events.names, table[0], table[1], detector=table[1] & 32767, total=table[2])
    bins, group, total = _with_zeros(events, bin_ms, *table)
    return named(events.names, bins, group, detector=group & 32767, total=total)


def communications(events: Events, codes: Sequence[int] = (400, 503, 502), bin_ms: int = BIN_MS) -> Table:
    """Mean of what the controller reports of its communications, per code."""
    bins, device, code, _, mean = _mean_parameter(events.only(*codes), bin_ms)
    return {"time_ms": bins, "device": events.names[device], "code": code, "average": mean}


def splits(events: Events, bin_ms: int = BIN_MS) -> Table:
    """Services and mean length of the splits that a MAXTIME controller reports (codes 300–317)."""
    bins, device, code, sizes, mean = _mean_parameter(events.only(*range(300, 318)), bin_ms)
    return {
        "time_ms": bins,
        "device": events.names[device],
        "code": code,
        "services": sizes,
        "average_split": mean,
    }


def count_runs(heard: Events, bin_ms: int) -> tuple[Longs, Longs, Longs]:
    """Bins, groups and how many events each has; the events stand in their order."""
    bins = floor_bin(heard.time_ms, bin_ms)
    first = runs(heard.group, bins)
    return bins[first], heard.group[first], np.diff(first, append=len(heard))


def _with_zeros(events: Events, bin_ms: int, bins: Longs, group: Longs, total: Longs) -> tuple[Longs, Longs, Longs]:
    first, spoken = events.per_bin(bin_ms)
    detectors = np.unique(group)
    row, column = np.nonzero(spoken[detectors >> 15])
    all_bins, all_groups = first + column * bin_ms, detectors[row]
    filled = np.zeros(len(all_bins), np.int64)
    known = axis(group, bins, first)
    filled[np.searchsorted(axis(all_groups, all_bins, first), known)] = total
    return all_bins, all_groups, filled


def _mean_parameter(heard: Events, bin_ms: int) -> tuple[Longs, Longs, Longs, Longs, Floats]:
    bins, device, (code,), cell, sizes = tally(floor_bin(heard.time_ms, bin_ms), heard.device, heard.code)
    total = np.bincount(cell, heard.parameter, len(bins))
    return bins, device, code, sizes, total / np.maximum(sizes, 1)
