"""Rows in PostgreSQL's binary COPY form, made and read without a loop."""

import numpy as np
from numpy.typing import NDArray

from citywide.hub.ingest.batch import Rows

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
POSTGRES_EPOCH_US = 946_684_800_000_000
_ROW = np.dtype([
    ("fields", ">i2"),
    ("series_size", ">i4"), ("series", ">i4"),
    ("time_size", ">i4"), ("time", ">i8"),
    ("value_size", ">i4"), ("value", ">f8"),
    ("received_size", ">i4"), ("received", ">i8"),
])  # fmt: skip
_PACKED = np.dtype([("series", ">i4"), ("time", ">i8"), ("value", ">f8"), ("received", ">i8")])
_BLANK = np.array([(4, 4, 0, 8, 0, 8, 0, 8, 0)], _ROW)


def encode(rows: Rows, received: int) -> bytes:
    """What `copy hub.reading (series, time, value, received) from stdin (format binary)` expects."""
    return HEADER + block(rows, received) + TRAILER


def block(rows: Rows, received: int) -> bytes:
    """The rows alone; blocks follow one another between a header and a trailer."""
    table = np.repeat(_BLANK, len(rows))
    table["series"] = rows.series
    table["time"] = rows.time - POSTGRES_EPOCH_US
    table["value"] = rows.value
    table["received"] = received
    return table.tobytes()


def unpacked(rows: bytes) -> tuple[Rows, NDArray[np.int64]]:
    """Rows and when they were received, from their four values as PostgreSQL packs them."""
    table = np.frombuffer(rows, _PACKED)
    time = table["time"].astype(np.int64) + POSTGRES_EPOCH_US
    found = Rows(table["series"].astype(np.int64), time, table["value"].astype(float))
    return found, table["received"].astype(np.int64)
