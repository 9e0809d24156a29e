"""What a hub's teams forecast, and which week each of their horizons means."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.epidemic.columns import Days, Floats, Ints, at_places, days_of, floats, is_number, texts
from citywide.systems.epidemic.engine.scores import LEVELS
from citywide.systems.epidemic.engine.triangle import WEEK, Snapshot

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
    place = at_places(texts(table["location"]), truth.places)
    _name_strangers(table, place, truth)
    ahead = _ahead(table, place, truth)
    _name_bygone(ahead)
    days = np.unique(days_of(table["reference_date"]))
    tasks = Tasks(days, truth.places, tuple(int(h) for h in np.unique(ahead) if h >= 0))
    at, values, names = _cells(table, place, ahead, tasks), _whole(_quantiles(table)), texts(table["model"])
    return tasks, {str(name): _peer(values, at, (names == name) & (at >= 0).all(axis=0), tasks) for name in set(names)}


def _asked(table: pa.Table) -> pa.Table:
    """The rows that say which model, day and week they are of."""
    told = ~np.isnat(days_of(table["reference_date"])) & (texts(table["model"]) != "")
    if "target_end_date" not in table.column_names and "horizon" in table.column_names:
        told &= ~np.isnan(floats(table["horizon"]))
    if not told.any():
        raise SystemExit("no row of the table of forecasts has a model, a reference day and a horizon")
    if not told.all():
        print(f"{(~told).sum()} forecasts without a model, a reference day or a horizon set aside")
    return table.filter(pa.array(told))


def _name_strangers(table: pa.Table, place: Ints, truth: Snapshot) -> None:
    """Forecasts of places of which there are no reports have no truth; there must be others."""
    strange = ", ".join(sorted(set(texts(table["location"])[place < 0].tolist())))
    if len(place) and (place < 0).all():
        raise SystemExit(f"no forecast is of a place that reports: {strange} against {', '.join(truth.places)}")
    if strange:
        print(f"{(place < 0).sum()} forecasts of places without reports set aside: {strange}")


def _name_bygone(ahead: Ints) -> None:
    """Forecasts of weeks that had ended by the reference day are not asked of anybody."""
    if (ahead < 0).any():
        bygone = ", ".join(str(weeks) for weeks in np.unique(ahead[ahead < 0]))
        print(
            f"{(ahead < 0).sum()} forecasts of weeks before the reference day (horizon {bygone}): nobody's are scored"
        )


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


def _cells(table: pa.Table, place: Ints, ahead: Ints, tasks: Tasks) -> Ints:
    """Where each row stands: reference day, place, horizon; -1 where it was not asked."""
    horizon_at = {h: i for i, h in enumerate(tasks.horizons)}
    return np.stack([
        np.searchsorted(tasks.days, days_of(table["reference_date"])),
        place,
        np.array([horizon_at.get(int(h), -1) for h in ahead]),
    ])  # fmt: skip


def _ahead(table: pa.Table, place: Ints, truth: Snapshot) -> Ints:
    """Weeks from the last week's end on or before the reference day to the week meant."""
    reference = week_index(days_of(table["reference_date"]), truth.weeks)
    if "target_end_date" in table.column_names:
        return week_index(days_of(table["target_end_date"]), truth.weeks) - reference
    if "horizon" not in table.column_names:
        raise SystemExit("the table of forecasts has neither a column target_end_date nor horizon")
    told = floats(table["horizon"]).astype(np.intp)
    on_grid = ((days_of(table["reference_date"]) - truth.weeks[0]) % WEEK).astype(np.intp) == 0
    return told - (0 if on_grid.mean() > 0.5 else _late(table, place, told, reference, truth))


def _late(table: pa.Table, place: Ints, told: Ints, reference: Ints, truth: Snapshot) -> int:
    """Hubs whose reference day lies inside a week count it as horizon 0 or 1: the count that suits their teams."""
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
