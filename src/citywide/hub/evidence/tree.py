"""The tree of RFC 6962 on plain bytes: leaf and node hashes, the right edge, and what a batch adds.

A *complete node* (level, index) covers the leaves [index·2^level, (index+1)·2^level) and never changes again.
Hashes of neighbours travel joined, 32 bytes each, so that a level is one `bytes` and a read is one slice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Hashes = Callable[[int, int, int], bytes]
"""A reader of complete nodes: `hashes(level, first, count)` returns their hashes, joined."""


@dataclass(frozen=True)
class Edge:
    """The right edge of a tree: the roots of its complete subtrees, joined, the lowest first.

    It is all that appending and the root need, and at most 2 kB: keep it beside the log's size.
    """

    size: int = 0
    peaks: bytes = b""

    def __post_init__(self) -> None:
        if len(self.peaks) != HASH_BYTES * self.size.bit_count():
            raise ValueError(f"a tree of {self.size} leaves has {self.size.bit_count()} peaks")

    @property
    def root(self) -> bytes:
        """The root hash of the tree."""
        return folded(split(self.peaks))


@dataclass(frozen=True)
class Nodes:
    """Complete nodes of one level, side by side from `first` on."""

    level: int
    first: int
    hashes: bytes


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return sha256(b"\x01" + left + right).digest()


def parents(children: bytes) -> bytes:
    """The parents of joined hashes, two by two; an odd last child is left alone."""
    pairs = range(0, len(children) - HASH_BYTES, 2 * HASH_BYTES)
    return b"".join([sha256(b"\x01" + children[at : at + 2 * HASH_BYTES]).digest() for at in pairs])


def split(hashes: bytes) -> list[bytes]:
    """Joined hashes one by one."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def append(edge: Edge, leaves: bytes) -> tuple[Edge, list[Nodes]]:
    """Add joined leaf hashes: the new edge, and the nodes that became complete, one run per level."""
    if len(leaves) % HASH_BYTES:
        raise ValueError(f"leaf hashes are {HASH_BYTES} bytes each")
    size = edge.size + len(leaves) // HASH_BYTES
    grown = list(_grown(edge, leaves))
    return Edge(size, _peaks(edge, size, grown)), grown


def edge_of(size: int, hashes: Hashes) -> Edge:
    """The right edge of the tree of the first `size` leaves, read from stored nodes."""
    return Edge(size, b"".join(hashes(level, index, 1) for level, index in reversed(nodes_of(0, size))))


def nodes_of(start: int, end: int) -> list[tuple[int, int]]:
    """The complete nodes (level, index) whose leaves are exactly [start, end), the widest first.

    `start` must be a multiple of the smallest power of two that holds the range, as in every proof.
    """
    width = end - start
    levels = [level for level in range(width.bit_length()) if width >> level & 1]
    return [(level, (start + (width >> level + 1 << level + 1)) >> level) for level in reversed(levels)]


def range_root(start: int, end: int, hashes: Hashes) -> bytes:
    """The root of the subtree over the leaves [start, end), with `start` aligned as in `nodes_of`."""
    return folded([hashes(level, index, 1) for level, index in reversed(nodes_of(start, end))])


def folded(peaks: list[bytes]) -> bytes:
    """The root over complete subtrees, the lowest (rightmost) first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[0]
    for peak in peaks[1:]:
        root = node_hash(peak, root)
    return root


def _grown(edge: Edge, leaves: bytes) -> Iterator[Nodes]:
    peaks = _by_level(edge)
    level, new = 0, leaves
    while new:
        yield Nodes(level, edge.size >> level, new)
        new = parents(peaks.get(level, b"") + new)
        level += 1


def _peaks(edge: Edge, size: int, grown: list[Nodes]) -> bytes:
    last = _by_level(edge) | {run.level: run.hashes[-HASH_BYTES:] for run in grown}
    return b"".join(last[level] for level in range(size.bit_length()) if size >> level & 1)


def _by_level(edge: Edge) -> dict[int, bytes]:
    levels = [level for level in range(edge.size.bit_length()) if edge.size >> level & 1]
    return dict(zip(levels, split(edge.peaks), strict=True))
