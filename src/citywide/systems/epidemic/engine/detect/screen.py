"""Bad input is named and set aside; everything else goes on."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOT_KNOWN = -1.0
TYPO_FACTOR = 8.0
TYPO_COUNT = 30.0
TYPO_ALONE = 3.0  # times the second largest count: outbreaks recur, typing errors stand alone
STOP_CHANCE = 1e-8


@dataclass(frozen=True)
class SetAside:
    """One value, or the weeks from one on, that took no part, and why."""

    series: int
    week: int
    why: str


@dataclass(frozen=True)
class Screened:
    """Counts fit to use, -1 where nothing is known, and what was set aside."""

    counts: NDArray[np.float64]
    set_aside: tuple[SetAside, ...]


def tabulate(reports: Iterable[tuple[int, int, float]], series: int, weeks: int) -> Screened:
    """Reports (series, week, count) as a table; a week reported twice with two values is set aside."""
    counts = np.full((series, weeks), np.nan)
    aside: dict[tuple[int, int], SetAside] = {}
    for where, week, count in reports:
        if not (0 <= where < series and 0 <= week < weeks):
            aside[where, week] = SetAside(where, week, "outside the table")
        elif counts[where, week] == counts[where, week] and counts[where, week] != count:
            aside[where, week] = SetAside(where, week, "reported twice with different counts")
        else:
            counts[where, week] = count
    for found in aside.values():
        if found.why.startswith("reported twice"):
            counts[found.series, found.week] = np.nan
    return Screened(counts, tuple(aside.values()))


def screen(counts: NDArray[np.float64]) -> Screened:
    """Name and set aside negative and broken counts, tenfold typing errors and stops of reporting."""
    clean = np.where(np.isfinite(counts), counts, NOT_KNOWN)
    aside = [*_negative(counts), *_typos(clean), *_stops(clean)]
    for found in aside:
        weeks = slice(found.week, None) if found.why.startswith("stopped") else found.week
        clean[found.series, weeks] = NOT_KNOWN
    return Screened(clean, tuple(aside))


def _negative(counts: NDArray[np.float64]) -> list[SetAside]:
    wrong = np.argwhere((counts < 0) | np.isinf(counts))
    return [SetAside(int(i), int(t), f"not a count: {counts[i, t]:g}") for i, t in wrong]


def _typos(counts: NDArray[np.float64]) -> list[SetAside]:
    """A single past week many times both its neighbours; the newest week may be an outbreak and stays."""
    if counts.shape[1] < 3:
        return []
    before, now, after = counts[:, :-2], counts[:, 1:-1], counts[:, 2:]
    usual = np.maximum(np.maximum(before, after), 1.0)
    level = np.maximum(np.median(np.maximum(counts, 0), axis=1, keepdims=True), usual)
    second = np.partition(counts, -2, axis=1)[:, -2:-1]
    alone = (now >= TYPO_COUNT) & (now >= TYPO_FACTOR * level) & (now >= TYPO_ALONE * second)
    wrong = np.argwhere(alone)
    return [
        SetAside(int(i), int(t) + 1, f"{now[i, t]:g} between {before[i, t]:g} and {after[i, t]:g}: a typing error?")
        for i, t in wrong
    ]


def _stops(counts: NDArray[np.float64]) -> list[SetAside]:
    """Zeros up to the newest week where the year before makes such silence all but impossible."""
    found: list[SetAside] = []
    for i, series in enumerate(counts):
        silent = _trailing(series <= 0)
        past = series[max(0, len(series) - silent - 52) : len(series) - silent]
        past = past[past >= 0]
        if silent and len(past) and (series[-silent:] == 0).any():
            chance = max(float((past == 0).mean()), np.exp(-past.mean() / 3)) ** silent
            if chance < STOP_CHANCE:
                found.append(SetAside(i, len(series) - silent, "stopped reporting: zeros are not believed"))
    return found


def _trailing(flags: NDArray[np.bool_]) -> int:
    broken = np.flatnonzero(~flags)
    return len(flags) - 1 - int(broken[-1]) if len(broken) else len(flags)


def weeks_ending(daily: NDArray[np.float64], day: int) -> NDArray[np.float64]:
    """Daily counts [series, days] as whole weeks that end with `day`, so that weekdays do not matter."""
    weeks = (day + 1) // 7
    parts = daily[:, day + 1 - 7 * weeks : day + 1].reshape(len(daily), weeks, 7)
    return parts.sum(axis=2)
