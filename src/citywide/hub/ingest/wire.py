"""Readings as they come over the wire: rows or columns, in JSON, MessagePack or Arrow."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from msgspec import Struct
from numpy.typing import NDArray

from citywide.hub.ingest import piecemeal
from citywide.hub.ingest.arrow_size import TooLargeError, must_fit, must_spread
from citywide.hub.ingest.batch import Columns, Heads
from citywide.kit.clock import microseconds


class WireReading(Struct, frozen=True):
    """One reading as a row; without a time it is now, without a unit it is the quantity's own."""

    entity: str
    quantity: str
    value: float
    time: datetime | int | None = None
    unit: str | None = None


class WireRows(Struct, frozen=True, forbid_unknown_fields=True):
    """A batch as rows."""

    readings: list[WireReading]


class WireColumns(Struct, frozen=True, forbid_unknown_fields=True):
    """A batch as columns; `entity`, `quantity` and `unit` may be one word for all rows."""

    entity: msgspec.Raw
    quantity: msgspec.Raw
    value: list[float]
    time: list[datetime | int] | None = None
    unit: list[str] | str | None = None


class UnreadableError(ValueError):
    """The batch as a whole cannot be read: says what was wrong and what is accepted."""


class Form(Struct, frozen=True, eq=False):
    """How one format is read: as rows, as columns, a list of names, and item by item where nothing else helps."""

    rows: msgspec.json.Decoder[WireRows] | msgspec.msgpack.Decoder[WireRows]
    columns: msgspec.json.Decoder[WireColumns] | msgspec.msgpack.Decoder[WireColumns]
    names: msgspec.json.Decoder[list[str] | str] | msgspec.msgpack.Decoder[list[str] | str]
    piecemeal: Callable[[bytes, Callable[[object], int]], Columns | None]


Decode = Callable[[bytes, int], Columns]
JSON, PACK = (
    Form(module.Decoder(WireRows), module.Decoder(WireColumns), module.Decoder(list[str] | str), item_by_item)
    for module, item_by_item in ((msgspec.json, piecemeal.from_json), (msgspec.msgpack, piecemeal.from_msgpack))
)
MOST_BYTES_REMEMBERED = 64 * 1024


def from_json(body: bytes, now_us: int) -> Columns:
    """A JSON batch: {"readings": […]} or {"entity": […], "quantity": …, "time": […], "value": […]}."""
    return _decoded(body, now_us, JSON)


def from_msgpack(body: bytes, now_us: int) -> Columns:
    """A MessagePack batch of the same two shapes."""
    return _decoded(body, now_us, PACK)


def from_arrow(body: bytes, now_us: int) -> Columns:
    """An Arrow stream with the columns entity, quantity, value and, if wished, time and unit."""
    try:
        must_fit(body)
        table = pa.ipc.open_stream(body).read_all()
        names = set(table.column_names)
        missing = {"entity", "quantity", "value"} - names
        if missing or len(names) < table.num_columns:
            raise UnreadableError(f"the Arrow stream lacks {', '.join(sorted(missing)) or 'names that differ'}")
        return Columns(
            [name or "" for name in _texts(table["entity"])],
            [name or "" for name in _texts(table["quantity"])],
            _arrow_times(table, now_us),
            _sound(table["value"]).cast(pa.float64()).to_numpy(),
            _texts(table["unit"]) if "unit" in names else None,
        )
    except (pa.ArrowException, OSError, UnicodeDecodeError, TooLargeError) as error:
        raise UnreadableError(f"not a readable Arrow stream: {error}") from error


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


FORMATS: dict[str, Decode] = {
    "application/json": from_json,
    "application/msgpack": from_msgpack,
    "application/x-msgpack": from_msgpack,
    "application/vnd.apache.arrow.stream": from_arrow,
}


def _decoded(body: bytes, now_us: int, form: Form) -> Columns:
    try:
        if b"readings" in body[:64]:
            return _from_rows(form.rows.decode(body).readings, now_us)
        return _from_columns(form.columns.decode(body), now_us, form)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found = form.piecemeal(body, lambda time: _microseconds(time, now_us))
        if found is None:
            raise UnreadableError(str(error)) from error
        return found


def _from_rows(readings: Sequence[WireReading], now_us: int) -> Columns:
    units = [reading.unit for reading in readings]
    return Columns(
        [reading.entity for reading in readings],
        [reading.quantity for reading in readings],
        _times([reading.time for reading in readings], now_us),
        np.array([reading.value for reading in readings], float),
        units if any(units) else None,
    )


def _from_columns(batch: WireColumns, now_us: int, form: Form) -> Columns:
    count = len(batch.value)
    times = [None] * count if batch.time is None else batch.time
    raw = bytes(batch.entity), bytes(batch.quantity)
    heads = (_heads if len(raw[0]) + len(raw[1]) < MOST_BYTES_REMEMBERED else _heads.__wrapped__)(form, *raw, count)
    return Columns(
        heads.entity,
        heads.quantity,
        _times(_spread("time", times, count), now_us),
        np.array(batch.value, float),
        None if batch.unit is None else _spread("unit", batch.unit, count),
        heads,
    )


@lru_cache(256)
def _heads(form: Form, entity: bytes, quantity: bytes, count: int) -> Heads:
    """Gateways repeat the same list of devices from batch to batch."""
    return Heads(_named("entity", form, entity, count), _named("quantity", form, quantity, count))


def _named(name: str, form: Form, raw: bytes, count: int) -> list[str]:
    try:
        return _spread(name, form.names.decode(raw), count)
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(f"column {name}: {error}") from error


def _spread(name: str, column: "str | Sequence[Any]", count: int) -> "list[Any]":
    if isinstance(column, str):
        return [column] * count
    if len(column) != count:
        raise UnreadableError(f"column {name} has {len(column)} items, value has {count}")
    return column if isinstance(column, list) else list(column)


def _times(times: Sequence[object], now_us: int) -> NDArray[np.int64]:
    if times and isinstance(times[0], int):
        try:
            return np.array(times, np.int64)
        except (TypeError, OverflowError):
            pass
    return np.array([_microseconds(time, now_us) for time in times], np.int64)


def _microseconds(time: object, now_us: int) -> int:
    if isinstance(time, datetime):
        return microseconds(time if time.tzinfo else time.replace(tzinfo=UTC))
    return max(-(1 << 62), min(time, 1 << 62)) if isinstance(time, int) else now_us


def _arrow_times(table: pa.Table, now_us: int) -> NDArray[np.int64]:
    if "time" not in table.column_names:
        return np.full(table.num_rows, now_us, np.int64)
    column = _sound(table["time"])
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz=column.type.tz))
    elif pa.types.is_string(column.type):
        column = column.cast(pa.timestamp("us", tz="UTC"))
    return column.cast(pa.int64()).fill_null(now_us).to_numpy()
