"""Weeks from Monday to Sunday by district, as they were known at any moment; and as readers may see them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.privacy import suppress
from citywide.systems.epidemic.engine.triangle import Triangle
from citywide.systems.epidemic.reports.daily_reports import DailyReports, by_week, sums

Floats = NDArray[np.float64]
StandIn = Callable[[Floats], Floats]
CITY = "city"
MADE_AT = timedelta(days=1, hours=10)  # after Sunday's beginning: Monday at ten, when the morning's reports are in
VINTAGES = 27
FILLED_FROM = 4  # weeks whose mean stands in for a hospital's week that nobody reported, and no more weeks than that


class Weeks(Struct, frozen=True):
    """Counts [weeks, districts] of one series, NaN where nothing is known; the last week ends on `newest`."""

    newest: date
    districts: tuple[str, ...]
    counts: Floats

    @property
    def days(self) -> list[date]:
        """The Sundays."""
        return [self.newest - timedelta(weeks=back) for back in range(len(self.counts) - 1, -1, -1)]

    def of(self, place: str) -> Floats:
        """The weeks of a district, or of the whole city; of a place that is neither nothing is known."""
        if place == CITY:
            return summed(self.counts.T)
        known = place in self.districts
        return self.counts[:, self.districts.index(place)] if known else np.full(len(self.counts), np.nan)

    def on(self, sunday: date, place: str) -> float:
        """The count of the week that ends on a Sunday; NaN where it is not known."""
        return float(self.of(place)[self.days.index(sunday)]) if sunday in self.days else np.nan


class Stopped(Struct, frozen=True):
    """A hospital from which nothing was heard since the week that ends on a Sunday."""

    hospital: str
    since: date
    left_out: bool


def last_sunday(now: datetime, zone: str) -> date:
    """The Sunday of the newest week that was whole and watched by now."""
    here = now.astimezone(ZoneInfo(zone)) - MADE_AT
    return here.date() - timedelta(days=(here.weekday() + 1) % 7)


def made_at(sunday: date, zone: str) -> datetime:
    """When the forecast after this Sunday's week is made."""
    return datetime(sunday.year, sunday.month, sunday.day, tzinfo=ZoneInfo(zone)) + MADE_AT


def weeks_known(said: DailyReports, daily: Floats, sunday: date, series: int, stand_in: StandIn | None = None) -> Weeks:
    """A table of days as weeks by district: what was counted, or with something in place of what is missing."""
    until = max(0, (sunday - said.first).days + 1)
    some = daily[series :: len(said.series), :until]
    counts = sums(some) if stand_in is None else stand_in(_comparable(some))
    districts = tuple(sorted({place["district"] or place["name"] for place in said.places}))
    at = np.array([districts.index(place["district"] or place["name"]) for place in said.places])
    return Weeks(sunday, districts, np.stack([summed(counts[at == one]) for one in range(len(districts))], axis=1))


def filled(counts: Floats) -> Floats:
    """Weeks [hospitals, weeks] with the mean of what a hospital told in the four weeks before, where it told any."""
    known = np.isfinite(counts)
    total, told = (_of_weeks_before(np.where(known, part, 0)) for part in (counts, np.ones_like(counts)))
    return np.where(~known & (told > 0), np.rint(total / np.maximum(told, 1)), counts)


def _of_weeks_before(values: Floats) -> Floats:
    whole = np.pad(np.cumsum(values, axis=1), ((0, 0), (FILLED_FROM + 1, 0)))
    return whole[:, FILLED_FROM:-1] - whole[:, : -FILLED_FROM - 1]


def continued(counts: Floats) -> Floats:
    """The same without the hospitals whose silence has lasted longer: their end must not pass for a decline."""
    return np.where(silent(counts)[:, None], np.nan, filled(counts))


def silent(counts: Floats) -> NDArray[np.bool_]:
    """Which hospitals nothing was heard from for longer than their weeks are filled."""
    return np.isfinite(counts[:, -FILLED_FROM - 1 :]).sum(axis=1) == 0


def stops(said: DailyReports, daily: Floats, sunday: date, series: int) -> list[Stopped]:
    """The hospitals that once spoke and have nothing to say of the newest week."""
    counts = _comparable(daily[series :: len(said.series), : max(0, (sunday - said.first).days + 1)])
    found: list[Stopped] = []
    for at, left_out in enumerate(silent(counts)):
        told = np.flatnonzero(np.isfinite(counts[at]))
        if told.size and told[-1] < counts.shape[1] - 1:
            since = sunday - timedelta(weeks=counts.shape[1] - 2 - int(told[-1]))
            found.append(Stopped(said.places[at]["name"], since, bool(left_out)))
    return found


def triangle(said: DailyReports, series: int, sundays: Sequence[date], zone: str) -> Triangle:
    """What was known each Monday of the weeks before, by district and for the whole city."""
    tables = said.known_at_each([made_at(sunday, zone) for sunday in sundays])
    states = [weeks_known(said, table, sunday, series, continued)
              for table, sunday in zip(tables, sundays, strict=True)]  # fmt: skip
    newest = states[-1]
    values = np.full((len(states), len(newest.counts), len(newest.districts) + 1), np.nan)
    for number, state in enumerate(states):
        until = len(newest.counts) - (newest.newest - state.newest).days // 7
        part = state.counts[-until:]
        values[number, until - len(part) : until] = np.column_stack([part, of_city(part)])
    moments = [np.datetime64(made_at(sunday, zone).replace(tzinfo=None), "s") for sunday in sundays]
    return Triangle(np.array(moments), np.array(newest.days, "datetime64[D]"), (*newest.districts, CITY), values)


def of_city(counts: Floats) -> Floats:
    """The sum of the districts [weeks, districts] that are known in the newest week."""
    told = counts[:, np.isfinite(counts[-1:]).all(axis=0)]
    return told.sum(axis=1) if told.size else np.full(len(counts), np.nan)


def shown(
    districts: Sequence[str], kinds: Sequence[str], people: NDArray[np.int64], minimum: int
) -> list[tuple[str, str, float | None]]:
    """One week's table [districts, kinds] with the city's totals, as readers may see it: no small cell comes out."""
    table = suppress(people, minimum)
    found = [
        (kinds[k], districts[d], _or_none(table.cells[d, k])) for d in range(len(districts)) for k in range(len(kinds))
    ]
    return [*found, *((kinds[k], CITY, _or_none(table.column_totals[k])) for k in range(len(kinds)))]


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def summed(counts: Floats) -> Floats:
    """The sum down the first axis of what is known; NaN where nothing is."""
    told = np.isfinite(counts)
    return np.where(told.any(axis=0), np.where(told, counts, 0).sum(axis=0), np.nan)


def _comparable(daily: Floats) -> Floats:
    weekly = by_week(daily)
    return np.where(weekly < 0, np.nan, weekly)
