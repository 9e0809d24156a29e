"""Pattern, cycle and offset: each change, and what was in force."""

import numpy as np

from citywide.systems.traffic.engine.measures.columns import AXIS_BITS, BIN_MS, Longs, Table, floor_bin
from citywide.systems.traffic.engine.measures.events import Events


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
