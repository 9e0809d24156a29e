"""Proofs of inclusion and consistency, made from stored nodes, checked from hashes alone (RFC 9162, 2.1)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from citywide.hub.evidence.tree import HASH_BYTES, Hashes, node_hash, range_root

_Memo = dict[int, tuple[bytes, Sequence[bytes], int]]


@dataclass(frozen=True, slots=True)
class Claim:
    """One entry said to stand at `index`, with the hashes that are to prove it."""

    index: int
    leaf: bytes
    proof: Sequence[bytes]


def inclusion_proof(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """The hashes that prove leaf `index` to be in the tree of the first `size` leaves."""
    return [range_root(start, end, hashes) for start, end in inclusion_ranges(index, size)]


def consistency_proof(first: int, second: int, hashes: Hashes) -> list[bytes]:
    """The hashes that prove the tree of `second` leaves to begin with the tree of `first` leaves."""
    return [range_root(start, end, hashes) for start, end in consistency_ranges(first, second)]


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The ranges of leaves whose subtree roots form the inclusion proof, from the leaf upwards."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    low, high, ranges = 0, size, list[tuple[int, int]]()
    while high - low > 1:
        middle = low + _half(high - low)
        ranges.append((middle, high) if index < middle else (low, middle))
        low, high = (low, middle) if index < middle else (middle, high)
    return ranges[::-1]


def consistency_ranges(first: int, second: int) -> list[tuple[int, int]]:
    """The ranges of leaves whose subtree roots form the consistency proof, in its order."""
    if not 0 < first <= second:
        raise ValueError(f"consistency is between 1 ≤ first ≤ second, not {first} and {second}")
    low, high, ranges = 0, second, list[tuple[int, int]]()
    while first != high:
        middle = low + _half(high - low)
        ranges.append((middle, high) if first <= middle else (low, middle))
        low, high = (low, middle) if first <= middle else (middle, high)
    return [*([(low, high)] if low else []), *ranges[::-1]]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from the leaf hash at `index` to the root of a tree of `size` leaves."""
    if not _fits(index, size, leaf, proof):
        return False
    inner = _inner(index, size)
    node = leaf
    for level, sibling in enumerate(proof[:inner]):
        node = node_hash(sibling, node) if index >> level & 1 else node_hash(node, sibling)
    return _along_the_border(node, proof[inner:]) == root


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that a tree of `second` leaves begins with the earlier tree of `first`.

    An earlier tree of no leaves proves nothing about a later one, so it is refused.
    """
    if not 0 < first <= second or any(len(part) != HASH_BYTES for part in proof):
        return False
    if first == second:
        return not proof and first_root == second_root
    return bool(proof) and _both_roots(first, second, first_root, proof) == (first_root, second_root)


@dataclass
class Checker:
    """Checks many inclusion claims against one root, hashing what they share only once.

    Each verdict equals `verify_inclusion`: a node met on an earlier good proof ends the climb when the node
    and the rest of the proof are the same, for then the rest of the climb would be the same too.
    """

    size: int
    root: bytes
    most_nodes: int = 1_000_000
    _known: _Memo = field(default_factory=_Memo, repr=False)

    def verdicts(self, claims: Iterable[Claim]) -> list[bool]:
        """Whether each claim holds, in their order."""
        return [self.holds(claim.index, claim.leaf, claim.proof) for claim in claims]

    def holds(self, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
        """Whether this one claim holds."""
        if not _fits(index, self.size, leaf, proof):
            return False
        met: _Memo = {}
        good = self._climb(index, leaf, proof, met)
        if good and len(self._known) < self.most_nodes:
            self._known.update(met)
        return good

    def _climb(self, index: int, node: bytes, proof: Sequence[bytes], met: _Memo) -> bool:
        known, inner, place = self._known, _inner(index, self.size), index | 1 << 64
        for level in range(inner):
            sibling = proof[level]
            pair = b"\x01" + sibling + node if place & 1 else b"\x01" + node + sibling
            node = sha256(pair).digest()
            place >>= 1
            seen = known.get(place)
            if seen is not None and seen[0] == node and seen[1][seen[2] :] == proof[level + 1 :]:
                return True
            met[place] = node, proof, level + 1
        return _along_the_border(node, proof[inner:]) == self.root


def _half(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1


def _inner(index: int, size: int) -> int:
    """How many steps go up within the subtree where the leaf and the last leaf part ways."""
    return (index ^ size - 1).bit_length()


def _fits(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    if not 0 <= index < size or len(leaf) != HASH_BYTES:
        return False
    inner = _inner(index, size)
    steps = inner + (index >> inner).bit_count()
    return len(proof) == steps and all([len(part) == HASH_BYTES for part in proof])  # noqa: C419 - hot


def _along_the_border(node: bytes, lefts: Sequence[bytes]) -> bytes:
    for left in lefts:
        node = node_hash(left, node)
    return node


def _both_roots(first: int, second: int, first_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The two roots that the proof implies, or nothing when it is too short or too long."""
    low = (first & -first).bit_length() - 1
    seeded = first == 1 << low  # a complete earlier tree is its own first hash
    path = iter(proof)
    start = first_root if seeded else next(path)
    return _climbed(first - 1 >> low, second - 1 >> low, start, path)


def _climbed(at: int, last: int, start: bytes, path: Iterator[bytes]) -> tuple[bytes, bytes] | None:
    old = new = start
    for part in path:
        if not last:
            return None
        if at & 1 or at == last:
            old, new = node_hash(part, old), node_hash(part, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, part)
        at, last = at >> 1, last >> 1
    return None if last else (old, new)
