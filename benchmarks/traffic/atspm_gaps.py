"""The largest difference between our tables and the peer's."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.traffic.atspm_columns import COLUMNS, KEYS
from citywide.systems.traffic.engine import measures as m


def differences(tables: Mapping[str, m.Table], folder: Path) -> dict[str, float]:
    """Per measure, the largest difference of any cell; a row that only one side has counts as infinite."""
    return {name: _difference(name, tables[name], pq.read_table(folder / f"{name}.parquet")) for name in COLUMNS}


def _difference(name: str, table: m.Table, peer: pa.Table) -> float:
    names = {"DeviceId": "device", **COLUMNS[name]}
    theirs = {own: plain(peer.column(other)) for other, own in names.items()}
    mine = {own: table[own] for own in names.values()}
    if len(mine["device"]) != len(theirs["device"]):
        return float("inf")
    if len(mine["device"]) == 0:
        return 0.0
    orders = [_order(side, name) for side in (mine, theirs)]
    return max(_gap(mine[own][orders[0]], theirs[own][orders[1]]) for own in names.values())


def _order(side: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    keys = [own for own in ("device", *COLUMNS[name].values()) if own in KEYS]
    return np.lexsort([side[own] for own in reversed(keys)])


def _gap(mine: np.ndarray, theirs: np.ndarray) -> float:
    if mine.dtype.kind in "US" or theirs.dtype.kind in "USO":
        return 0.0 if (mine.astype(str) == theirs.astype(str)).all() else float("inf")
    exact = mine.astype(theirs.dtype) if theirs.dtype == np.float32 else mine
    gap = np.abs(exact.astype(float) - theirs.astype(float))
    return float(np.where(np.isnan(exact.astype(float)) & np.isnan(theirs.astype(float)), 0, gap).max())


def plain(column: pa.ChunkedArray) -> np.ndarray:
    """A column as numbers or words; times as milliseconds."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("ms")).cast(pa.int64()).to_numpy()
    return column.to_numpy()
