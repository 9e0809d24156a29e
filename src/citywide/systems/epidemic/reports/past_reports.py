"""The way in for past years: what places said before the city joined, row by row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, structs
from psycopg import Connection

from citywide.systems.epidemic.model import MOST_A_DAY, Series
from citywide.systems.epidemic.own_tables import SQL
from citywide.systems.epidemic.reports.sieve import Fault, Sieve

AHEAD = timedelta(minutes=5)  # by which a sender's clock may go fast


class PastRow(Struct, frozen=True, array_like=True):
    """One row of past reports as it is sent; the report's time may be a Unix time."""

    place: str
    kind: str
    day: date
    reported: Annotated[datetime, Meta(tz=True)]
    count: float


class PastReport(Struct, frozen=True):
    """What a place once said of a day, from the time before the city joined."""

    place: str
    kind: str
    day: date
    reported: datetime
    count: float


def past_reports(
    rows: Sequence[Sequence[Any]], series: Mapping[str, Series], kind_of: Mapping[str, str], now: datetime, zone: str
) -> tuple[list[PastReport], Sieve]:
    """The rows that can be taken in; `kind_of` says what the places are that the hub knows."""
    sieve = Sieve()

    def faults(row: PastRow) -> Iterator[Fault]:
        if row.kind not in series:
            yield "kind", f"unknown series {row.kind!r}", ", ".join(series)
        elif kind_of.get(row.place) != (at := series[row.kind].at):
            yield "place", f"{row.place!r} is no {at} here", f"a registered {at}"
        if not 0 <= row.count <= MOST_A_DAY:
            yield "count", f"{row.count:g} of a day", f"0 to {MOST_A_DAY:,}"
        if not datetime.combine(row.day, time(), ZoneInfo(zone)) <= row.reported <= now + AHEAD:
            yield "reported", f"{row.day} is reported at {row.reported}", "a time after the day began, up to now"

    good = sieve.good("rows", rows, PastRow, faults)
    return [PastReport(*structs.astuple(row)) for row in good], sieve


def remember(connection: Connection, reports: Iterable[PastReport]) -> int:
    """Put past years into the triangle: readings older than a year are not taken in by the doors."""
    connection.execute(SQL["waiting_reports"])
    with connection.cursor() as cursor:
        with cursor.copy("copy waiting from stdin") as copy:
            for report in reports:
                copy.write_row(structs.astuple(report))
        return cursor.execute(SQL["put_reports"]).rowcount
