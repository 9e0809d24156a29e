"""How large an Arrow stream grows, told from its metadata before anything of it is unpacked."""

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MOST_ROWS = 4_000_000
LARGEST = 256 * 1024 * 1024
DICTIONARY_BATCH, RECORD_BATCH = 2, 3


class TooLargeError(ValueError):
    """Unpacked, the stream would fill the machine's memory."""


def must_fit(body: bytes) -> None:
    """Refuse a stream of too many rows, or whose compressed buffers would swell too much."""
    rows = size = 0
    for batch, buffers in _batches(body):
        rows += batch.number(0)
        size += sum(_unpacked(buffers, at, length, packed=batch.has(3)) for at, length in batch.pairs(2))
        if rows > MOST_ROWS or size > LARGEST:
            raise TooLargeError(f"a stream has at most {MOST_ROWS:,} rows and {LARGEST >> 20} MiB when it is unpacked")


def must_spread(column: pa.ChunkedArray) -> None:
    """Refuse texts that are told once and meant so often that all of them together would be too large."""
    for chunk in column.chunks:
        size = _spread(chunk)
        if size > LARGEST:
            raise TooLargeError(f"texts of {size >> 20} MiB")


def _spread(chunk: Any) -> int:
    """How large the texts are at most once each row has its own."""
    if isinstance(chunk, pa.DictionaryArray):
        lengths = pc.call_function("binary_length", [chunk.dictionary])
        return len(chunk) * max(lengths.drop_null().to_pylist(), default=0)
    if chunk.type in {pa.string_view(), pa.binary_view()}:
        lengths = np.frombuffer(chunk.buffers()[1], np.uint32)[4 * chunk.offset :: 4]
        return int(lengths[: len(chunk)].sum(dtype=np.uint64))
    return 0


class _Table:
    """A table of a flatbuffer, in which Arrow keeps its metadata; its fields are numbered as in Arrow's format."""

    def __init__(self, raw: bytes, at: int) -> None:
        self._raw, self._at = raw, at

    def has(self, field: int) -> bool:
        return self._place(field) is not None

    def number(self, field: int, form: str = "<q") -> int:
        place = self._place(field)
        return 0 if place is None else self._read(form, place)

    def table(self, field: int) -> "_Table":
        return _Table(self._raw, self._there(field))

    def pairs(self, field: int) -> Iterator[tuple[int, int]]:
        """A list of two whole numbers each."""
        begin = self._there(field)
        for place in range(begin + 4, begin + 4 + 16 * self._read("<I", begin), 16):
            yield self._read("<q", place), self._read("<q", place + 8)

    def _there(self, field: int) -> int:
        place = self._place(field)
        if place is None:
            raise TooLargeError("its metadata is incomplete")
        return place + self._read("<I", place)

    def _place(self, field: int) -> int | None:
        table = self._at - self._read("<i", self._at)
        offset = self._read("<H", table + 4 + 2 * field) if 4 + 2 * field < self._read("<H", table) else 0
        return self._at + offset if offset else None

    def _read(self, form: str, place: int) -> int:
        return struct.unpack_from(form, self._raw, place)[0]


def _batches(body: bytes) -> Iterator[tuple[_Table, Any]]:
    """The batches of a stream, of rows and of dictionaries, each with its buffers as they came."""
    for message in pa.ipc.MessageReader.open_stream(body):
        raw = message.metadata.to_pybytes()
        root = _Table(raw, struct.unpack_from("<I", raw)[0])
        kind = root.number(1, "<B")
        if kind in {DICTIONARY_BATCH, RECORD_BATCH}:
            header = root.table(2)
            yield header if kind == RECORD_BATCH else header.table(1), message.body


def _unpacked(buffers: Any, at: int, length: int, *, packed: bool) -> int:
    """A compressed buffer begins with its size; -1 says that it is as it was."""
    if not packed or length < 8:
        return length
    size = int.from_bytes(memoryview(buffers)[at : at + 8], "little", signed=True)
    return length if size == -1 else max(size, 0)
