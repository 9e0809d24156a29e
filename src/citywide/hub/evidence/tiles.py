"""The C2SP tlog-tiles layout: paths, tiles of 256 hashes, and bundles of entries."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from citywide.hub.evidence.tree import HASH_BYTES, Hashes, parents

TILE_WIDTH = 256
TILE_HEIGHT = 8
LONGEST_ENTRY = 0xFFFF

_PATH = re.compile(r"tile/(entries|0|[1-9]\d?)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?")


@dataclass(frozen=True)
class Tile:
    """One tile; `level` is None for a bundle of entries, and a width below 256 says it is partial."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Its address below the log's prefix, such as `tile/0/x001/x234/067.p/8`."""
        name = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{name}/{_elements(self.index)}{partial}"

    @property
    def first(self) -> int:
        """Its first node within the level (or its first entry)."""
        return self.index * TILE_WIDTH


def parse_path(path: str) -> Tile | None:
    """The tile at a path, or None when the path is not exactly the one such a tile has."""
    found = _PATH.fullmatch(path)
    if not found:
        return None
    level = None if found[1] == "entries" else int(found[1])
    tile = Tile(level, int(found[2].replace("x", "").replace("/", "")), int(found[3] or TILE_WIDTH))
    canonical = tile.path == path and (level is None or level < 64) and tile.width <= TILE_WIDTH
    return tile if canonical else None


def tiles_of(size: int, *, since: int = 0) -> list[Tile]:
    """The tiles of hashes and the bundles of a tree of `size` that a tree of `since` did not have yet."""
    return [*_tiles_between(None, since, size), *_hash_tiles(since, size)]


def tile_exists(tile: Tile, size: int) -> bool:
    """Whether a tree of `size` leaves has filled at least this much of the tile."""
    return tile.first + tile.width <= _nodes(tile.level or 0, size)


def tile_bytes(tile: Tile, hashes: Hashes) -> bytes:
    """The content of a tile of hashes."""
    if tile.level is None:
        raise ValueError("a bundle holds entries, not hashes")
    return hashes(tile.level * TILE_HEIGHT, tile.first, tile.width)


def hashes_from_tiles(read: Callable[[int, int], bytes]) -> Hashes:
    """A reader of every complete node where only tiles are kept: `read(level, index)` returns one tile."""

    def hashes(level: int, first: int, count: int) -> bytes:
        stored, above = divmod(level, TILE_HEIGHT)
        row = _row(read, stored, first << above, count << above)
        for _ in range(above):
            row = parents(row)
        return row

    return hashes


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as one bundle, each behind its length in two bytes."""
    return b"".join(_framed(entry) for entry in entries)


def unbundle(data: bytes) -> list[bytes]:
    """The entries of a bundle."""
    return list(_unframed(data))


def _framed(entry: bytes) -> bytes:
    if len(entry) > LONGEST_ENTRY:
        raise ValueError(f"an entry has at most {LONGEST_ENTRY} bytes, this one has {len(entry)}: log its hash")
    return len(entry).to_bytes(2, "big") + entry


def _unframed(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise ValueError("the bundle ends within an entry")
        yield data[at + 2 : end]
        at = end


def _elements(index: int) -> str:
    last, rest = f"{index % 1000:03}", index // 1000
    while rest:
        last, rest = f"x{rest % 1000:03}/{last}", rest // 1000
    return last


def _nodes(level: int, size: int) -> int:
    return size >> TILE_HEIGHT * level


def _hash_tiles(since: int, size: int) -> Iterator[Tile]:
    level = 0
    while now := _nodes(level, size):
        yield from _tiles_between(level, _nodes(level, since), now)
        level += 1


def _tiles_between(level: int | None, before: int, now: int) -> Iterator[Tile]:
    if now == before:
        return
    for index in range(before // TILE_WIDTH, -(-now // TILE_WIDTH)):
        yield Tile(level, index, min(TILE_WIDTH, now - index * TILE_WIDTH))


def _row(read: Callable[[int, int], bytes], level: int, first: int, count: int) -> bytes:
    start, end = first // TILE_WIDTH, -(-(first + count) // TILE_WIDTH)
    joined = b"".join(read(level, index) for index in range(start, end))
    offset = (first - start * TILE_WIDTH) * HASH_BYTES
    row = joined[offset : offset + count * HASH_BYTES]
    if len(row) != count * HASH_BYTES:
        raise LookupError(f"the tiles of level {level} do not reach node {first + count - 1}")
    return row
