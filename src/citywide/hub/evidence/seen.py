"""What the log holds already, marked in memory: a leaf without its marks is surely new, and nobody need be asked."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from citywide.hub.database.queries import sql
from citywide.hub.evidence.tiles import TILE_WIDTH
from citywide.hub.evidence.tree import HASH_BYTES

TILES_AT_ONCE = 256

FEWEST_WORDS, MOST_WORDS = 1 << 18, 1 << 24
LEAVES_A_WORD = 8  # beyond that, more than one new leaf in thirty bears marks that others have left
LATEST = 1 << 16
_MARKS = 4
_WORD = np.uint64(64)


class Seen:
    """Four marks for each of the log's first `size` leaves, all in one word of 64, so that a look is one look.

    A log may outgrow the words there are: then more of what is new is asked for in vain.
    """

    def __init__(self, expected: int = 0) -> None:
        words = 1 << (4 * expected // LEAVES_A_WORD).bit_length()
        self.size = 0
        self._words = np.zeros(min(max(words, FEWEST_WORDS), MOST_WORDS), np.uint64)
        self._latest: dict[bytes, int] = {}
        self._before: dict[bytes, int] = {}

    @property
    def full(self) -> bool:
        """Whether more words would tell more."""
        return self.size > LEAVES_A_WORD * self._words.size and self._words.size < MOST_WORDS

    def add(self, indices: Mapping[bytes, int]) -> None:
        """Mark new leaves, whose indices in the log stand side by side, and remember them as the latest."""
        self._mark(min(indices.values(), default=0), b"".join(indices))
        if len(self._latest) >= LATEST:
            self._before, self._latest = self._latest, {}
        self._latest.update(indices)

    def forget_latest(self) -> None:
        """What was added last may not have become part of the log."""
        self._latest, self._before = {}, {}

    def _mark(self, first: int, leaves: bytes) -> None:
        place, marks = self._marks(leaves)
        np.bitwise_or.at(self._words, place, marks)
        if first <= self.size:
            self.size = first + place.size

    def catch_up(self, connection: Connection, size: int) -> None:
        """Mark some more of what a log of `size` held before: the growing waits for that a moment, never for all."""
        if self.size < size:
            first = self.size // TILE_WIDTH
            asked = {"first": first, "end": first + TILES_AT_ONCE}
            ((leaves,),) = connection.execute(sql("leaves_of_tiles"), asked, binary=True).fetchall()
            self._mark(first * TILE_WIDTH, leaves)

    def held(self, connection: Connection, leaves: Sequence[bytes], size: int) -> dict[bytes, int]:
        """The indices of those leaves that a log of `size` holds; asked for where nothing here tells."""
        maybe = self._maybe(leaves) if leaves and self.size >= size else leaves
        held = {leaf: index for leaf in maybe if (index := self._remembered(leaf)) is not None}
        asked = [leaf for leaf in maybe if leaf not in held]
        values = {"leaves": b"".join(asked), "count": len(asked)}
        return (
            held | dict(connection.execute(sql("indices_of_leaves"), values, binary=True).fetchall()) if asked else held
        )

    def _remembered(self, leaf: bytes) -> int | None:
        return self._latest.get(leaf, self._before.get(leaf))

    def _maybe(self, leaves: Sequence[bytes]) -> list[bytes]:
        place, marks = self._marks(b"".join(leaves))
        return [leaves[at] for at in np.flatnonzero(self._words[place] & marks == marks).tolist()]

    def _marks(self, leaves: bytes) -> tuple[NDArray[np.intp], NDArray[np.uint64]]:
        """The word of each leaf, by its first eight bytes, and its marks there, by four of the next."""
        hashes = np.frombuffer(leaves, np.uint64).reshape(-1, HASH_BYTES // 8)
        bits = np.frombuffer(leaves, np.uint8).reshape(-1, HASH_BYTES)[:, 8 : 8 + _MARKS] % _WORD
        place = (hashes[:, 0] & np.uint64(self._words.size - 1)).astype(np.intp)
        return place, np.bitwise_or.reduce(np.left_shift(np.uint64(1), bits), axis=1)
