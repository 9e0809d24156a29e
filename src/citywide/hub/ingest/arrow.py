"""Readings as an Arrow stream; each column is proved sound before anybody follows it."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from citywide.hub.ingest.arrow_size import TooLargeError, must_fit, must_spread
from citywide.hub.ingest.batch import Columns, UnreadableError


def from_arrow(body: bytes, now_us: int) -> Columns:
    """An Arrow stream with the columns entity, quantity, value and, if wished, time and unit."""
    try:
        must_fit(body)
        table = pa.ipc.open_stream(body).read_all()
        names = _names(table)
        return Columns(
            [name or "" for name in _texts(table["entity"])],
            [name or "" for name in _texts(table["quantity"])],
            _times(table, now_us),
            _sound(table["value"]).cast(pa.float64()).to_numpy(),
            _texts(table["unit"]) if "unit" in names else None,
        )
    except (pa.ArrowException, OSError, UnicodeDecodeError, TooLargeError) as error:
        raise UnreadableError(f"not a readable Arrow stream: {error}") from error


def _names(table: pa.Table) -> set[str]:
    names = set(table.column_names)
    missing = {"entity", "quantity", "value"} - names
    if missing or len(names) < table.num_columns:
        raise UnreadableError(f"the Arrow stream lacks {', '.join(sorted(missing)) or 'names that differ'}")
    return names


def _sound(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column, unless it points beyond itself: whoever followed it would read another's memory, or die."""
    column.validate(full=True)
    return column


def _texts(column: pa.ChunkedArray) -> list[str | None]:
    """A column of texts; bytes that are no UTF-8 become signs that no name has."""
    must_spread(column)
    as_bytes = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}.get(column.type, column.type)
    column = _sound(column.cast(as_bytes))
    try:
        return column.cast(pa.string()).to_pylist()
    except pa.ArrowInvalid:
        return [raw and raw.decode(errors="replace") for raw in column.cast(pa.binary()).to_pylist()]


def _times(table: pa.Table, now_us: int) -> NDArray[np.int64]:
    if "time" not in table.column_names:
        return np.full(table.num_rows, now_us, np.int64)
    column = _sound(table["time"])
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz=column.type.tz))
    elif pa.types.is_string(column.type):
        column = column.cast(pa.timestamp("us", tz="UTC"))
    return column.cast(pa.int64()).fill_null(now_us).to_numpy()
