"""Entries as rows of PostgreSQL's binary COPY, in chunks: the database takes one in while we make the next."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from struct import Struct as Layout

from msgspec import Struct

COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
COPY_END = b"\xff\xff"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL counts from here
CHUNK = 500
_INDEX, _LENGTH, _TIME = Layout(">hiq").pack, Layout(">i").pack, Layout(">iqi").pack
_LEAF = _LENGTH(32)


class Entry(Struct, frozen=True):
    """One entry on its way into the log."""

    kind: str
    department: str
    at: datetime
    body: bytes


def copied(entries: Sequence[Entry], leaves: Sequence[bytes], first: int) -> Iterator[bytes]:
    """What `copy_entries` expects of entries numbered from `first` on."""
    yield COPY_HEAD
    for start in range(0, len(entries), CHUNK):
        chunk = zip(entries[start : start + CHUNK], leaves[start : start + CHUNK], strict=True)
        yield b"".join([_row(index, entry, leaf) for index, (entry, leaf) in enumerate(chunk, first + start)])
    yield COPY_END


def _row(index: int, entry: Entry, leaf: bytes) -> bytes:
    body, since = entry.body, entry.at - EPOCH
    at = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return b"".join((
        _INDEX(6, 8, index), _words(entry.kind, entry.department), _TIME(8, at, len(body)), body, _LEAF, leaf
    ))  # fmt: skip


@lru_cache(4096)
def _words(kind: str, department: str) -> bytes:
    """Kind and department: a city has few of them."""
    words = kind.encode(), department.encode()
    return b"".join([_LENGTH(len(word)) + word for word in words])
