"""The columns of storms made elsewhere: their names, their units, and where a table says what cannot be read."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Columns = Mapping[str, Array]

DEPTH_WORDS = ("depth", "water_depth", "level", "water_level")
RAIN_WORDS = ("rain", "rainfall", "precip", "precipitation")
LENGTHS = {"": 1.0, "_cm": 1.0, "_m": 100.0, "_mm": 0.1}
HOURLY = ("_mm_h", "_mm_per_h", "_mm_hr", "_mmh")
DEPTH = {f"{word}{unit}": factor for word in DEPTH_WORDS for unit, factor in LENGTHS.items()}
RAIN = {f"{word}{unit}": 1.0 for word in RAIN_WORDS for unit in ("", "_mm", "_mm_5min")}
INTENSE_WORDS = ("intensity", *(f"{word}_intensity" for word in RAIN_WORDS))
INTENSITY = dict.fromkeys(
    (*INTENSE_WORDS, *(f"{word}{unit}" for word in (*RAIN_WORDS, *INTENSE_WORDS) for unit in HOURLY)), 1.0
)
MINUTES = {"time_min": 1.0, "minutes": 1.0, "minute": 1.0, "time": 1.0, "t": 1.0, "time_s": 1 / 60, "time_h": 60.0,
           "t_min": 1.0, "time_minutes": 1.0, "elapsed_min": 1.0, "t_s": 1 / 60, "t_h": 60.0}  # fmt: skip
SITES = ("site", "site_id", "gauge", "gauge_id", "station", "station_id", "location", "node")
STORMS = ("storm", "storm_id", "storm_no", "event", "event_id", "event_no", "run")
UNKNOWN_UP_TO = -99.0
"""A reading as low as that (-999, -9999) is how some recorders say that there was none."""

TIMES = (*MINUTES, "timestamp", "datetime", "date_time", "ts")
ACCEPTED = (
    "accepted: site, storm, time, rain_mm (or rain_mm_h), depth_cm (or depth_m, depth_mm); "
    "the unit may stand in brackets: depth (mm)"
)
UNKNOWN = ("", "na", "n/a", "nan", "null", "none", "-")


def table(path: Path) -> Columns:
    """A table's columns by their plain names; a complaint where it is none."""
    try:
        source = duckdb.read_parquet(str(path)) if path.suffix == ".parquet" else duckdb.read_csv(str(path))
        columns = {plain(name): _filled(values) for name, values in source.fetchnumpy().items()}
    except duckdb.Error as error:
        raise complaint(path, 1, f"not a table ({str(error).splitlines()[0]})") from error
    if not len(next(iter(columns.values()))):
        raise complaint(path, 1, "no rows below the names of the columns")
    return columns


def plain(name: str) -> str:
    """A column's name as it is looked up: `Depth (mm)` is depth_mm."""
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def _filled(values: Any) -> Array:
    if values.dtype.kind in "iu" and np.ma.is_masked(values):
        values = values.astype(float)
    return np.ma.filled(values, {"f": np.nan, "M": np.datetime64("NaT"), "O": ""}.get(values.dtype.kind))


def complaint(path: Path, line: int, what: str) -> SystemExit:
    """The end of the run, with the place and what would have been read."""
    return SystemExit(f"{path}, line {line}: {what}; {ACCEPTED}")


def holds_storms(path: Path, columns: Iterable[str]) -> bool:
    """Whether a table has depth and rain; one that has but one of them is a mistake, one of neither something else."""
    names = set(columns)
    has_depth, has_rain = bool(names & set(DEPTH)), bool(names & {*RAIN, *INTENSITY})
    if has_depth != has_rain:
        missing, words = ("rain", (*RAIN_WORDS, *INTENSE_WORDS)) if has_depth else ("depth", DEPTH_WORDS)
        odd = [f" ({name}: of no unit that is known)" for name in sorted(names) if name.startswith(words)]
        known = f"no column of {missing} that is known among {', '.join(sorted(names))}"
        raise complaint(path, 1, known + "".join(odd))
    return has_depth


def numbers(path: Path, columns: Columns, names: Mapping[str, float]) -> Array | None:
    """The first of these columns that there is, in its unit; NaN where nothing is told."""
    name = next((name for name in names if name in columns), None)
    if name is None:
        return None
    found = _floats(path, name, columns[name])
    return names[name] * np.where(found <= UNKNOWN_UP_TO, np.nan, found)


def named(columns: Columns, names: Iterable[str]) -> Array | None:
    """The first of these columns that there is, as words."""
    return next((columns[name].astype(str) for name in names if name in columns), None)


def _floats(path: Path, name: str, values: Array) -> Array:
    if values.dtype.kind in "fiu":
        return values.astype(float)
    words = ["" if value is None else str(value).strip() for value in values]
    return np.array([_float(path, row, name, word) for row, word in enumerate(words)])


def _float(path: Path, row: int, name: str, word: str) -> float:
    try:
        return np.nan if word.lower() in UNKNOWN else float(word)
    except ValueError:
        raise complaint(path, row + 2, f"{name} is '{word}', which is no number") from None


def minutes(path: Path, columns: Columns) -> Array:
    """The time of each row in minutes; rows are five minutes apart where no time is told."""
    name = next((name for name in TIMES if name in columns), None)
    if name is None:
        return np.arange(len(next(iter(columns.values())))) * 5.0
    values = columns[name]
    found = _of_clock(path, name, values) if values.dtype.kind in "OM" else values * MINUTES.get(name, 1.0)
    if not np.isfinite(found).all():
        raise complaint(path, int(np.argmin(np.isfinite(found))) + 2, f"{name} is not told")
    return found


def tells_dates(columns: Columns) -> bool:
    """Whether rows stand at moments of the calendar."""
    return any(name in columns and columns[name].dtype.kind in "OM" for name in TIMES)


def _of_clock(path: Path, name: str, values: Array) -> Array:
    try:
        moments = values.astype("datetime64[s]")
    except ValueError:
        raise complaint(path, 2, f"{name} is '{values[0]}', neither a moment nor minutes") from None
    return np.where(np.isnat(moments), np.nan, moments.astype(float) / 60)
