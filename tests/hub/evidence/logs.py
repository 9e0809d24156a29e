"""A log kept in plain dictionaries, as small as a reader of nodes can be."""

from citywide.hub.evidence.tree import HASH_BYTES, Edge, append, leaf_hash


class MemoryLog:
    def __init__(self):
        self.edge, self.rows = Edge(), {}

    def add(self, entries):
        self.edge, grown = append(self.edge, b"".join(map(leaf_hash, entries)))
        for run in grown:
            row = self.rows.setdefault(run.level, bytearray())
            assert run.first * HASH_BYTES == len(row)
            row += run.hashes

    def hashes(self, level, first, count):
        found = bytes(self.rows[level][first * HASH_BYTES : (first + count) * HASH_BYTES])
        assert len(found) == count * HASH_BYTES, "only complete nodes are stored"
        return found


def a_log(*batches):
    log = MemoryLog()
    for batch in batches:
        log.add(batch)
    return log


def entries_of(size):
    return [b"entry %d" % number for number in range(size)]


def unbundle(data):
    """The entries of a bundle, each behind its length in two bytes."""
    entries, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        entries.append(data[at + 2 : end])
        at = end
    assert at == len(data)
    return entries
