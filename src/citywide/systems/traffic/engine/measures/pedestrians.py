"""Pedestrians: services, pushes, people, and their wait for the walk."""

import numpy as np

from citywide.systems.traffic.engine.measures.columns import BIN_MS, Floats, Longs, Table, floor_bin, runs, tally, whole
from citywide.systems.traffic.engine.measures.counts import count_runs
from citywide.systems.traffic.engine.measures.events import Events
from citywide.systems.traffic.engine.measures.spans import Spans
from citywide.systems.traffic.engine.measures.tables import named
from citywide.systems.traffic.engine.measures.trust import trusted

WALK, OVERLAP_WALK, PED_CALL = 21, 67, 90
PED_LINEAR, PED_SQUARE, PED_BASE = 0.7167, 0.0599, 1.1063  # TRR, doi 10.1177/0361198121994126


def pedestrians(events: Events, bin_ms: int = BIN_MS) -> Table:
    """Walk services and button pushes per phase."""
    heard = events.only(WALK, OVERLAP_WALK, PED_CALL)
    bins, group, _, cell, sizes = tally(floor_bin(heard.time_ms, bin_ms), heard.group)
    pushes = np.bincount(cell, heard.code == PED_CALL, len(bins)).astype(np.int64)
    return named(events.names, bins, group, phase=group & 32767, ped_services=sizes - pushes, ped_actuations=pushes)


def unique_pedestrians(events: Events, bin_ms: int = BIN_MS, quiet_s: float = 15) -> Table:
    """Pushes that come more than 15 s after the one before: people rather than impatience."""
    bins, group, count = _unique_pushes(events, bin_ms, quiet_s)
    return named(events.names, bins, group, phase=group & 32767, unique_actuations=count)


def pedestrian_volumes(events: Events, bin_ms: int = BIN_MS, quiet_s: float = 15) -> Table:
    """Services, pushes, unique pushes and the estimated number of people, for every bin of the record."""
    table = pedestrians(events, bin_ms)
    device = np.searchsorted(events.names, table["device"]).astype(np.int64)
    seen = (device << 15) | table["phase"].astype(np.int64)
    groups = np.unique(seen)
    bins = _all_bins(events, bin_ms)
    grids = [
        _grid(groups, bins, bin_ms, whole(table["time_ms"]), seen, whole(table[name]))
        for name in ("ped_services", "ped_actuations")
    ]
    unique = _grid(groups, bins, bin_ms, *_unique_pushes(events, bin_ms, quiet_s))
    return named(
        events.names,
        np.tile(bins, len(groups)),
        np.repeat(groups, len(bins)),
        phase=np.repeat(groups & 32767, len(bins)),
        ped_services=grids[0].ravel(),
        ped_actuations=grids[1].ravel(),
        unique_actuations=unique.ravel(),
        estimated_volume=_people(unique).ravel(),
    )


def pedestrian_delay(events: Events, complete: Table, bin_ms: int = BIN_MS) -> Table:
    """From the first push after the last clearance to the walk, mean per bin of the walk's start."""
    waits = trusted(events, _pushes_to_walk(events), complete, bin_ms)
    waits = waits.at(waits.valid)
    bins, group, _, cell, sizes = tally(floor_bin(waits.end_ms, bin_ms), waits.group)
    total = np.bincount(cell, waits.seconds, len(bins))
    return named(events.names, bins, group, phase=group & 32767, delay_s=total / np.maximum(sizes, 1), samples=sizes)


def _pushes_to_walk(events: Events) -> Spans:
    heard = events.only(90, 21, 22)
    n = len(heard)
    if n == 0:
        return Spans(heard.time_ms, heard.time_ms, heard.group, np.zeros(0, bool))
    shown = np.where(heard.code != 90, np.arange(n), n)
    following = np.append(np.minimum.accumulate(shown[::-1])[::-1][1:], n)
    known = following < n
    known[known] &= heard.group[following[known]] == heard.group[known]
    fresh = np.append(True, (heard.code[:-1] == 22) | (heard.group[1:] != heard.group[:-1]))
    rows = np.flatnonzero((heard.code == 90) & fresh & known)
    end = heard.time_ms[following[rows]]
    return Spans(heard.time_ms[rows], end, heard.group[rows], np.ones(len(rows), bool))


def _unique_pushes(events: Events, bin_ms: int, quiet_s: float) -> tuple[Longs, Longs, Longs]:
    pushes = events.only(PED_CALL)
    apart = np.diff(pushes.time_ms, prepend=0) > quiet_s * 1000
    apart[runs(pushes.group)] = False
    return count_runs(pushes.at(apart), bin_ms)


def _all_bins(events: Events, bin_ms: int) -> Longs:
    if len(events) == 0:
        return np.empty(0, np.int64)
    low, high = floor_bin(np.array([events.time_ms.min(), events.time_ms.max()]), BIN_MS)
    return np.arange(low, high + 1, bin_ms, dtype=np.int64)


def _grid(groups: Longs, bins: Longs, bin_ms: int, time_ms: Longs, group: Longs, value: Longs) -> Longs:
    grid = np.zeros((len(groups), len(bins)), np.int64)
    if len(bins):
        place = (np.asarray(time_ms) - bins[0]) // bin_ms
        inside = (place >= 0) & (place < len(bins))
        grid[np.searchsorted(groups, group)[inside], place[inside]] = value[inside]
    return grid


def _people(unique: Longs) -> Floats:
    ahead = np.cumsum(np.pad(unique, ((0, 0), (1, 3))), axis=1)
    hour = (ahead[:, 4:] - ahead[:, :-4]).astype(float)
    hourly = (PED_LINEAR * hour + PED_SQUARE * hour**2).astype(np.float32)
    share = np.divide(unique, hour, out=np.zeros_like(hour), where=hour > 0)
    return (hourly * share + PED_BASE / 4).astype(np.float64)
