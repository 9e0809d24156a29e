"""Measures that count: detector hits, terminations, pedestrians, communications, coordination, whole data."""

from collections.abc import Sequence

import numpy as np

from citywide.systems.traffic.engine.measures.events import (
    AXIS_BITS,
    BIN_MS,
    DETECTOR_ON,
    Events,
    Floats,
    Longs,
    Table,
    axis,
    floor_bin,
    named,
    runs,
    tally,
    whole,
)

TERMINATIONS = {4: "GapOut", 5: "MaxOut", 6: "ForceOff"}
WALK, OVERLAP_WALK, PED_CALL = 21, 67, 90
PED_LINEAR, PED_SQUARE, PED_BASE = 0.7167, 0.0599, 1.1063  # TRR, doi 10.1177/0361198121994126
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
    table = _count(events.only(DETECTOR_ON), bin_ms)
    if not zeros:
        return named(events.names, table[0], table[1], detector=table[1] & 32767, total=table[2])
    bins, group, total = _with_zeros(events, bin_ms, *table)
    return named(events.names, bins, group, detector=group & 32767, total=total)


def terminations(events: Events, bin_ms: int = BIN_MS) -> Table:
    """How often each phase ended by gap-out, max-out or force-off."""
    ended = events.only(*TERMINATIONS)
    bins, group, (code,), _, sizes = tally(floor_bin(ended.time_ms, bin_ms), ended.group, ended.code)
    reason = np.array([TERMINATIONS[number] for number in code.tolist()], dtype="U8")
    return named(events.names, bins, group, phase=group & 32767, reason=reason, total=sizes)


def consecutive_max_outs(events: Events, least: int = 5) -> Table:
    """Watchdog: runs of at least `least` max-outs in a row on one phase, with when each began."""
    ended = events.only(*TERMINATIONS)
    first = runs(ended.group, ended.code)
    sizes = np.diff(first, append=len(ended))
    first, sizes = first[sizes >= least], sizes[sizes >= least]
    stuck = ended.code[first] == 5
    first, sizes = first[stuck], sizes[stuck]
    group = ended.group[first]
    return named(events.names, ended.time_ms[first], group, phase=group & 32767, in_a_row=sizes)


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


def coordination(events: Events, bin_ms: int = BIN_MS) -> Table:
    """Every change of pattern, cycle and offset, as it was logged."""
    changed = events.only(131, 132, 316, 318)
    return {
        "time_ms": floor_bin(changed.time_ms, bin_ms),
        "at_ms": changed.time_ms,
        "device": events.names[changed.device],
        "code": changed.code,
        "parameter": changed.parameter,
    }


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


def coordination_state(events: Events, complete: Table, bin_ms: int = BIN_MS) -> Table:
    """Pattern, cycle length and offset in force at the end of every bin with whole data."""
    device = np.searchsorted(events.names, complete["device"]).astype(np.int64)
    bins = complete["time_ms"].astype(np.int64)
    order = np.lexsort((bins, device))
    device, bins = device[order], bins[order]
    fields = {"pattern": 131, "cycle_length": 132, "actual_cycle_length": 316, "actual_offset": 318}
    return {
        "time_ms": bins,
        "device": events.names[device],
        **{name: _held(events.only(code), device, bins, bin_ms) for name, code in fields.items()},
    }


def _held(changes: Events, device: Longs, bins: Longs, bin_ms: int) -> Longs:
    """The last value set in or before each bin; a bin that is not whole does not pass its value on."""
    keys = (device << AXIS_BITS) + bins // bin_ms
    set_in = (changes.device << AXIS_BITS) + changes.time_ms // bin_ms
    order = np.lexsort((changes.parameter, changes.time_ms, set_in))
    last = np.searchsorted(set_in[order], keys, "right") - 1
    here = (last >= 0) & (set_in[order][np.maximum(last, 0)] == keys) if len(order) else np.zeros(len(keys), bool)
    rows = np.maximum.accumulate(np.where(here, np.arange(len(keys)), -1))
    rows[(rows >= 0) & (device[np.maximum(rows, 0)] != device)] = -1
    if not len(order):
        return np.zeros(len(keys), np.int64)
    return np.where(rows >= 0, changes.parameter[order][last[np.maximum(rows, 0)]], 0)


def _count(heard: Events, bin_ms: int) -> tuple[Longs, Longs, Longs]:
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


def _unique_pushes(events: Events, bin_ms: int, quiet_s: float) -> tuple[Longs, Longs, Longs]:
    pushes = events.only(PED_CALL)
    apart = np.diff(pushes.time_ms, prepend=0) > quiet_s * 1000
    apart[runs(pushes.group)] = False
    return _count(pushes.at(apart), bin_ms)


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
