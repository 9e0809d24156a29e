"""A batch that cannot be read as a whole, read item by item: what is bad is named, the rest is as good as ever."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import numpy as np

from citywide.hub.ingest.batch import Columns, Refusal

Faults = dict[int, Refusal]
Microseconds = Callable[[object], int]
NAMES = ("entity", "quantity", "value", "time", "unit")
KINDS: Mapping[str, Any] = {
    "entity": str, "quantity": str, "value": float, "time": datetime | int | None, "unit": str | None,
}  # fmt: skip
BLANK: Mapping[str, object] = {"entity": "", "quantity": "", "value": float("nan"), "time": None, "unit": None}
ACCEPTED = {
    "entity": "a text", "quantity": "a text", "value": "a number", "unit": "a text, or nothing",
    "time": "ISO 8601 with a time zone, microseconds since 1970, or nothing",
}  # fmt: skip


def from_json(body: bytes, microseconds: Microseconds) -> Columns | None:
    """The batch's columns with its faults; None where it is no batch at all. Here NaN may stand for a number."""
    try:
        return _columns_of(_parsed(body), microseconds)
    except (ValueError, RecursionError):
        return None


def _parsed(body: bytes) -> object:
    """The JSON; bytes that are no UTF-8 become signs that no writing has, to be found in the item they stand in."""
    try:
        return json.loads(body)
    except UnicodeDecodeError:
        return json.loads(body.decode(errors="surrogateescape"))


def from_msgpack(body: bytes, microseconds: Microseconds) -> Columns | None:
    """The same of a MessagePack batch."""
    try:
        return _columns_of(msgspec.msgpack.decode(body), microseconds)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _columns_of(batch: object, microseconds: Microseconds) -> Columns | None:
    items = _items_of(batch)
    if items is None:
        return None
    faults: Faults = {}
    rows = [_read(at, item, faults) for at, item in enumerate(items)]
    return Columns(
        [row["entity"] for row in rows],
        [row["quantity"] for row in rows],
        np.array([microseconds(row["time"]) for row in rows], np.int64),
        np.array([row["value"] for row in rows], float),
        [row["unit"] for row in rows],
        faults=faults,
    )


def _items_of(batch: object) -> Sequence[object] | None:
    """The batch as items, be it of rows or of columns; None where its shape is neither."""
    if not isinstance(batch, dict):
        return None
    if isinstance(batch.get("readings"), list):
        return batch["readings"] if len(batch) == 1 else None
    values = batch.get("value")
    if not isinstance(values, list) or not set(batch) <= set(NAMES):
        return None
    columns = {name: _spread(column, len(values)) for name, column in batch.items()}
    if any(len(column) != len(values) for column in columns.values()):
        return None
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _spread(column: object, count: int) -> Sequence[object]:
    return column if isinstance(column, list) else [column] * count


def _read(at: int, item: object, faults: Faults) -> dict[str, Any]:
    """One item's fields; what is wrong with the first bad one is put down."""
    if not isinstance(item, dict):
        faults[at] = Refusal(
            f"readings[{at}]", f"{shortened(item)} is no reading", "an object with entity, quantity, value"
        )
        return dict(BLANK)
    row: dict[str, Any] = {}
    for name, kind in KINDS.items():
        try:
            row[name] = _spoken(msgspec.convert(item.get(name), kind))
        except (msgspec.ValidationError, UnicodeEncodeError):
            said = shortened(item[name]) if name in item else "nothing"
            faults.setdefault(at, Refusal(f"readings[{at}].{name}", f"{said} is no {name}", ACCEPTED[name]))
            row[name] = BLANK[name]
    return row


def _spoken(value: object) -> object:
    """The value, unless it is a text that no writing has: half of a surrogate pair, which JSON can smuggle in."""
    if isinstance(value, str):
        value.encode()
    return value


def shortened(said: object) -> str:
    """What was said, as much of it as an answer repeats."""
    text = repr(said)
    return text if len(text) <= 60 else f"{text[:57]}…"
