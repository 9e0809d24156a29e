"""Entries as rows of PostgreSQL's binary COPY, in chunks: the database takes one in while we make the next."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from struct import Struct as Layout

from msgspec import Struct

from citywide.hub.evidence.tree import HASH_BYTES, leaf_hash

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


class Draft(Struct, frozen=True):
    """Entries made ready before it is their turn: their leaves, and their rows but for the index."""

    leaves: Sequence[bytes]
    rows: Sequence[bytes]


def drafted(entries: Sequence[Entry]) -> Draft:
    """What can be done for entries while others are still being written."""
    leaves = [leaf_hash(entry.body) for entry in entries]
    return Draft(leaves, list(map(_row, entries, leaves)))


def copied(rows: Sequence[bytes], first: int) -> Iterator[bytes]:
    """What `copy_entries` expects of rows numbered from `first` on."""
    yield COPY_HEAD
    for start in range(0, len(rows), CHUNK):
        chunk = enumerate(rows[start : start + CHUNK], first + start)
        yield b"".join([_INDEX(6, 8, index) + row for index, row in chunk])
    yield COPY_END


def _row(entry: Entry, leaf: bytes) -> bytes:
    body, since = entry.body, entry.at - EPOCH
    at = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return b"".join((_words(entry.kind, entry.department), _TIME(8, at, len(body)), body, _LEAF, leaf))


@lru_cache(4096)
def _words(kind: str, department: str) -> bytes:
    """Kind and department: a city has few of them."""
    words = kind.encode(), department.encode()
    return b"".join([_LENGTH(len(word)) + word for word in words])
