"""The analyses' own process: one at a time in the whole city, politely, from what stands in the database."""

import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, Final

import msgspec
from msgspec import Struct, json
from psycopg import Connection

from citywide.hub.database.pool import Database, rows
from citywide.hub.running import Hub
from citywide.kit.child import alone, end_with_parent
from citywide.kit.turns import turn_if_free
from citywide.systems.epidemic.analysis import current, forecasting, sources
from citywide.systems.epidemic.analysis.weeks import last_sunday
from citywide.systems.epidemic.course import Course
from citywide.systems.epidemic.model import HOSPITAL
from citywide.systems.epidemic.own_tables import SQL
from citywide.systems.epidemic.people import line_list
from citywide.systems.epidemic.reports.daily_reports import DailyReports, daily_reports, day_in
from citywide.systems.epidemic.watch.watched import STANDARD, Watched, watched_in

PROGRAM = "citywide.systems.epidemic"
LOCK = 0x65706964
POLITE = 15
running: Final[dict[str, "subprocess.Popen[bytes]"]] = {}


class Order(Struct, frozen=True):
    """Which city is to be looked at, and what time it is there."""

    database_url: str
    zone: str
    now: datetime
    city: str | None = None  # the folder that says what this city watches


def attend(hub: Hub) -> None:
    """Begin the analyses when there is something new and none are running."""
    found, city = running.get(hub.settings.database_url), hub.settings.city
    if (found is None or found.poll() is not None) and something_new(hub):
        order = Order(hub.settings.database_url, hub.city.zone, hub.clock.now(), city and str(city.resolve()))
        with turn_if_free(hub.settings.data) as mine:
            if mine is not None:
                running[hub.settings.database_url] = _start(order, mine)


def something_new(hub: Hub) -> bool:
    """A day was watched, a patient was reported, or a Monday has come since the last time."""
    row = hub.database.rows(SQL["analysed"])[0]
    if row["watched"] is None:
        return False
    monday = last_sunday(hub.clock.now(), hub.city.zone) + forecasting.AHEAD
    return row["day"] != row["watched"] or row["patient"] < row["newest"] or (row["forecast"] or date.min) < monday


def analyse(database: Database, now: datetime, zone: str, watched: Watched = STANDARD) -> None:
    """Everything that takes longer than a moment; what is there already is not made again."""
    row, today = database.rows(SQL["analysed"])[0], day_in(zone, now)
    with database.transaction() as connection:
        said = daily_reports(connection, [one for one in watched.series if one.at == HOSPITAL.name], today, now)
        visits = daily_reports(connection, watched.syndromes, today, now)
    if not said.days:
        return
    with database.transaction() as connection:
        current.put_shown(connection, said, now, zone, watched.minimum)
        line_list.forget(connection, now)
    _forecast(database, visits, now, zone, watched.minimum)
    _look_at_now(database, visits, now, zone)
    _trace(database, today, zone, watched, anew=row["patient"] == 0)
    with database.transaction() as connection:
        connection.execute(
            SQL["now_analysed"], {"day": row["watched"], "patient": row["newest"], "was": row["patient"]}
        )


def main() -> int:
    """Read the order from the standard input, and do it unless somebody else does."""
    end_with_parent()
    order = json.decode(sys.stdin.buffer.read(), type=Order)
    os.nice(POLITE)
    with Connection.connect(order.database_url, autocommit=True) as connection:
        mine = connection.execute("select pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
        if mine and mine[0]:
            database = Database(order.database_url, most=2)
            try:
                analyse(database, order.now, order.zone, watched_in(Path(order.city) if order.city else None))
            finally:
                database.close()
    return 0


def _trace(database: Database, today: date, zone: str, watched: Watched, *, anew: bool) -> None:
    since = {"since": today - timedelta(weeks=sources.WEEKS)}
    for row in database.rows(SQL["kinds_with_patients"], since):
        with database.transaction() as connection:
            if anew or rows(connection, SQL["traced_up_to"], {"kind": row["kind"]})[0]["newest"] != row["newest"]:
                course = watched.course_of(row["kind"]) or Course()
                sources.put_transmission(connection, row["kind"], watched.history_of(row["kind"]), today)
                current.put_rt_of_patients(connection, row["kind"], course, today - timedelta(days=1), zone)


def _look_at_now(database: Database, visits: DailyReports, now: datetime, zone: str) -> None:
    newest = day_in(zone, now) - timedelta(days=1)
    for number in range(len(visits.series)):
        with database.transaction() as connection:
            current.put_nowcast(connection, visits, number, now, zone)
            current.put_rt_of_visits(connection, visits, number, newest, now, zone)


def _forecast(database: Database, visits: DailyReports, now: datetime, zone: str, minimum: int) -> None:
    sunday = last_sunday(now, zone)
    for number in range(len(visits.series)):
        forecasting.make_missing(database, visits, number, sunday, now, zone, minimum)
        with database.transaction() as connection:
            forecasting.score_matured(connection, visits, number, sunday, now, zone)


def _start(order: Order, mine: IO[str]) -> "subprocess.Popen[bytes]":
    command, keeps = [sys.executable, "-m", PROGRAM], [mine.fileno()]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=keeps, env=alone())  # noqa: S603 - our own program
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(order))
    process.stdin.close()
    return process
