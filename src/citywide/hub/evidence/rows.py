"""Entries as rows of PostgreSQL's binary COPY, in chunks: the database takes one in while we make the next."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from struct import Struct as Layout

from msgspec import Struct

from citywide.hub.evidence.tree import HASH_BYTES

COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
COPY_END = b"\xff\xff"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL counts from here
CHUNK = 500
_INDEX, _LENGTH, _TIME = Layout(">hiq").pack, Layout(">i").pack, Layout(">iqi").pack
_LEAF = _LENGTH(HASH_BYTES)


class Entry(Struct, frozen=True):
    """One entry on its way into the log."""

    kind: str
    department: str
    at: datetime
    body: bytes


def copied(entries: Iterable[Entry], indices: Mapping[bytes, int]) -> Iterator[bytes]:
    """What `copy_entries` expects of entries whose leaves have these indices, made as it is asked for."""
    rows = map(_row, entries, indices, indices.values())
    yield COPY_HEAD
    while chunk := b"".join(islice(rows, CHUNK)):
        yield chunk
    yield COPY_END


def _row(entry: Entry, leaf: bytes, index: int) -> bytes:
    body, since = entry.body, entry.at - EPOCH
    at = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    words = _words(entry.kind, entry.department)
    return b"".join((_INDEX(6, 8, index), words, _TIME(8, at, len(body)), body, _LEAF, leaf))


@lru_cache(4096)
def _words(kind: str, department: str) -> bytes:
    """Kind and department: a city has few of them."""
    words = kind.encode(), department.encode()
    return b"".join([_LENGTH(len(word)) + word for word in words])
