"""The reporting triangle: what each vintage said of each week and place, and what was known on any day."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.cleaning import Fault, Problem

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
Days = NDArray[np.datetime64]

WEEK = np.timedelta64(7, "D")
LONGEST = np.timedelta64(20 * 366, "D")  # a report on a week longer ago has a wrong date


@dataclass(frozen=True)
class Reports:
    """Reports as they came in: one entry per vintage, week and place."""

    as_of: Days
    week: Days
    place: Sequence[str]
    value: Floats


@dataclass(frozen=True)
class Snapshot:
    """What was known at one moment: weeks down, places across, NaN where nothing was."""

    weeks: Days
    places: tuple[str, ...]
    values: Floats


@dataclass(frozen=True)
class Triangle:
    """Values by vintage, week and place; NaN where a vintage says nothing."""

    vintages: Days
    weeks: Days
    places: tuple[str, ...]
    values: Floats

    def until(self, moment: np.datetime64) -> "Triangle":
        """The triangle as it stood at a moment: later vintages do not exist in it."""
        kept = int((self.vintages <= moment).sum())
        values = self.values[:kept]
        told = np.flatnonzero(~np.isnan(values).all(axis=(0, 2)))
        newest = told[-1] + 1 if told.size else 0
        return Triangle(self.vintages[:kept], self.weeks[:newest], self.places, values[:, :newest])

    def known(self, moment: np.datetime64) -> Snapshot:
        """The latest word on each week and place at a moment."""
        then = self.until(moment)
        latest = np.full(then.values.shape[1:], np.nan)
        for vintage in then.values:
            latest = np.where(np.isnan(vintage), latest, vintage)
        return Snapshot(then.weeks, then.places, latest)


def triangle(reports: Reports, places: Sequence[str] | None = None) -> tuple[Triangle, list[Problem]]:
    """Arrange reports by vintage, week and place; what cannot be used is named and set aside."""
    reports, undated = _dated(reports)
    names = tuple(sorted(set(reports.place))) if places is None else tuple(places)
    at = _positions(reports.place, names)
    vintages, v = np.unique(reports.as_of.astype("datetime64[s]"), return_inverse=True)
    days = reports.week
    weeks, aligned = _week_grid(days)
    t = np.clip((days - weeks[0]) // WEEK, 0, len(weeks) - 1).astype(np.intp)
    faults = _row_faults(reports.value, aligned)
    usable = (at >= 0) & np.array([fault is None for fault in faults])
    values = np.full((len(vintages), len(weeks), len(names)), np.nan)
    cell = np.ravel_multi_index((v, t, np.maximum(at, 0)), values.shape)
    twice = _conflicts(cell, reports.value, usable, values.size)
    values.ravel()[cell[usable]] = reports.value[usable]
    values.ravel()[cell[twice]] = np.nan
    problems = _problems(reports, days, faults, twice & (at >= 0))
    return Triangle(vintages, weeks, names, values), undated + problems


def _dated(reports: Reports) -> tuple[Reports, list[Problem]]:
    """The reports that are on a week of their own time, and the others named."""
    days = reports.week.astype("datetime64[D]")
    age = reports.as_of.astype("datetime64[D]") - days
    sound = (age >= -WEEK) & (age <= LONGEST)  # never true of a date that is missing
    if not (sound & ~np.isnan(reports.value)).any():
        raise ValueError("no report has both a count and a date that can be used")
    place = np.array(reports.place, dtype=np.str_)
    undated = [
        Problem(Fault.UNDATED, str(place[row]), days[row], float(reports.value[row])) for row in np.flatnonzero(~sound)
    ]
    return Reports(reports.as_of[sound], days[sound], place[sound].tolist(), reports.value[sound]), undated


def _positions(place: Sequence[str], names: Sequence[str]) -> Ints:
    of = {name: i for i, name in enumerate(names)}
    return np.array([of.get(name, -1) for name in place], dtype=np.intp)


def _week_grid(days: Days) -> tuple[Days, NDArray[np.bool_]]:
    phase = days.astype(np.int64) % 7
    usual = int(np.bincount(phase, minlength=7).argmax())
    aligned = phase == usual
    first, last = days[aligned].min(), days[aligned].max()
    return first + np.arange(int((last - first) / WEEK) + 1) * WEEK, aligned


def _row_faults(value: Floats, aligned: NDArray[np.bool_]) -> list[Fault | None]:
    faults: list[Fault | None] = [None] * len(value)
    for row in np.flatnonzero(~aligned | (value < 0) | np.isinf(value)):
        faults[row] = Fault.OFF_WEEK if not aligned[row] else _value_fault(float(value[row]))
    return faults


def _value_fault(value: float) -> Fault:
    return Fault.NOT_A_NUMBER if np.isinf(value) else Fault.NEGATIVE


def _conflicts(cell: Ints, value: Floats, usable: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    told = usable & ~np.isnan(value)
    np.minimum.at(low, cell[told], value[told])
    np.maximum.at(high, cell[told], value[told])
    return told & (low[cell] < high[cell])


def _problems(reports: Reports, days: Days, faults: list[Fault | None], twice: NDArray[np.bool_]) -> list[Problem]:
    rows = [(row, fault) for row, fault in enumerate(faults) if fault is not None]
    rows += [(int(row), Fault.TWICE) for row in np.flatnonzero(twice)]
    found = {
        (fault, reports.place[row], days[row]): Problem(fault, reports.place[row], days[row], float(reports.value[row]))
        for row, fault in rows
    }
    return list(found.values())
