"""The system's own tables: the named queries that read and write them, and the way in for past years."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from msgspec import Struct, structs
from psycopg import Connection

from citywide.hub import Text
from citywide.hub.database.queries import read_queries
from citywide.hub.evidence.write import witness
from citywide.systems.epidemic.model import DEPARTMENT

SQL = read_queries(Path(__file__).with_name("record.sql").read_text(encoding="utf-8"))


class PastReport(Struct, frozen=True):
    """What a place once said of a day, from the time before the city joined."""

    place: str
    kind: str
    day: date
    reported: datetime
    count: float


def set_false_alarm_rate(connection: Connection, rate: float, who: str, now: datetime) -> None:
    """Keep the share of quiet series-weeks that may ring; the decision is evidence."""
    connection.execute(SQL["set_false_alarm_rate"], {"rate": rate})
    says = Text(f"{who} lets {1000 * rate:g} of a thousand quiet series-weeks ring",
                f"{who} 将误报率设为千分之 {1000 * rate:g}")  # fmt: skip
    witness(connection, "decision", says, department=DEPARTMENT, at=now, who=who)


def remember(connection: Connection, reports: Iterable[PastReport]) -> int:
    """Put past years into the triangle: readings older than a year are not taken in by the doors."""
    connection.execute(SQL["waiting_reports"])
    with connection.cursor() as cursor:
        with cursor.copy("copy waiting from stdin") as copy:
            for report in reports:
                copy.write_row(structs.astuple(report))
        return cursor.execute(SQL["put_reports"]).rowcount


def kinds_of(connection: Connection, places: Iterable[str]) -> dict[str, str]:
    """What the places are of which the hub knows."""
    askable = [one for one in set(places) if "\0" not in one]
    return dict(connection.execute(SQL["kinds_of_places"], {"ids": askable}).fetchall())
