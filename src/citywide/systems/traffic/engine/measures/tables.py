"""The tables that measures answer with."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.engine.measures.columns import Longs, Table


def named(names: NDArray[np.generic], bins: Longs, group: Longs, **columns: NDArray[np.generic]) -> Table:
    """A table with the bin's time, the device's own name and the measure's columns."""
    return {"time_ms": bins, "device": names[group >> 15], **columns}


def restrict(table: Table, complete: Table | None) -> Table:
    """Only the rows whose device has whole data in that bin (`complete` is the table of has_data)."""
    if complete is None:
        return table
    devices, places = np.unique(np.concatenate([complete["device"], table["device"]]), return_inverse=True)
    times = np.concatenate([complete["time_ms"], table["time_ms"]]).astype(np.int64)
    key = times * len(devices) + places
    known = len(complete["device"])
    keep = np.isin(key[known:], key[:known])
    return {name: column[keep] for name, column in table.items()}
