"""What a hub's teams forecast, and which week each of their horizons means."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.epidemic.columns import Days, Floats, Ints, at_places, days_of, floats, is_number, texts
from citywide.systems.epidemic.engine.scores import LEVELS
from citywide.systems.epidemic.engine.triangle import WEEK, Snapshot, Triangle

MEDIAN = len(LEVELS) // 2
EARLY, LATE = -1, 1  # the week that ended last is horizon 1 at the latest; at the earliest this week is horizon 0
HOUR = np.timedelta64(1, "h")  # what came on the very day may have come after the forecast


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


def peers_of(table: pa.Table, history: Triangle) -> tuple[Tasks, dict[str, Peer]]:
    """The tasks of a table of forecasts, and every team's answers."""
    table, truth = _asked(table), history.known(history.vintages[-1])
    place = at_places(texts(table["location"]), truth.places)
    _name_strangers(table, place, truth)
    ahead = _ahead(table, place, history, truth)
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


def _ahead(table: pa.Table, place: Ints, history: Triangle, truth: Snapshot) -> Ints:
    """Weeks from the last week's end on or before the reference day to the week meant."""
    reference = week_index(days_of(table["reference_date"]), truth.weeks)
    if "target_end_date" in table.column_names:
        return week_index(days_of(table["target_end_date"]), truth.weeks) - reference
    if "horizon" not in table.column_names:
        raise SystemExit("the table of forecasts has neither a column target_end_date nor horizon")
    told = floats(table["horizon"]).astype(np.intp)
    if not inside_weeks(days_of(table["reference_date"]), truth.weeks):
        return told
    first = _newest_before(days_of(table["reference_date"]), history) + 1
    return told - _late(table, place, told, reference, first, truth)


def inside_weeks(days: Days, weeks: Days) -> bool:
    """Whether most of these days end no week."""
    return float(np.mean((days - weeks[0]) % WEEK != np.timedelta64(0, "D"))) >= 0.5


def _newest_before(days: Days, history: Triangle) -> Ints:
    """The newest week that was reported before each day; before the first vintage, long ago."""
    each, at = np.unique(days, return_inverse=True)
    known = [len(history.until(day.astype("datetime64[s]") - HOUR).weeks) - 1 for day in each]
    return np.array(known, dtype=np.intp)[at]


def _late(table: pa.Table, place: Ints, told: Ints, reference: Ints, first: Ints, truth: Snapshot) -> int:
    """How late hubs count whose reference day lies inside a week.

    Their first horizon is the first week that was not reported, or the next: whichever suits their teams.
    """
    median = np.log1p(np.maximum(_quantiles(table)[:, MEDIAN], 0))
    usual = _from_first_unknown(told, reference, first)

    def missed(late: int) -> float:
        week = reference + told - late
        asked = (place >= 0) & (week >= 0) & (week < len(truth.weeks))
        apart = np.abs(median[asked] - np.log1p(truth.values[week[asked], place[asked]]))
        return float(np.nanmean(apart)) if np.isfinite(apart).any() else np.inf

    return min((usual, max(usual - 1, EARLY)), key=missed)


def _from_first_unknown(told: Ints, reference: Ints, first: Ints) -> int:
    """How late it is counted where the nearest horizon is the first week that was not reported."""
    begun, nearest = first > 0, int(told[told >= 0].min(initial=LATE))
    usual = int(np.median((reference + nearest - first)[begun])) if begun.any() else LATE
    return min(max(usual, EARLY), LATE)


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
