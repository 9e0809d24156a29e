"""The C2SP tlog-tiles layout: paths, tiles of 256 hashes, and bundles of entries."""

import re
from collections.abc import Callable, Iterable
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


def parse_path(path: str) -> Tile | None:
    """The tile at a path, or None when the path is not exactly the one such a tile has."""
    found = _PATH.fullmatch(path)
    if not found:
        return None
    level = None if found[1] == "entries" else int(found[1])
    tile = Tile(level, int(found[2].replace("x", "").replace("/", "")), int(found[3] or TILE_WIDTH))
    canonical = tile.path == path and (level is None or level < 64) and tile.width <= TILE_WIDTH
    return tile if canonical else None


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


def _framed(entry: bytes) -> bytes:
    if len(entry) > LONGEST_ENTRY:
        raise ValueError(f"an entry has at most {LONGEST_ENTRY} bytes, this one has {len(entry)}: log its hash")
    return len(entry).to_bytes(2, "big") + entry


def _elements(index: int) -> str:
    last, rest = f"{index % 1000:03}", index // 1000
    while rest:
        last, rest = f"x{rest % 1000:03}/{last}", rest // 1000
    return last


def _row(read: Callable[[int, int], bytes], level: int, first: int, count: int) -> bytes:
    start, end = first // TILE_WIDTH, -(-(first + count) // TILE_WIDTH)
    joined = b"".join(read(level, index) for index in range(start, end))
    offset = (first - start * TILE_WIDTH) * HASH_BYTES
    row = joined[offset : offset + count * HASH_BYTES]
    if len(row) != count * HASH_BYTES:
        raise LookupError(f"the tiles of level {level} do not reach node {first + count - 1}")
    return row
