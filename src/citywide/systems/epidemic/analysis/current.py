"""How things stand: the last weeks as they will settle, the tables that readers see, and the reproduction number."""

from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from citywide.hub.database.pool import rows
from citywide.systems.epidemic.analysis.weeks import VINTAGES, last_sunday, made_at, shown, triangle, weeks_known
from citywide.systems.epidemic.course import Course
from citywide.systems.epidemic.engine.natural_history import NaturalHistory
from citywide.systems.epidemic.engine.nowcast import nowcast
from citywide.systems.epidemic.engine.rt import Delays, estimate
from citywide.systems.epidemic.own_tables import SQL
from citywide.systems.epidemic.reports.daily_reports import DailyReports, day_in

Floats = NDArray[np.float64]
WEEKS_SHOWN = 60
WEEKS_NOWCAST = 5
RT_DAYS = 84
SURE = 1.96
LATEST_LAG = 7
FEWEST_PATIENTS = 10


def put_shown(connection: Connection, said: DailyReports, now: datetime, zone: str, minimum: int) -> None:
    """Weekly counts by district as they may be shown; the newest weeks anew, since reports still come in."""
    sunday, daily = last_sunday(now, zone), said.known(now)
    known = rows(connection, SQL["shown_up_to"])[0]["week"]
    several = [weeks_known(said, daily, sunday, number) for number in range(len(said.series))]
    kinds, districts = [one.name for one in said.series], several[0].districts
    since = known - timedelta(weeks=WEEKS_NOWCAST) if known else sunday - timedelta(weeks=WEEKS_SHOWN)
    for back, week in enumerate(several[0].days):
        if week > since:
            table = np.stack([np.nan_to_num(one.counts[back]) for one in several], axis=1)
            found = shown(districts, kinds, np.rint(table).astype(np.int64), minimum)
            names = ("kind", "district", "people")
            values = [dict(zip(names, one, strict=True)) | {"week": week} for one in found]
            connection.cursor().executemany(SQL["put_shown_week"], values)


def put_nowcast(connection: Connection, said: DailyReports, number: int, now: datetime, zone: str) -> None:
    """The last weeks as they are expected to stand once everything is reported."""
    sunday, kind = last_sunday(now, zone), said.series[number].name
    history = triangle(said, number, [sunday - timedelta(weeks=back) for back in range(VINTAGES - 1, -1, -1)], zone)
    moment = np.datetime64(made_at(sunday, zone).replace(tzinfo=None), "s")
    revised, known = nowcast(history, moment), history.known(moment)
    settled, told = revised.settle(known.values), reported(said, number, sunday, zone)
    connection.execute(SQL["forget_nowcast"], {"kind": kind})
    for back in range(min(WEEKS_NOWCAST, len(settled))):
        for at, place in enumerate(known.places):
            doubt, middle = SURE * float(revised.spread[back, at]), float(settled[-1 - back, at])
            values = {
                "kind": kind, "place": place, "week": known.weeks[-1 - back].astype(object),
                "reported": float(told[-1 - back, at]), "expected": middle,
                "low": middle * float(np.exp(-doubt)), "high": middle * float(np.exp(doubt)),
            }  # fmt: skip
            if np.isfinite(middle):
                connection.execute(SQL["put_nowcast"], values)


def reported(said: DailyReports, number: int, sunday: date, zone: str) -> Floats:
    """What was told by Monday, by district and for the city: nought where nobody said anything."""
    counts = np.nan_to_num(weeks_known(said, said.known(made_at(sunday, zone)), sunday, number).counts)
    return np.column_stack([counts, counts.sum(axis=1)])


def put_rt_of_visits(
    connection: Connection, said: DailyReports, number: int, newest: date, now: datetime, zone: str
) -> None:
    """R from the city's visits, with what has been said of the newest days so far."""
    series = said.series[number]
    if series.course is None:
        connection.execute(SQL["forget_rt"], {"kind": series.name})
        return
    daily = said.known(now)[number :: len(said.series)]
    city = np.where(np.isfinite(daily).any(axis=0), np.nansum(daily, axis=0), np.nan)
    until = (newest - said.first).days + 1
    if until < RT_DAYS:
        return
    counted = np.convolve(series.course.history().incubation(), _poisson(series.course.to_visit))
    seen = share_said(said, number, now, zone)
    _put_rt(connection, series.name, series.course, newest, city[until - RT_DAYS : until], counted, seen)


def put_rt_of_patients(connection: Connection, kind: str, course: Course, newest: date, zone: str) -> None:
    """R from the line list's days of onset, where there are patients enough: of one outbreak, whatever its disease."""
    since = newest - timedelta(days=RT_DAYS - 1)
    found = rows(connection, SQL["onsets"], {"kind": kind, "since": since})
    if len(found) >= FEWEST_PATIENTS:
        at = np.array([(row["onset"] - since).days for row in found])
        late = np.array([(day_in(zone, row["reported"]) - row["onset"]).days for row in found])
        told = np.array([float((late <= lag).mean()) for lag in range(LATEST_LAG)])
        counts = np.bincount(at[at < RT_DAYS], minlength=RT_DAYS).astype(np.float64)
        _put_rt(connection, f"patients_{kind}", course, newest, counts, course.history().incubation(), told)


def share_said(said: DailyReports, number: int, now: datetime, zone: str) -> Floats:
    """Which share of a day's count is said so many days later, from the days of two months past."""
    last = (day_in(zone, now) - said.first).days
    shares: list[float] = []
    final = said.known(now)[number :: len(said.series)]
    for lag in range(LATEST_LAG):
        days = range(max(0, last - 60), max(0, last - 20), 5)
        states = said.known_at_each([now - timedelta(days=last - day - lag) for day in days])
        pairs = [(np.nansum(state[number :: len(said.series), day]), np.nansum(final[:, day]))
                 for state, day in zip(states, days, strict=True)]  # fmt: skip
        was, became = (sum(one) for one in zip(*pairs, strict=True)) if pairs else (1.0, 1.0)
        shares.append(min(1.0, float(was / became)) if became else 1.0)
    return np.maximum.accumulate(np.array(shares))


def generation(history: NaturalHistory) -> Floats:
    """From infection to infection in days (index 0 is one day)."""
    whole = np.convolve(history.incubation(), history.infectiousness())
    days = np.arange(len(whole)) + history.infectious_from
    mass = np.bincount(np.maximum(days, 1) - 1, whole)
    return mass / mass.sum()


def _put_rt(
    connection: Connection, kind: str, course: Course, newest: date, counts: Floats, counted: Floats, told: Floats
) -> None:
    seen = np.ones(len(counts))
    lags = min(len(told), len(seen))
    seen[len(seen) - lags :] = told[:lags][::-1]
    found = estimate(counts, Delays(generation(course.history()), counted), seen)
    levels = {"low95": 0.025, "low50": 0.25, "median": 0.5, "high50": 0.75, "high95": 0.975}
    bands = {name: found.quantile(level) for name, level in levels.items()}
    connection.execute(SQL["forget_rt"], {"kind": kind})
    days = [newest - timedelta(days=len(counts) - 1 - at) for at in range(len(counts))]
    values = [{name: float(band[at]) for name, band in bands.items()}
              | {"kind": kind, "day": day, "seen": float(seen[at])}
              for at, day in enumerate(days) if at >= LATEST_LAG]  # fmt: skip
    connection.cursor().executemany(SQL["put_rt"], values)


def _poisson(mean: float) -> Floats:
    days = np.arange(12)
    mass = np.exp(-mean) * mean**days / np.cumprod(np.maximum(days, 1))
    return mass / mass.sum()
