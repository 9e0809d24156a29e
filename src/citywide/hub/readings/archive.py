"""Old days leave for Parquet and stay readable as if nothing had happened."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from psycopg import Connection
from psycopg import sql as composed

from citywide.hub.database import days
from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.kit.text import Text

SCHEMA = pa.schema([("series", pa.int32()), ("time", pa.int64()), ("value", pa.float64()), ("received", pa.int64())])
Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
ARCHIVED = """
    select series, time, value from read_parquet(?)
    where series in (select unnest(?::int[])) and time between ? and ? order by time
"""


def archive_before(database: Database, data: Path, oldest_hot: date) -> list[date]:
    """Move every day before `oldest_hot` to Parquet; returns the days that left."""
    with database.transaction() as connection:
        old = sorted(day for day in days.existing(connection) if day < oldest_hot)
    for day in old:
        archive_day(database, data, day)
    return old


def archive_day(database: Database, data: Path, day: date) -> Path:
    """Write a day's file whole, then let its partition go and name the file, in one transaction."""
    file = data / "archive" / f"{day}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    with database.transaction() as connection:
        name = composed.Identifier("hub", days.name_of(day))
        connection.execute(composed.SQL("lock table {} in share row exclusive mode").format(name))
        count = _write(connection, name, file)
        digest = sha256(file.read_bytes()).hexdigest()
        connection.execute(sql("put_archive"), {"day": day, "file": file.name, "rows": count, "sha256": digest})
        connection.execute(composed.SQL("drop table {}").format(name))
        says = Text(f"{count} readings of {day} archived", f"{day} 的 {count} 条读数已归档")
        witness(connection, "archive", says, facts={"file": file.name, "sha256": digest})
    return file


def archived(connection: Connection, data: Path, series: Sequence[int], begin: datetime, end: datetime) -> Found:
    """Series, times and values of readings on archived days."""
    found = connection.execute(sql("archives_between"), {"begin": begin, "end": end + timedelta(days=1)})
    files = [str(data / "archive" / name) for (name,) in found]
    if not files:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    bounds = [int(moment.astimezone(UTC).timestamp() * 1e6) for moment in (begin, end)]
    arrays = duckdb.execute(ARCHIVED, [files, list(series), *bounds]).fetchnumpy()
    series_of, times = (np.asarray(arrays[name], np.int64) for name in ("series", "time"))
    return series_of, times, np.asarray(arrays["value"], float)


def _write(connection: Connection, name: composed.Identifier, file: Path) -> int:
    draft = file.with_suffix(".draft")
    query = composed.SQL(
        "select series, (extract(epoch from time) * 1000000)::bigint, value, received from {} order by series, time"
    ).format(name)
    count = 0
    with pq.ParquetWriter(draft, SCHEMA, compression="zstd") as writer:
        for batch in _batches(connection, query):
            writer.write_batch(batch)
            count += batch.num_rows
    draft.rename(file)
    return count


def _batches(connection: Connection, query: composed.Composed) -> Iterable[pa.RecordBatch]:
    with connection.cursor("archive", binary=True) as cursor:
        cursor.itersize = 100_000
        cursor.execute(query)
        while found := cursor.fetchmany(100_000):
            yield pa.record_batch(
                [pa.array(column, field.type) for column, field in zip(zip(*found, strict=True), SCHEMA, strict=True)],
                SCHEMA,
            )
