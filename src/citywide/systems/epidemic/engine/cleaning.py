"""Bad reports are named and set aside, so that the good ones still forecast."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]

FAR = math.log(5)  # a slipped digit stands at least fivefold from both sides
ENOUGH = 10.0  # below this many cases a zero or a jump is ordinary chance
HABIT = 8  # weeks that say what a place usually reports


class Fault(StrEnum):
    """What can be wrong with a report."""

    NEGATIVE = "negative count"
    NOT_A_NUMBER = "not a number"
    TWICE = "week reported twice with different counts"
    OFF_WEEK = "date is not a week's end"
    UNDATED = "date is missing, long past or still to come"
    TYPO = "count is far from its neighbours, as a slipped digit would be"
    STOPPED = "zero where many were expected: reporting has stopped"
    VANISHED = "place no longer reports"


@dataclass(frozen=True)
class Problem:
    """One report set aside: which, and why."""

    fault: Fault
    place: str
    week: Any  # a day as numpy holds it
    value: float

    def __str__(self) -> str:
        return f"{self.place}, week to {self.week}: {self.fault.value} ({self.value:g})"


def unit_of(values: Floats) -> float:
    """What one case is on this scale: 1 for counts; for rates a hundredth of a place's usual height."""
    told = values[~np.isnan(values)]
    if not told.size or (told == np.round(told)).all():
        return 1.0
    return float(np.quantile(told, 0.9)) / 100 or 1.0


def screen(values: Floats, weeks: Days, places: tuple[str, ...], unit: float = 1.0) -> tuple[Floats, list[Problem]]:
    """Set aside slipped digits and reporting stops in what is known of each week and place."""
    kept = values.copy()
    problems: list[Problem] = []
    silent = stopped(kept, unit)
    for fault, bad in (
        (Fault.STOPPED, silent),
        (Fault.TYPO, slipped(np.where(silent, np.nan, kept), unit)),
    ):
        problems += _named(fault, bad, values, weeks, places)
        kept[bad] = np.nan
    return kept, problems + vanished(values, weeks, places)


def vanished(values: Floats, weeks: Days, places: tuple[str, ...]) -> list[Problem]:
    """Places that reported before and are silent in the newest week that others have."""
    if not len(values):
        return []
    silent = np.isnan(values[-1]) & ~np.isnan(values).all(axis=0)
    last = [np.flatnonzero(~np.isnan(values[:, p]))[-1] for p in np.flatnonzero(silent)]
    return [
        Problem(Fault.VANISHED, places[p], weeks[t + 1], float("nan"))
        for p, t in zip(np.flatnonzero(silent), last, strict=True)
    ]


def stopped(values: Floats, unit: float = 1.0) -> Bools:
    """Zeros that begin while the place's habit says that many were due."""
    bad = np.zeros(values.shape, bool)
    for t in range(HABIT // 2, len(values)):
        before = np.where(bad, np.nan, values)[max(0, t - HABIT) : t]
        bad[t] = (values[t] == 0) & (_low(before) >= ENOUGH * unit)
    return bad


def slipped(values: Floats, unit: float = 1.0) -> Bools:
    """Mark counts some tenfold above or below both sides, when other places moved little."""
    soft = np.log(values + unit)
    before, after = _from(soft, (1, 2, 3)), _from(soft, (-1, -2))
    enough = np.fmax(values, np.exp(soft - before)) >= ENOUGH * unit
    bad = enough & (np.abs(before) > FAR) & (np.isnan(after) | (np.sign(before) * after > FAR))
    bad[:3] = False
    return bad


def _from(soft: Floats, back: tuple[int, ...]) -> Floats:
    """How far each week lies from the middle of those so many weeks before, beyond what most places moved."""
    apart = soft - _median(np.stack([_earlier(soft, weeks) for weeks in back]), 0)
    told = (~np.isnan(apart)).sum(axis=1, keepdims=True)
    return apart - np.where(told > 3, _median(apart, 1)[:, None], 0.0)


def _earlier(soft: Floats, weeks: int) -> Floats:
    """Each week's row as it was so many weeks earlier (later, where negative); NaN where there is none."""
    at = np.arange(len(soft)) - weeks
    inside = (at >= 0) & (at < len(soft))
    return np.where(inside[:, None], soft[np.where(inside, at, 0)], np.nan)


def _median(values: Floats, axis: int) -> Floats:
    """The middle of what is known, NaN where nothing is. Numpy's own is slow where some are not."""
    known = (~np.isnan(values)).sum(axis=axis, keepdims=True)
    ordered = np.sort(values, axis=axis)
    below, above = (np.take_along_axis(ordered, at, axis) for at in (np.maximum(known - 1, 0) // 2, known // 2))
    return ((below + np.where(known, above, np.nan)) / 2).squeeze(axis)


def _low(block: Floats) -> Floats:
    """The lower quartile of what is known; zero where too little is. Numpy's own is slow where some are not."""
    known = (~np.isnan(block)).sum(axis=0)
    rank = np.maximum(known - 1, 0) / 4
    below = rank.astype(np.intp)
    ordered = np.nan_to_num(np.sort(block, axis=0))
    at, after = (np.take_along_axis(ordered, row[None], 0)[0] for row in (below, np.minimum(below + 1, len(block) - 1)))
    return np.where(known >= HABIT // 2, at + (rank - below) * (after - at), 0.0)


def _named(fault: Fault, bad: Bools, values: Floats, weeks: Days, places: tuple[str, ...]) -> list[Problem]:
    cells = [(int(t), int(p)) for t, p in zip(*np.nonzero(bad), strict=True)]
    return [Problem(fault, places[p], weeks[t], float(values[t, p])) for t, p in cells]
