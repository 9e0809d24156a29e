"""A file of readings (CSV, JSON lines, Parquet), sent to a running hub in batches that are sent until answered."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.json as jsonl
from msgspec import json
from pyarrow import csv, parquet

from citywide.hub.ingest.batch import Receipt, Refusal
from citywide.hub.simulated.twin import Word
from citywide.hub.vocabulary.things import Reading

BATCH = 1000
NEEDED = ("entity", "quantity", "time", "value")
KIND = "application/vnd.apache.arrow.stream"
READERS: dict[str, Callable[[Path], pa.Table]] = {
    ".csv": csv.read_csv,
    ".jsonl": jsonl.read_json,
    ".ndjson": jsonl.read_json,
    ".parquet": parquet.read_table,
}


class ReplayError(ValueError):
    """The file cannot be replayed, or the hub will not have it."""


def read_file(file: Path) -> pa.Table:
    """The readings of a file; it must say entity, quantity, time and value, and may say unit."""
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise ReplayError(f"{file.name}: a file of readings ends in {', '.join(READERS)}")
    try:
        table = reader(file)
    except (pa.ArrowException, OSError) as error:
        raise ReplayError(f"{file.name} cannot be read: {error}") from error
    missing = [name for name in NEEDED if name not in table.column_names]
    if missing:
        raise ReplayError(f"{file.name} lacks the columns {', '.join(missing)}; it has {', '.join(table.column_names)}")
    return table.select([*NEEDED, *(["unit"] if "unit" in table.column_names else [])])


def table_of(readings: Sequence[Reading]) -> pa.Table:
    """Readings as a file of them would give them."""
    return pa.table({name: [getattr(reading, name) for reading in readings] for name in NEEDED})


def say(word: Word, url: str, token: str) -> None:
    """Post a word to the door that it is for."""
    try:
        _posted(url, word.path, json.encode(word.body), "application/json", token)
    except urllib.error.HTTPError as error:
        raise _final(error, error.read()) from None
    except OSError as error:
        raise ReplayError(f"{url} does not answer: {error}") from error


def send(table: pa.Table, url: str, token: str, tries: int = 60) -> Iterator[Receipt]:
    """Send batch after batch; a refusal names the row of the file (the first is 1)."""
    for first in range(0, table.num_rows, BATCH):
        receipt = _deliver(_stream(table.slice(first, BATCH)), url, token, tries)
        receipt.refused = [_in_file(refusal, first) for refusal in receipt.refused]
        yield receipt


def _in_file(refusal: Refusal, first: int) -> Refusal:
    place, _, rest = refusal.where.removeprefix("readings[").partition("]")
    where = f"row {first + int(place) + 1}{rest}" if place.isdigit() else refusal.where
    return Refusal(where, refusal.what, refusal.accepted)


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()


def _deliver(body: bytes, url: str, token: str, tries: int) -> Receipt:
    """A batch without an answer is sent again: the hub knows what it has."""
    for attempt in range(tries):
        time.sleep(min(2.0, 0.1 * attempt))
        answer = _post(body, url, token)
        if answer is not None:
            return answer
    raise ReplayError(f"{url} does not answer")


def _post(body: bytes, url: str, token: str) -> Receipt | None:
    try:
        return json.decode(_posted(url, "/v1/readings", body, KIND, token), type=Receipt)
    except urllib.error.HTTPError as error:
        return _refused(error)
    except OSError:
        return None


def _posted(url: str, path: str, body: bytes, kind: str, token: str) -> bytes:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    request = urllib.request.Request(f"{url.rstrip('/')}{path}", body, headers)  # noqa: S310 - the caller's hub
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the hub's own address
        return answer.read()


def _refused(error: urllib.error.HTTPError) -> Receipt | None:
    if error.code in {429, 503} or error.code >= 500:
        return None
    body = error.read()
    if error.headers.get_content_type() == "application/json":  # all of the batch was refused, item by item
        return json.decode(body, type=Receipt)
    raise _final(error, body)


def _final(error: urllib.error.HTTPError, body: bytes) -> ReplayError:
    return ReplayError(f"the hub says {error.code}: {body.decode(errors='replace')[:500]}")
