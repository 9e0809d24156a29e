"""Old days leave for Parquet and stay readable as if nothing had happened."""

import os
import re
import time
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import structlog
from numpy.typing import NDArray
from psycopg import Connection
from psycopg import sql as composed

from citywide.hub.database import days
from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.hub.ingest.batch import Rows
from citywide.hub.readings.leaving import last_pages, let_go, seen
from citywide.hub.readings.reopened import SCHEMA, archive_of, batches, merge
from citywide.kit.clock import microseconds, moment
from citywide.kit.text import Text

Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
UNNAMED_S = 3600
COLUMNS = {"series": np.int64, "time": np.int64, "value": float, "received": np.int64}
EVER = 0, 2**63 - 1
ARCHIVED = """
    select series, time, value, received from read_parquet(?)
    where series in (select unnest(?::int[])) and time between ? and ? and received >= ? and received < ?
"""
ALREADY = "select place from wanted semi join read_parquet(?) as kept using (series, time)"
FILE = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.(\d+))?\.(?:parquet|draft)")
log = structlog.get_logger()


class ArchiveError(RuntimeError):
    """A file of archived readings is not there, or not whole."""


def archive_before(database: Database, folder: Path, oldest_hot: date) -> list[date]:
    """Move every day before `oldest_hot` to Parquet; returns the days that left."""
    with database.transaction() as connection:
        old = sorted(day for day in days.existing(connection) if day < oldest_hot)
    _tidy(database, folder)
    for day in old:
        archive_day(database, folder, day)
    return old


def archive_day(database: Database, folder: Path, day: date) -> Path:
    """Write a day's file whole while others go on, then let its partition go and name the file, in one transaction."""
    folder.mkdir(parents=True, exist_ok=True)
    with database.transaction() as connection:
        name = composed.Identifier("hub", days.name_of(day))
        connection.execute(composed.SQL("lock table {} in share update exclusive mode").format(name))  # no two of us
        page = last_pages(connection, day)
        with database.transaction() as snapshot:
            snapshot.execute("set transaction isolation level repeatable read")
            before = seen(snapshot, day, page)
            file, count = _write(snapshot, day, folder)
        digest = sha256(file.read_bytes()).hexdigest()

        def named(late: int) -> None:
            connection.execute(sql("put_archive"), {"day": day, "file": file.name, "rows": count, "sha256": digest})
            connection.execute(sql("true_up_day"), {"day": day, "rows": count + late})

        let_go(connection, day, before, named)
        says = Text(f"{count} readings of {day} archived", f"{day} 的 {count} 条读数已归档")
        witness(connection, "archive", says, facts={"file": file.name, "sha256": digest})
    return file


def archived(connection: Connection, folder: Path, series: Sequence[int], begin: datetime, end: datetime) -> Found:
    """Series, times and values of readings on archived days, in the order of time."""
    arrays = from_archive(connection, folder, series, (begin, end))
    order = np.argsort(arrays["time"], kind="stable")
    return arrays["series"][order], arrays["time"][order], arrays["value"][order]


def from_archive(
    connection: Connection, folder: Path, series: Sequence[int], span: tuple[datetime, datetime],
    received: tuple[int, int] = EVER,
) -> dict[str, NDArray[Any]]:  # fmt: skip
    """Columns of what some series said in a span of time, both ends included, and was received in another."""
    found = connection.execute(sql("archives_between"), {"begin": span[0], "end": span[1]})
    files = [str(folder / name) for (name,) in found]
    if not files:
        return {name: np.empty(0, kind) for name, kind in COLUMNS.items()}
    bounds = [microseconds(moment) for moment in span]
    import duckdb  # noqa: PLC0415 - loads slowly

    try:
        with duckdb.connect() as memory:  # of our own: others read at the same time
            arrays = memory.execute(ARCHIVED, [files, list(series), *bounds, *received]).fetchnumpy()
    except duckdb.Error as error:
        raise ArchiveError(f"an archived day cannot be read here: {error}") from error
    return {name: np.asarray(arrays[name], kind) for name, kind in COLUMNS.items()}


def archived_already(connection: Connection, folder: Path, rows: Rows) -> NDArray[np.int64]:
    """The places of those rows that stand in an archived day; none where its file cannot be read from here."""
    numbers = np.unique(rows.time // days.DAY_US).tolist()
    asked = [moment(number * days.DAY_US).date() for number in numbers]
    files = [str(folder / name) for (name,) in connection.execute(sql("archives_of_days"), {"days": asked})]
    if not files:
        return np.empty(0, np.int64)
    import duckdb  # noqa: PLC0415 - loads slowly

    with duckdb.connect() as memory:
        wanted = {"series": rows.series, "time": rows.time, "place": np.arange(len(rows))}
        memory.register("wanted", pa.table(wanted))
        try:
            return np.asarray(memory.execute(ALREADY, [files]).fetchnumpy()["place"], np.int64)
        except duckdb.Error as error:
            log.warning("archive_unreadable", error=str(error))
            return np.empty(0, np.int64)


def _write(connection: Connection, day: date, folder: Path) -> tuple[Path, int]:
    """The day's next file; one that was there before is read from until the new one is named."""
    before = archive_of(connection, day)
    file = folder / _unused(folder, day)
    draft = file.with_suffix(".draft")
    try:
        count = _fresh(connection, day, draft) if before is None else merge(connection, day, folder / before, draft)
        _outlast_power(draft)
        draft.rename(file)
        _outlast_power(folder)
    except BaseException:
        draft.unlink(missing_ok=True)  # a disk that is full needs the room
        raise
    return file, count


def _outlast_power(path: Path) -> None:
    """The rows are gone from the table a moment from now: what is written must outlast a power cut."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _fresh(connection: Connection, day: date, draft: Path) -> int:
    count = 0
    with pq.ParquetWriter(draft, SCHEMA, compression="zstd") as writer:
        for batch in batches(connection, day):
            writer.write_batch(batch)
            count += batch.num_rows
    return count


def _unused(folder: Path, day: date) -> str:
    """A name that no file of this day has had: a city restored beside this one may name those that are there."""
    newest = max((revision for _, of, revision in _days_in(folder) if of == day), default=0)
    return f"{day}.{newest + 1}.parquet" if newest else f"{day}.parquet"


def _tidy(database: Database, folder: Path) -> None:
    """What a power cut left, and days that were written anew; whatever else lies in the folder is not ours."""
    named = [FILE.fullmatch(row["file"]) for row in database.rows(sql("archive_files"))]
    newest = {date.fromisoformat(of[1]): int(of[2] or 1) for of in named if of}
    for file, day, revision in _days_in(folder):
        done = file.suffix == ".draft" or revision < newest.get(day, 0)
        if done and file.stat().st_mtime < time.time() - UNNAMED_S:
            file.unlink()


def _days_in(folder: Path) -> list[tuple[Path, date, int]]:
    """The files of days, each with its day and its revision; the first one bears no number."""
    found = [(file, of) for file in folder.glob("*") if (of := FILE.fullmatch(file.name))]
    return [(file, date.fromisoformat(of[1]), int(of[2] or 1)) for file, of in found]
