"""The reporting triangle on the hub: what every place said of every day, and what was known at any moment."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from psycopg import Connection

from citywide.hub.database.pool import Row, rows
from citywide.kit.clock import microseconds
from citywide.systems.epidemic.model import Series
from citywide.systems.epidemic.own_tables import SQL

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
YEARS = 4  # of reports that are looked at
FIRST = date(1970, 1, 1)
FEWEST_DAYS = 4  # of a week; what its others would have brought is compared, but never called counted


def day_in(zone: str, now: datetime) -> date:
    """The date in the city."""
    return now.astimezone(ZoneInfo(zone)).date()


class DailyReports(Struct, frozen=True):
    """Reports in the order in which they came: row of the table, day, moment of the report, count."""

    places: list[Row]
    series: Sequence[Series]
    first: date
    days: int
    row: Ints
    day: Ints
    reported: Ints
    count: Floats

    def names(self) -> list[tuple[Row, Series]]:
        """Place and series of each row of the table."""
        return [(place, series) for place in self.places for series in self.series]

    def known(self, moment: datetime) -> Floats:
        """The latest word on each day [places × series, days] at a moment; NaN where there was none."""
        table = np.full((len(self.places) * len(self.series), self.days), np.nan)
        return self._heard(table, 0, self._until(moment))

    def known_at_each(self, moments: Sequence[datetime]) -> list[Floats]:
        """The same for rising moments."""
        table, begin, found = np.full((len(self.places) * len(self.series), self.days), np.nan), 0, []
        for moment in moments:
            end = self._until(moment)
            table, begin = self._heard(table, begin, end), end
            found.append(table.copy())
        return found

    def known_when_due(self, due: Ints) -> Floats:
        """Each day as it was known at a moment of its own (microseconds); later words only where there is none."""
        late = self.reported > due[self.day]
        table = np.full((len(self.places) * len(self.series), self.days), np.nan)
        for some in (np.flatnonzero(late)[::-1], np.flatnonzero(~late)):
            table[self.row[some], self.day[some]] = self.count[some]
        return table

    def _until(self, moment: datetime) -> int:
        return int(np.searchsorted(self.reported, microseconds(moment), side="right"))

    def _heard(self, table: Floats, begin: int, end: int) -> Floats:
        table[self.row[begin:end], self.day[begin:end]] = self.count[begin:end]
        return table


def daily_reports(connection: Connection, series: Sequence[Series], newest: date, now: datetime) -> DailyReports:
    """Everything that was reported of these series up to a day and a moment; all are said by one kind of place."""
    places = rows(connection, SQL["places"], {"kinds": sorted({one.at for one in series})})
    since = newest - timedelta(days=366 * YEARS)
    values = {"kinds": [one.name for one in series], "since": since, "now": now}
    said = connection.execute(SQL["reports"], values).fetchall()
    row_of = {(place["number"], one.name): at * len(series) + k
              for at, place in enumerate(places) for k, one in enumerate(series)}  # fmt: skip
    return _arranged(places, series, newest, [(row_of.get((at, kind), -1), *rest) for at, kind, *rest in said])


def sums(daily: Floats) -> Floats:
    """Days [series, days] as weeks back from the last: the sum of the days known, NaN where there are none."""
    parts = _weeks(daily)
    return np.where(np.isfinite(parts).any(axis=2), np.nansum(parts, axis=2), np.nan)


def by_week(daily: Floats) -> Floats:
    """The same as if no day were missing that a series usually has; -1 where too few days of a week are known."""
    days = np.isfinite(_weeks(daily)).sum(axis=2)
    usual = _usual_days(days)
    whole = np.rint(np.nan_to_num(sums(daily)) * np.maximum(1, usual / np.maximum(days, 1)))
    return np.where(days >= np.minimum(FEWEST_DAYS, usual), whole, -1.0)


def _weeks(daily: Floats) -> Floats:
    weeks = -(-daily.shape[1] // 7)
    whole = np.pad(daily, ((0, 0), (7 * weeks - daily.shape[1], 0)), constant_values=np.nan)
    return whole.reshape(len(daily), weeks, 7)


def _usual_days(days: Ints) -> Floats:
    """On how many days of its weeks each series is told: schools on five, hospitals on seven."""
    told = np.sort(np.where(days > 0, days, 0), axis=1)
    weeks = (told > 0).sum(axis=1)
    middle = told.shape[1] - weeks + weeks // 2  # of the weeks that were told of
    usual = [row[at] if any_told else 7 for row, at, any_told in zip(told, middle, weeks > 0, strict=True)]
    return np.array(usual, np.float64)[:, None]


def _arranged(
    places: list[Row], series: Sequence[Series], newest: date, said: Sequence[tuple[object, ...]]
) -> DailyReports:
    table = np.array(said, np.float64).reshape(-1, 4)
    last = (newest - FIRST).days
    table = table[(table[:, 0] >= 0) & (table[:, 1] <= last)]
    first = int(table[:, 1].min()) if len(table) else last + 1
    row, day, reported = table[:, :3].astype(np.int64).T
    return DailyReports(
        places, series, FIRST + timedelta(days=first), last + 1 - first, row, day - first, reported, table[:, 3]
    )  # fmt: skip
