"""Columns of a forecast hub's tables as plain arrays."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Days = NDArray[np.datetime64]
Texts = NDArray[np.str_]


def find(folder: Path, pattern: str) -> Path | None:
    """The first file of this name, if there is one."""
    return next(iter(sorted(folder.glob(pattern))), None)


def one(folder: Path, pattern: str) -> Path:
    """The first file of this name, which has to be there."""
    found = find(folder, pattern)
    if found is None:
        raise SystemExit(f"{folder} holds no file {pattern}")
    return found


def listed(folder: Path, places: set[str]) -> set[str]:
    """Places named by the locations file, in whichever of its columns has these codes; all without one."""
    file = find(folder, "*locations*.csv")
    if file is None:
        return places
    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    columns = [{row[name] for row in rows} for name in (rows[0] if rows else ())]
    best = max((column & places for column in columns), key=len, default=places)
    return best or places


def is_number(name: str) -> bool:
    """Whether a column's name is a quantile level."""
    return name.replace(".", "", 1).isdigit()


def texts(column: Any) -> Texts:
    """A column as texts."""
    return np.array([str(value) for value in column.to_pylist()])


def floats(column: Any) -> Floats:
    """A column as numbers, NaN where there is none."""
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def times(column: Any) -> Days:
    """A column as moments of universal time, whether kept as texts, days or timestamps."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return np.array(
            [value.rstrip("Z").replace("+00:00", "") for value in column.to_pylist()], dtype="datetime64[s]"
        )
    return column.cast(pa.timestamp("s"), safe=False).to_numpy().astype("datetime64[s]")


def days_of(column: Any) -> Days:
    """A column as days."""
    return times(column).astype("datetime64[D]")
