"""A log kept in plain dictionaries, as small as a reader of nodes can be."""

from citywide.hub.evidence.tree import HASH_BYTES, Edge, append, leaf_hashes


class MemoryLog:
    def __init__(self):
        self.edge, self.rows = Edge(), {}

    def add(self, entries):
        self.edge, grown = append(self.edge, leaf_hashes(entries))
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
