"""Storms made elsewhere: read a folder of tables into rain and depth every five minutes.

The form, read liberally: CSV, Parquet or NPZ files, in the folder or below it. A table has a row for every
time step and the columns

    site, storm, time, rain_mm, depth_cm

in any order and case; other columns (site facts) are passed over. `site` may be missing: then it is the
folder that holds the file, when that is not the folder given, and else one site. `storm` may be missing:
then each file is one storm. `time` is a timestamp or minutes from the storm's start (`time_s` and `time_h`
are seconds and hours); without it rows are five minutes apart. Storms with timestamps are taken in the order of
time, others in the order in which they stand. Rain may also be an intensity, `rain_mm_h`,
and depth `depth_m` or `depth_mm`. Steps shorter than five minutes are gathered, longer ones spread. An NPZ
file holds `rain` and `depth` (millimetres in five minutes, centimetres) as arrays of (storm, step), or
(site, storm, step).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

RAIN = {
    "rain_mm": 1.0,
    "rain": 1.0,
    "rainfall": 1.0,
    "rainfall_mm": 1.0,
    "precip_mm": 1.0,
    "rain_mm_5min": 1.0,
}
INTENSITY = ("rain_mm_h", "rain_mm_per_h", "rain_mmh", "intensity_mm_h", "intensity")
DEPTH = {
    "depth_cm": 1.0,
    "depth": 1.0,
    "water_depth_cm": 1.0,
    "depth_m": 100.0,
    "depth_mm": 0.1,
    "level_cm": 1.0,
}
MINUTES = {
    "time_min": 1.0,
    "minutes": 1.0,
    "minute": 1.0,
    "time": 1.0,
    "t": 1.0,
    "time_s": 1 / 60,
    "time_h": 60.0,
}
TIMES = (*MINUTES, "timestamp", "datetime", "date_time", "ts")


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
        raise SystemExit(f"{folder} holds no storms: tables with site, storm, time, rain_mm, depth_cm are read")
    return _stacked({site: sorted(storms, key=lambda storm: storm.began) for site, storms in found.items()})


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
    elif path.suffix in {".csv", ".parquet", ".gz", ".tsv"}:
        yield from _table(path, "site" if path.parent == folder else path.parent.name)


def _arrays(path: Path) -> Iterator[tuple[str, Storm]]:
    with np.load(path) as arrays:
        rain, depth = (arrays[name].astype(float) for name in ("rain", "depth"))
    single = rain.ndim == 2
    for number, (rains, depths) in enumerate([(rain, depth)] if single else zip(rain, depth, strict=True)):
        name = path.stem if single else f"{path.stem}-{number}"
        yield from ((name, Storm(0.0, *pair)) for pair in zip(rains, depths, strict=True))


def _table(path: Path, place: str) -> Iterator[tuple[str, Storm]]:
    source = duckdb.read_parquet(str(path)) if path.suffix == ".parquet" else duckdb.read_csv(str(path))
    columns = {name.strip().lower(): np.ma.filled(values) for name, values in source.fetchnumpy().items()}
    if not (set(DEPTH) & set(columns) and {*RAIN, *INTENSITY} & set(columns)):
        return
    count = len(next(iter(columns.values())))
    sites = columns.get("site", columns.get("site_id", np.full(count, place))).astype(str)
    storms = columns.get("storm", columns.get("storm_id", columns.get("event", np.full(count, path.stem)))).astype(str)
    keys = np.char.add(np.char.add(sites, "\0"), storms)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    for group in np.argsort(first):
        rows = {name: values[inverse == group] for name, values in columns.items()}
        yield str(sites[first[group]]), Storm(_began(rows), *five_minutes(rows))


def _began(rows: Mapping[str, Array]) -> float:
    name = next((name for name in TIMES if name in rows), None)
    return float(_in_minutes(rows[name], name).min()) if name and rows[name].dtype.kind in "OM" else 0.0


def five_minutes(rows: Mapping[str, Array]) -> tuple[Array, Array]:
    """One storm's rows as rain and depth every five minutes."""
    minutes, order = _minutes(rows)
    step = float(np.median(np.diff(minutes))) if len(minutes) > 1 else 5.0
    rain, depth = _rain(rows, step)[order], _scaled(rows, DEPTH)[order]
    grid = np.arange(0, minutes[-1] + step / 2, 5.0) if len(minutes) else np.zeros(0)
    fallen = np.concatenate(([0.0], np.cumsum(np.nan_to_num(rain))))
    edges = np.concatenate((minutes - step, minutes[-1:]))  # a row tells of the step that ends with it
    return np.interp(grid, edges, fallen) - np.interp(grid - 5, edges, fallen), np.interp(grid, minutes, depth)


def _minutes(rows: Mapping[str, Array]) -> tuple[Array, Array]:
    name = next((name for name in TIMES if name in rows), None)
    times = rows[name] if name else np.arange(len(next(iter(rows.values())))) * 5.0
    minutes = _in_minutes(times, name or "time")
    order = np.argsort(minutes, kind="stable")
    return minutes[order] - minutes[order][:1], order


def _in_minutes(times: Array, name: str) -> Array:
    if times.dtype.kind in "OM":
        return times.astype("datetime64[s]").astype(float) / 60
    return times.astype(float) * MINUTES.get(name, 1.0)


def _rain(rows: Mapping[str, Array], step: float) -> Array:
    for name in INTENSITY:
        if name in rows:
            return rows[name].astype(float) * step / 60
    return _scaled(rows, RAIN)


def _scaled(rows: Mapping[str, Array], names: Mapping[str, float]) -> Array:
    name = next(name for name in names if name in rows)
    return rows[name].astype(float) * names[name]
