"""The log in the database: a batch becomes leaves, tiles and a signed checkpoint in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from psycopg import Connection

from citywide.hub.database.queries import sql
from citywide.hub.evidence.keys import SecretKey
from citywide.hub.evidence.notes import Checkpoint, sign
from citywide.hub.evidence.proofs import consistency_proof, inclusion_proof
from citywide.hub.evidence.rows import Entry, copied
from citywide.hub.evidence.seen import Seen
from citywide.hub.evidence.tiles import TILE_HEIGHT, TILE_WIDTH, hashes_from_tiles
from citywide.hub.evidence.tree import HASH_BYTES, Edge, Hashes, Nodes, append, edge_of, leaf_hash
from citywide.hub.evidence.write import witness
from citywide.kit.text import Text

LOCK = 0x6C6F67
MOST_AT_ONCE = 20_000


class Log:
    """The growing end of the log; only the holder of the lock may grow it."""

    def __init__(self, keys: Sequence[SecretKey]) -> None:
        self.keys = keys
        self.edge = Edge()
        self._partial: dict[int, bytes] = {}
        self._seen = Seen()

    def lead(self, connection: Connection) -> bool:
        """Try to become the one who grows the log; the lock lasts as long as the connection."""
        row = connection.execute("select pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
        if row is None or not row[0]:
            return False
        self.load(connection)
        self._tell_of_former(connection)
        return True

    def _tell_of_former(self, connection: Connection) -> None:
        """Where a log goes on under another name, its next entry says from where: nothing after that was ours."""
        note, size = checkpoint(connection), size_of(connection)
        former = note.partition("\n")[0]
        if former and former != self.keys[0].name:
            says = Text(f"this log goes on from the first {size} entries of {former}",
                        f"本日志自 {former} 的前 {size} 条起接续")  # fmt: skip
            witness(connection, "archive", says, facts={"former": former, "size": size, "checkpoint": note})

    def load(self, connection: Connection) -> None:
        """Take up where the last batch ended."""
        hashes, size = reader(connection), size_of(connection)
        self.edge = edge_of(size, hashes)
        self._partial = dict(_partials(size, hashes))
        self._seen = Seen(size)

    def take_pending(self, connection: Connection) -> int:
        """Move what was witnessed into the log; returns how many entries were taken."""
        with self._growing(connection):
            rows = connection.execute(sql("take_pending"), {"most": MOST_AT_ONCE}).fetchall()
            self._append(connection, [Entry(*row) for row in rows])
        return len(rows)

    def submit(self, connection: Connection, entries: Sequence[Entry]) -> list[int]:
        """Append entries durably; one that the log holds already keeps its index."""
        with self._growing(connection):
            return self._append(connection, entries)

    @contextmanager
    def _growing(self, connection: Connection) -> Iterator[None]:
        """What a transaction has added is forgotten when it fails."""
        self._recollect(connection)
        before = self.edge, self._partial
        try:
            with connection.transaction():
                yield
        except BaseException:
            self.edge, self._partial = before
            self._seen.forget_latest()
            raise

    def _recollect(self, connection: Connection) -> None:
        """Bring a step nearer to all leaves what is remembered of them; where they have become many, begin anew."""
        if self._seen.full:
            self._seen = Seen(self.edge.size)
        self._seen.catch_up(connection, self.edge.size)

    def _append(self, connection: Connection, entries: Sequence[Entry]) -> list[int]:
        leaves = [leaf_hash(entry.body) for entry in entries]
        index_of = self._seen.held(connection, leaves, self.edge.size)
        new, indices = list[Entry](), dict[bytes, int]()
        for leaf, entry in zip(leaves, entries, strict=True):
            if leaf not in index_of:
                index_of[leaf] = indices[leaf] = self.edge.size + len(new)
                new.append(entry)
        if new:
            self._grow(connection, new, indices)
        return [index_of[leaf] for leaf in leaves]

    def _grow(self, connection: Connection, entries: Sequence[Entry], indices: Mapping[bytes, int]) -> None:
        """Write the new entries; rows are made and the tree grows here while the database takes them in."""
        partial = dict(self._partial)
        with connection.cursor() as cursor, cursor.copy(sql("copy_entries")) as copy:
            for chunk in copied(entries, indices):
                copy.write(chunk)
            edge, grown = append(self.edge, b"".join(indices))
            tiles = [tile for nodes in grown if nodes.level % TILE_HEIGHT == 0 for tile in _tiles(partial, nodes)]
            note = sign(Checkpoint(self.keys[0].name, edge.size, edge.root), self.keys, datetime.now(UTC))
        levels, numbers, hashes = map(list, zip(*tiles, strict=True))
        connection.execute(sql("put_tiles"), {"levels": levels, "indices": numbers, "hashes": hashes})
        connection.execute(sql("put_checkpoint"), {"size": edge.size, "note": note})
        self._seen.add(indices)
        self.edge, self._partial = edge, partial


def size_of(connection: Connection) -> int:
    """How many entries the log holds."""
    row = connection.execute(sql("log_size")).fetchone()
    return row[0] if row and row[0] else 0


def checkpoint(connection: Connection) -> str:
    """The newest signed checkpoint; empty before the first entry."""
    row = connection.execute(sql("newest_checkpoint")).fetchone()
    return row[0] if row else ""


def of_nothing(keys: Sequence[SecretKey]) -> str:
    """The signed checkpoint of a log that has no entry yet."""
    return sign(Checkpoint(keys[0].name, 0, Edge().root), keys, datetime.now(UTC))


def prove_inclusion(connection: Connection, index: int, size: int) -> list[bytes]:
    """The path from an entry to the root of a tree of `size`."""
    return inclusion_proof(index, size, reader(connection))


def prove_consistency(connection: Connection, first: int, second: int) -> list[bytes]:
    """The proof that a tree of `second` only extended that of `first`."""
    return consistency_proof(first, second, reader(connection))


def reader(connection: Connection) -> Hashes:
    """Complete nodes, read from the tiles."""

    def tile(level: int, index: int) -> bytes:
        row = connection.execute(sql("tile"), {"level": level, "index": index}).fetchone()
        return row[0] if row else b""

    return hashes_from_tiles(tile)


def _partials(size: int, hashes: Hashes) -> Iterator[tuple[int, bytes]]:
    """The last, unfinished tile of each level of tiles."""
    level, nodes = 0, size
    while nodes:
        width = nodes % TILE_WIDTH
        yield level, hashes(level * TILE_HEIGHT, nodes - width, width) if width else b""
        level, nodes = level + 1, nodes >> TILE_HEIGHT


def _tiles(partial: dict[int, bytes], nodes: Nodes) -> list[tuple[int, int, bytes]]:
    """The tiles that changed: new nodes of one level of tiles behind those of its unfinished tile."""
    level = nodes.level // TILE_HEIGHT
    row = partial.get(level, b"") + nodes.hashes
    first = nodes.first // TILE_WIDTH
    full = TILE_WIDTH * HASH_BYTES
    tiles = [(level, first + at // full, row[at : at + full]) for at in range(0, len(row), full)]
    partial[level] = b"" if len(row) % full == 0 else tiles[-1][2]
    return tiles
