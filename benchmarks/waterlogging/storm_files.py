"""Storms made elsewhere: read a folder of tables into rain and depth every five minutes.

The form, read liberally: CSV, Parquet or NPZ files, in the folder or below it. A table has a row for every
time step and the columns

    site, storm, time, rain_mm, depth_cm

in any order and case; other columns (site facts) are passed over, and tables without rain and depth. `site` may be
missing: then it is the folder that holds the file, when that is not the folder given, and else one site. `storm` may
be missing: then each file is one storm, or as many as its minutes begin anew; a record of more than a day is parted
where no rain fell for six hours, and what is long dry is passed over. `time` is a timestamp or minutes from
the storm's start (`time_s` and `time_h` are seconds and hours); without it rows are five minutes apart. Storms with
timestamps are taken in the order of time, others in the order in which they stand. Rain may also be an intensity,
`rain_mm_h`, and depth `depth_m` or `depth_mm`, the unit also in brackets; usual other names are known (`columns.py`).
An NPZ file holds `rain` and `depth` (under these names too; rain in five minutes) as arrays of (storm, step), or
(site, storm, step).

No step knows a later one: a step's depth is the newest reading of its five minutes, unknown where there was none, and
its rain is what was reported in them. What is reported more seldom is spread over the steps from the report on.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from benchmarks.waterlogging.columns import (
    ACCEPTED,
    DEPTH,
    INTENSITY,
    RAIN,
    SITES,
    STORMS,
    Columns,
    complaint,
    holds_storms,
    minutes,
    named,
    numbers,
    plain,
    table,
    tells_dates,
)
from benchmarks.waterlogging.spells import spells

Array = NDArray[Any]

STEP, LATE, SELDOM = 5.0, 0.5, 30.0
"""Minutes of a step, how late a clock may be, and how far apart rows may lie to be forecast half an hour ahead."""

TABLES = {".csv", ".parquet", ".gz", ".tsv"}


class Storms(NamedTuple):
    """Rain and depth of many sites, (site, storm, step); depth is NaN where a record has ended."""

    sites: tuple[str, ...]
    rain: Array
    depth: Array


class Storm(NamedTuple):
    """One storm: rain and depth at each step, and the minute in which it began, 0 where that is not told."""

    began: float
    rain: Array
    depth: Array


def read(folder: Path) -> Storms:
    """Every storm in a folder."""
    found: dict[str, list[Storm]] = {}
    for path in sorted(folder.rglob("*")):
        for site, storm in _storms(path, folder):
            found.setdefault(site, []).append(storm)
    if not found:
        raise _nothing_in(folder)
    storms = _stacked({site: sorted(every, key=lambda storm: storm.began) for site, every in found.items()})
    told = storms.depth[np.isfinite(storms.depth)]
    if not len(told) or not np.ptp(told) > 0:
        raise SystemExit(f"{folder}: the water never moves at any site, there is nothing to forecast")
    return storms


def _nothing_in(folder: Path) -> SystemExit:
    for path in sorted(folder.rglob("*")):
        if path.suffix in TABLES:
            return complaint(
                path, 1, f"no column of rain nor depth that is known among {', '.join(sorted(table(path)))}"
            )
    return SystemExit(f"{folder} holds no storms: CSV, TSV, Parquet and NPZ files are read; {ACCEPTED}")


def _stacked(found: Mapping[str, list[Storm]]) -> Storms:
    storms = max(map(len, found.values()))
    steps = max(len(storm.rain) for every in found.values() for storm in every)
    rain = np.zeros((len(found), storms, steps))
    depth = np.full((len(found), storms, steps), np.nan)
    for site, every in enumerate(found.values()):
        for number, storm in enumerate(every):
            rain[site, number, : len(storm.rain)] = storm.rain
            depth[site, number, : len(storm.depth)] = storm.depth
    return Storms(tuple(found), rain, depth)


def _storms(path: Path, folder: Path) -> Iterator[tuple[str, Storm]]:
    if path.suffix == ".npz":
        yield from _arrays(path)
    elif path.suffix in TABLES:
        yield from _table(path, "site" if path.parent == folder else path.parent.name)


def _arrays(path: Path) -> Iterator[tuple[str, Storm]]:
    columns = _plain_arrays(path)
    if not holds_storms(path, columns):
        return
    rain, depth = _rain(path, columns, STEP), _depth(path, columns)
    if rain.shape != depth.shape or rain.ndim not in {2, 3}:
        raise complaint(path, 1, f"rain and depth are of {rain.shape} and {depth.shape}, not of one (storm, step)")
    single = rain.ndim == 2
    for number, (rains, depths) in enumerate([(rain, depth)] if single else zip(rain, depth, strict=True)):
        name = path.stem if single else f"{path.stem}-{number}"
        yield from ((name, Storm(0.0, np.nan_to_num(fell), stood)) for fell, stood in zip(rains, depths, strict=True))


def _plain_arrays(path: Path) -> Mapping[str, Array]:
    try:
        with np.load(path) as arrays:
            found = {plain(name): arrays[name] for name in arrays.files}
    except (ValueError, OSError, BadZipFile) as error:
        raise complaint(path, 1, f"not arrays of numbers ({error})") from error
    return {name: array.astype(float) for name, array in found.items() if array.dtype.kind in "fiu"}


def _table(path: Path, place: str) -> Iterator[tuple[str, Storm]]:
    columns = table(path)
    if not holds_storms(path, columns):
        return
    times, dated, step = minutes(path, columns), tells_dates(columns), _step_of(path, columns)
    sites, storms = named(columns, SITES), named(columns, STORMS)
    sites = np.full(len(times), place) if sites is None else sites
    unnamed = storms is None
    storms = _begun(times, sites, dated) if storms is None else storms
    read = times, _rain(path, columns, step), _depth(path, columns)
    for mine in _groups(sites, storms):
        storm = Storm(float(times[mine].min()) if dated else 0.0, *five_minutes(*(each[mine] for each in read)))
        yield from ((str(sites[mine][0]), part) for part in (_parted(storm, dated) if unnamed else [storm]))


def _groups(sites: Array, storms: Array) -> Iterator[Array]:
    """Which rows belong together, in the order in which they first stand."""
    keys = np.char.add(np.char.add(sites, "\0"), storms)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    yield from (inverse == group for group in np.argsort(first))


def _parted(storm: Storm, dated: bool) -> Iterator[Storm]:
    """The storms of a record that names none."""
    for spell in spells(storm.rain):
        yield Storm(storm.began + dated * STEP * spell.start, storm.rain[spell], storm.depth[spell])


def _begun(times: Array, sites: Array, dated: bool) -> Array:
    """Where no storm is named: the storm of each row, as many as minutes have begun anew at a site."""
    anew = np.concatenate([[False], (np.diff(times) < 0) & (sites[1:] == sites[:-1])]) & (not dated)
    return np.cumsum(anew).astype(str)


def _rain(path: Path, columns: Columns, step: float) -> Array:
    hourly = numbers(path, columns, INTENSITY)
    fell = numbers(path, columns, RAIN) if hourly is None else hourly * step / 60
    return np.zeros(0) if fell is None else fell


def _depth(path: Path, columns: Columns) -> Array:
    stood = numbers(path, columns, DEPTH)
    return np.zeros(0) if stood is None else stood


def _step_of(path: Path, columns: Columns) -> float:
    step = _usual_step(minutes(path, columns))
    if step > SELDOM:
        raise complaint(path, 2, f"rows are {step:g} minutes apart; half an hour ahead takes {SELDOM:g} at most")
    return step


def _usual_step(times: Array) -> float:
    apart = np.diff(times)
    return float(np.median(apart[apart > 0])) if (apart > 0).any() else STEP


def five_minutes(times: Array, rain: Array, depth: Array) -> tuple[Array, Array]:
    """One storm's rows, at minutes, as rain and depth every five minutes."""
    order = np.argsort(times, kind="stable")
    step = np.maximum(np.ceil((times[order] - times[order][0] - LATE) / STEP), 0).astype(int)
    spread = max(1, round(_usual_step(times[order]) / STEP))
    fell, stood = np.zeros(step[-1] + 1), np.full(step[-1] + 1, np.nan)
    for later in range(spread):
        here = step + later < len(fell)
        np.add.at(fell, step[here] + later, np.nan_to_num(rain[order][here]) / spread)
    known = np.isfinite(depth[order])
    stood[step[known]] = depth[order][known]  # of several the newest stays
    return fell, stood
