"""Every morning all series are watched, and what is found becomes readings and explanations."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from citywide.hub.database.pool import Database
from citywide.hub.running import Hub
from citywide.kit.clock import microseconds
from citywide.systems.epidemic.engine.detect import screen
from citywide.systems.epidemic.model import WORDS_OF_ILLNESS, Series
from citywide.systems.epidemic.own_tables import SQL
from citywide.systems.epidemic.reports.daily_reports import DailyReports, by_week, daily_reports, sums
from citywide.systems.epidemic.watch.false_alarms import false_alarm_rate
from citywide.systems.epidemic.watch.findings import Table, judge, keep, readings
from citywide.systems.epidemic.watch.watched import watched_in

Floats = NDArray[np.float64]
FEWEST_WEEKS = 12
WAIT = timedelta(hours=10)  # a week is watched ten hours after its last day, when the morning's reports are in
LATE_HOURS = 8  # after that, in which late reports are still waited for


def watch_over(hub: Hub) -> None:
    """Take the new reports in; judge every series once a day, and anew when reports come in late that day."""
    new, zone = take_in(hub), ZoneInfo(hub.city.zone)
    due = hub.clock.now().astimezone(zone) - WAIT  # at ten by the wall's clock, as `_due` says
    newest, watched = due.date() - timedelta(days=1), hub.database.rows(SQL["watched_up_to"])[0]["day"]
    if watched is None or watched < newest or (new and due.hour < LATE_HOURS):
        judge_all(hub, newest)


def take_in(hub: Hub) -> int:
    """Readings that are reports, and residents' own words, into the triangle; returns how many are new."""
    now, watched = {"now": hub.clock.now(), "zone": hub.city.zone}, watched_in(hub.settings.city)
    names = {"quantities": [one.reading for one in watched.series], "kinds": list(watched.by_name)}
    with hub.database.transaction() as connection:
        found = connection.execute(SQL["take_reports"], now | names | {"minimum": watched.minimum}).fetchone()
        connection.execute(SQL["take_told"], now | {"words": WORDS_OF_ILLNESS})
    return int(found[0]) if found else 0


def judge_all(hub: Hub, newest: date) -> None:
    """Judge every series of every kind of place, keep the explanations, submit the numbers."""
    now, rate, watched = hub.clock.now(), false_alarm_rate(hub.database), watched_in(hub.settings.city)
    rang = {(row["place"], row["kind"]) for row in hub.database.rows(SQL["rang_before"], {"day": newest})}
    for at in sorted({series.at for series in watched.series}):
        said = [series for series in watched.series if series.at == at]
        table = weekly(hub.database, said, newest, now, hub.city.zone)
        if table.counts.shape[1] < FEWEST_WEEKS or not len(table.counts):
            continue
        clean = screen(np.where(table.counts < 0, np.nan, table.counts))
        judged = list(judge(table, clean.counts, rate, rang))
        keep(hub.database, table, judged, clean.set_aside, watched.minimum)
        hub.submit([reading for one in judged for reading in readings(one, now)])


def weekly(database: Database, series: Sequence[Series], newest: date, now: datetime, zone: str) -> Table:
    """Whole weeks back from a day, each as it was known when it was watched."""
    with database.transaction() as connection:
        said = daily_reports(connection, series, newest, now)
    daily = said.known_when_due(_due(said, newest, zone))
    counts = by_week(daily)
    spoken = {one.name for (_, one), weeks in zip(said.names(), counts, strict=True)
              if (weeks >= 0).sum() >= FEWEST_WEEKS}  # fmt: skip
    kept = [one.name in spoken for _, one in said.names()]
    names = [name for name, keep in zip(said.names(), kept, strict=True) if keep]
    return Table(names, newest, counts[kept], np.nan_to_num(sums(daily[kept])))


def _due(said: DailyReports, newest: date, zone: str) -> NDArray[np.int64]:
    """When the week of each day was watched: late reports make no week look quiet beside others."""
    days = [said.first + timedelta(days=number) for number in range(said.days)]
    ends = [newest - 7 * ((newest - day) // timedelta(days=7)) * timedelta(days=1) for day in days]
    midnights = {end: datetime(end.year, end.month, end.day, tzinfo=ZoneInfo(zone)) for end in set(ends)}
    return np.array([microseconds(midnights[end] + timedelta(days=1) + WAIT) for end in ends], np.int64)
