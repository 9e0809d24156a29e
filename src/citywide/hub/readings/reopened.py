"""A day that has left for Parquet and that late readings opened again: both halves as one, nothing twice."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import Connection

from citywide.hub.database.queries import sql
from citywide.kit.clock import moment

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCHEMA = pa.schema([("series", pa.int32()), ("time", pa.int64()), ("value", pa.float64()), ("received", pa.int64())])
WHOLE = "select * from kept union all select * from late anti join kept using (series, time)"
HOURS = f"""
    select series, time // 3600000000 * 3600000000, min(value), max(value), avg(value), count(*)
    from ({WHOLE}) group by 1, 2 order by 1, 2
"""  # noqa: S608 - a query of our own


def archive_of(connection: Connection, day: date) -> str | None:
    """The file that a day has left for, if it has."""
    found = connection.execute(sql("archive_of_day"), {"day": day}).fetchone()
    return found[0] if found else None


def merge(connection: Connection, day: date, kept: Path, file: Path) -> int:
    """Write the archived and the late readings of a day to a new file; returns how many they are."""
    with _both(connection, day, kept) as both:
        both.sql(f"{WHOLE} order by series, time").write_parquet(str(file), compression="zstd")
    return pq.read_metadata(file).num_rows


def put_hours(connection: Connection, day: date, kept: Path) -> None:
    """Sum the whole day up by the hour."""
    with _both(connection, day, kept) as both:
        hours = both.execute(HOURS).fetchall()
    connection.execute(sql("hour_draft"))
    with connection.cursor() as cursor, cursor.copy("copy hour_draft from stdin") as copy:
        for series, hour, *figures in hours:
            copy.write_row((series, moment(hour), *figures))
    connection.execute(sql("put_drafted_hours"))


def batches(connection: Connection, day: date) -> Iterable[pa.RecordBatch]:
    """The readings of a day that stand in the table."""
    with connection.cursor("archive", binary=True) as cursor:
        cursor.itersize = 100_000
        cursor.execute(sql("readings_of_day"), {"day": day})
        while found := cursor.fetchmany(100_000):
            yield pa.record_batch(
                [pa.array(column, field.type) for column, field in zip(zip(*found, strict=True), SCHEMA, strict=True)],
                SCHEMA,
            )


@contextmanager
def _both(connection: Connection, day: date, kept: Path) -> Iterator["DuckDBPyConnection"]:
    import duckdb  # noqa: PLC0415 - loads slowly

    with duckdb.connect() as both:
        both.read_parquet(str(kept)).create_view("kept")
        both.register("late", pa.Table.from_batches(batches(connection, day), SCHEMA))
        yield both
