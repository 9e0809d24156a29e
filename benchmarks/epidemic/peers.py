"""What a hub's teams forecast, and which week each of their horizons means."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.epidemic.columns import Days, Floats, days_of, floats, is_number, texts
from citywide.systems.epidemic.engine.scores import LEVELS
from citywide.systems.epidemic.engine.triangle import WEEK, Snapshot

Ints = NDArray[np.intp]
MEDIAN = len(LEVELS) // 2


@dataclass(frozen=True)
class Peer:
    """One team's quantiles by reference day, place, horizon and level."""

    quantiles: Floats


@dataclass(frozen=True)
class Tasks:
    """What was asked: horizons count weeks from the last week's end on or before the reference day."""

    days: Days
    places: tuple[str, ...]
    horizons: tuple[int, ...]


def peers_of(table: pa.Table, truth: Snapshot) -> tuple[Tasks, dict[str, Peer]]:
    """The tasks of a table of forecasts, and every team's answers."""
    table = _asked(table)
    ahead = _ahead(table, truth)
    days = np.unique(days_of(table["reference_date"]))
    tasks = Tasks(days, truth.places, tuple(int(h) for h in np.unique(ahead) if h >= 0))
    at, values, names = _cells(table, ahead, tasks), _whole(_quantiles(table)), texts(table["model"])
    return tasks, {str(name): _peer(values, at, (names == name) & (at >= 0).all(axis=0), tasks) for name in set(names)}


def _asked(table: pa.Table) -> pa.Table:
    """The rows that say which model and day they are of."""
    told = ~np.isnat(days_of(table["reference_date"])) & (texts(table["model"]) != "")
    if not told.all():
        print(f"{(~told).sum()} forecasts without a model or a reference day set aside")
    return table.filter(pa.array(told))


def _whole(values: Floats) -> Floats:
    """The rows that have every level that is in use; levels without any row, and rows with gaps, are named."""
    used: NDArray[np.bool_] = np.logical_not(np.isnan(values).all(axis=0))
    if not used.any():
        raise SystemExit("the table of forecasts has no quantiles")
    if not used.all():
        lacking = ", ".join(f"{level:g}" for level in LEVELS[~used])
        print(f"the table of forecasts has no quantiles {lacking}: scored without them")
    gaps = np.isnan(values[:, used]).any(axis=1)
    if gaps.any():
        print(f"{gaps.sum()} forecasts that lack quantiles set aside")
    return np.where(gaps[:, None], np.nan, values)


def _peer(values: Floats, at: Ints, rows: NDArray[np.bool_], tasks: Tasks) -> Peer:
    quantiles = np.full((len(tasks.days), len(tasks.places), len(tasks.horizons), len(LEVELS)), np.nan)
    quantiles[tuple(at[:, rows])] = values[rows]
    return Peer(quantiles)


def _quantiles(table: pa.Table) -> Floats:
    """Every row's quantiles; levels that the table lacks are named and stay NaN."""
    columns = {round(float(name), 4): name for name in table.column_names if is_number(name)}
    at = [columns.get(round(float(level), 4)) for level in LEVELS]
    return np.stack([np.full(len(table), np.nan) if name is None else floats(table[name]) for name in at], axis=1)


def _cells(table: pa.Table, ahead: Ints, tasks: Tasks) -> Ints:
    """Where each row stands: reference day, place, horizon; -1 where it was not asked."""
    place_at = {name: i for i, name in enumerate(tasks.places)}
    horizon_at = {h: i for i, h in enumerate(tasks.horizons)}
    return np.stack([
        np.searchsorted(tasks.days, days_of(table["reference_date"])),
        np.array([place_at.get(name, -1) for name in texts(table["location"])]),
        np.array([horizon_at.get(int(h), -1) for h in ahead]),
    ])  # fmt: skip


def _ahead(table: pa.Table, truth: Snapshot) -> Ints:
    """Weeks from the last week's end on or before the reference day to the week meant."""
    reference = week_index(days_of(table["reference_date"]), truth.weeks)
    if "target_end_date" in table.column_names:
        return week_index(days_of(table["target_end_date"]), truth.weeks) - reference
    told = floats(table["horizon"]).astype(np.intp)
    on_grid = ((days_of(table["reference_date"]) - truth.weeks[0]) % WEEK).astype(np.intp) == 0
    return told - (0 if on_grid.mean() > 0.5 else _late(table, told, reference, truth))


def _late(table: pa.Table, told: Ints, reference: Ints, truth: Snapshot) -> int:
    """Hubs whose reference day lies inside a week count it as horizon 0 or 1: the count that suits their teams."""
    place_at = {name: i for i, name in enumerate(truth.places)}
    place = np.array([place_at.get(name, -1) for name in texts(table["location"])])
    median = np.log1p(np.maximum(_quantiles(table)[:, MEDIAN], 0))

    def missed(late: int) -> float:
        week = reference + told - late
        asked = (place >= 0) & (week >= 0) & (week < len(truth.weeks))
        apart = np.abs(median[asked] - np.log1p(truth.values[week[asked], place[asked]]))
        return float(np.nanmean(apart)) if np.isfinite(apart).any() else np.inf

    return min((0, 1), key=missed)


def week_index(days: Days, weeks: Days) -> Ints:
    """The last week that ends on or before each day."""
    return ((days - weeks[0]) // WEEK).astype(np.intp)


def roles(names: Sequence[str]) -> tuple[str, str]:
    """The hub's baseline and ensemble: the pair that shares a prefix, if there is one."""
    bases = sorted(name for name in names if "baseline" in name.lower())
    joint = sorted(name for name in names if "ensemble" in name.lower())
    pairs = [(b, e) for b in bases for e in joint if b.split("-")[0] == e.split("-")[0]]
    if pairs:
        return min(pairs, key=lambda pair: len(pair[0]) + len(pair[1]))
    return next(iter(bases), ""), next(iter(joint), "")
