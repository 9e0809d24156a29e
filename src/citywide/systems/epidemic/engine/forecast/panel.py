"""A panel of places on the working scale, complete week by week, with its total and its season."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.scale import Scale, scale_of

Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]

YEAR = 52.1775  # weeks
SAME = 0.05  # a total may differ this much from the sum of the places that report


@dataclass(frozen=True)
class Panel:
    """Weeks down, places across; `seen` says which values are reports and which are filled in.

    `lowest` is the week of the year of the yearly trough where other years have told it.
    """

    weeks: Days
    small: Floats
    seen: Bools
    scale: Scale
    total: int | None
    lowest: float | None = None

    @property
    def mean(self) -> Floats:
        """The course of all places together on the working scale."""
        return self.small.mean(axis=1)


def panel_of(values: Floats, weeks: Days, settled: Floats | None = None) -> Panel:
    """Bring reports to the working scale and fill the gaps; `settled` holds nowcasts of the same cells."""
    scale = scale_of(values)
    small = scale.shrink(values if settled is None else settled)
    return Panel(weeks, filled(small), ~np.isnan(small), scale, total_of(values))


def total_of(values: Floats) -> int | None:
    """The place that is the sum of all others, if there is one."""
    if values.shape[1] < 3:
        return None
    whole = np.nansum(values, axis=1, keepdims=True)
    told = ~np.isnan(values) & (whole > 0)
    close = np.abs(2 * values - whole) <= SAME * values
    share = (close & told).sum(axis=0) / np.maximum(told.sum(axis=0), 1)
    best = int(share.argmax())
    return best if share[best] > 0.7 else None


def filled(small: Floats) -> Floats:
    """Inner gaps interpolated, ends moved along with the places that are known."""
    moves = np.diff(small, axis=0)
    known = ~np.isnan(moves)
    common = np.where(known, moves, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    course = np.concatenate([[0.0], np.cumsum(common)])
    start = np.nanmean(small) if (~np.isnan(small)).any() else 0.3
    return np.stack([_along(small[:, p], course, float(start)) for p in range(small.shape[1])], axis=1)


def _along(series: Floats, course: Floats, start: float) -> Floats:
    told = np.flatnonzero(~np.isnan(series))
    if not told.size:
        return np.maximum(start + course - course.mean(), 0)
    apart = series[told] - course[told]
    return np.maximum(course + np.interp(np.arange(len(series)), told, apart), 0)


def season_week(panel: Panel) -> Floats:
    """Weeks since the yearly trough of the mean course, from 0 to 52."""
    of_year = week_of_year(panel.weeks)
    return (of_year - (trough(panel) if panel.lowest is None else panel.lowest)) % YEAR


def trough(panel: Panel) -> float:
    """The week of the year in which the mean course is lowest, by its first harmonic.

    Half a year tells winter from summer only; before that the season is taken for a northern one.
    """
    if len(panel.weeks) < YEAR / 2:
        return YEAR / 2
    angle = 2 * np.pi * week_of_year(panel.weeks) / YEAR
    level = panel.mean - panel.mean.mean()
    east, north = (level * np.sin(angle)).sum(), (level * np.cos(angle)).sum()
    peak = np.arctan2(east if len(panel.weeks) >= YEAR else 0.0, north)
    return float((peak / (2 * np.pi) + 0.5) * YEAR % YEAR)


def week_of_year(weeks: Days) -> Floats:
    """Weeks since the first of January."""
    days = weeks.astype("datetime64[D]")
    return (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.float64) / 7


def with_groups(values: Floats, total: int | None, count: int, seed: int) -> Floats:
    """The places, then sums over random groups of them: quieter series, as a total is."""
    rng = np.random.default_rng(seed)
    single = np.delete(values, total, axis=1) if total is not None else values
    if single.shape[1] < 4:
        return values
    members = rng.random((count, single.shape[1])) < rng.uniform(0.2, 0.7, (count, 1))
    members[:, :2] |= ~members.any(axis=1, keepdims=True)
    groups = [_mean_known(single[:, member]) * member.sum() for member in members]
    return np.column_stack([values, *groups])


def _mean_known(block: Floats) -> Floats:
    told = (~np.isnan(block)).sum(axis=1)
    return np.where(told > 0, np.nansum(block, axis=1) / np.maximum(told, 1), np.nan)
