"""The evidence log: durable entries from many submitters, proofs checked, and a ledger table beside it."""

import queue
import random
import sys
import tempfile
import threading
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

import psycopg

from benchmarks.form import Benchmark, Goal
from citywide.app import WORKERS_SWITCH_S
from citywide.hub.database.cluster import Cluster
from citywide.hub.database.migrate import hub_migrations, migrate
from citywide.hub.database.queries import sql
from citywide.hub.evidence.keys import Kind, SecretKey
from citywide.hub.evidence.log import Log, reader
from citywide.hub.evidence.proofs import Checker, Claim, inclusion_proof
from citywide.hub.evidence.rows import Entry
from citywide.hub.evidence.tree import leaf_hash

SUBMITTERS, BATCH, MOST_A_GROUP = 64, 100, 10_000
GATHERS_S = 0.002
REPEATED = 0.1
MOST_A_SECOND = 200_000
LEDGER = """
create table ledger (id bigint generated always as identity primary key, at timestamptz not null,
    body bytea not null, before bytea not null, hash bytea not null unique)
"""


Handed = tuple[list[Entry], list[int], threading.Event]


class Group:
    """What all submitters have handed in is committed by one thread, as the chronicler does; all hear their indices."""

    def __init__(self, connection: psycopg.Connection, log: Log) -> None:
        self.connection, self.log = connection, log
        self.waiting: queue.Queue[Handed | None] = queue.Queue()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def submit(self, entries: list[Entry]) -> list[int]:
        """Hand entries in and wait until they are durable."""
        told, done = list[int](), threading.Event()
        self.waiting.put((entries, told, done))
        done.wait()
        return told

    def stop(self) -> None:
        """End when all is committed."""
        self.waiting.put(None)
        self.thread.join()

    def _run(self) -> None:
        while (first := self.waiting.get()) is not None:
            time.sleep(GATHERS_S)  # the first has company on its way
            items = [first]
            while len(items) * BATCH < MOST_A_GROUP and not self.waiting.empty() and (more := self.waiting.get()):
                items.append(more)
            self._commit(items)

    def _commit(self, group: list[Handed]) -> None:
        indices = iter(self.log.submit(self.connection, [entry for entries, _, _ in group for entry in entries]))
        for entries, told, done in group:
            told.extend(islice(indices, len(entries)))
            done.set()


def measure(options: Namespace) -> Mapping[str, float]:
    """Both sides in turns on one durable cluster, then the proofs."""
    sys.setswitchinterval(WORKERS_SWITCH_S)
    rounds, seconds = (2, 3.0) if options.quick else (6, 4.0)
    with _cluster() as url, psycopg.connect(url, autocommit=True) as connection:
        log = Log([SecretKey("benchmark.example/evidence", Kind.ED25519, b"\x07" * 32)])
        log.load(connection)
        connection.execute(LEDGER)
        taken = ledgered = repeated = spent = ledger_spent = 0.0
        for number in range(rounds):
            count, repeats, wall = _submit(connection, log, seconds, options.seed + number)
            taken, repeated, spent = taken + count, repeated + repeats, spent + wall
            count, wall = _ledger(connection, seconds / 2)
            ledgered, ledger_spent = ledgered + count, ledger_spent + wall
        chronicled = _chronicle(connection, log, 20_000 if options.quick else 200_000)
        verified = _verify(connection, log, 5_000 if options.quick else 20_000)
    rate, ledger = taken / spent, ledgered / ledger_spent
    return {
        "entries_per_s": rate, "verified_per_s": verified, "ledger_ratio": rate / ledger,
        "ledger_per_s": ledger, "chronicled_per_s": chronicled, "entries": taken, "repeats_found": repeated,
    }  # fmt: skip


def _submit(connection: psycopg.Connection, log: Log, seconds: float, seed: int) -> tuple[int, int, float]:
    """Every submitter hands in batch after batch, made before the clock runs; what is told twice keeps its index."""
    group, before = Group(connection, log), log.edge.size
    batches = [
        _batches(seed * 1000 + number, int(seconds * MOST_A_SECOND / SUBMITTERS)) for number in range(SUBMITTERS)
    ]
    handed, began = [0] * SUBMITTERS, time.perf_counter()

    def submitter(number: int) -> None:
        told: dict[bytes, int] = {}
        for entries in batches[number]:
            indices = group.submit(entries)
            handed[number] += len(entries)
            for entry, index in zip(entries, indices, strict=True):
                assert told.setdefault(entry.body, index) == index
            if time.perf_counter() > began + seconds:
                return

    threads = [threading.Thread(target=submitter, args=(number,)) for number in range(SUBMITTERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - began
    group.stop()
    return log.edge.size - before, sum(handed) - (log.edge.size - before), wall


def _batches(seed: int, count: int) -> list[list[Entry]]:
    """Batches of entries; one in ten was told in the batch before."""
    chance, before = random.Random(seed), list[bytes]()
    batches: list[list[Entry]] = []
    for _ in range(-(-count // BATCH)):
        batches.append([_entry(chance, before) for _ in range(BATCH)])
        before = [entry.body for entry in batches[-1]]
    return batches


def _entry(chance: random.Random, told: list[bytes]) -> Entry:
    """A new entry of 200 bytes, or one that was told before."""
    again = told and chance.random() < REPEATED
    body = chance.choice(told) if again else b'{"says":"%b"}' % chance.randbytes(90).hex().encode()
    return Entry("note", "", datetime(2026, 3, 2, tzinfo=UTC), body)


def _chronicle(connection: psycopg.Connection, log: Log, count: int) -> float:
    """What transactions of the hub have witnessed, taken into the log as the chronicler takes it: entries a second."""
    chance = random.Random(2)
    entries = [_entry(chance, []) for _ in range(count)]
    connection.execute(sql("witness"), {
        "kinds": [each.kind for each in entries], "departments": [each.department for each in entries],
        "ats": [each.at for each in entries], "bodies": [each.body for each in entries],
    })  # fmt: skip
    began = time.perf_counter()
    while log.take_pending(connection):
        pass
    return count / (time.perf_counter() - began)


def _ledger(connection: psycopg.Connection, seconds: float) -> tuple[int, float]:
    """The same entries in a table chained by hashes, one commit each."""
    chance, began, count, last = random.Random(), time.perf_counter(), 0, bytes(32)
    while time.perf_counter() < began + seconds:
        body = _entry(chance, []).body
        before, last = last, sha256(last + body).digest()
        values = (datetime.now(UTC), body, before, last)
        connection.execute("insert into ledger (at, body, before, hash) values (%s, %s, %s, %s)", values)
        count += 1
    return count, time.perf_counter() - began


def _verify(connection: psycopg.Connection, log: Log, count: int) -> float:
    """Proofs of entries picked at random, checked against the root; one forged among them must be found."""
    hashes, size = _remembered(reader(connection)), log.edge.size
    chosen = random.Random(1).sample(range(size), min(count, size))
    rows = connection.execute("select index, body from evidence.entry where index = any(%s)", (chosen,)).fetchall()
    claims = [Claim(index, leaf_hash(body), inclusion_proof(index, size, hashes)) for index, body in rows]
    assert not Checker(size, log.edge.root).holds(claims[0].index, bytes(32), claims[0].proof)
    best = 0.0
    for _ in range(3):
        checker, began = Checker(size, log.edge.root), time.perf_counter()
        assert all(checker.verdicts(claims))
        best = max(best, len(claims) / (time.perf_counter() - began))
    return best


def _remembered(hashes):  # noqa: ANN001, ANN202 - the same reader, asked once for each node
    known: dict[tuple[int, int, int], bytes] = {}

    def read(level: int, first: int, count: int) -> bytes:
        key = level, first, count
        if key not in known:
            known[key] = hashes(*key)
        return known[key]

    return read


@contextmanager
def _cluster() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="citywide-evidence-") as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder) / "postgresql")
        cluster.create()
        cluster.start()
        try:
            cluster.make_database()
            with psycopg.connect(cluster.url()) as connection:
                migrate(connection, hub_migrations())
            yield cluster.url()
        finally:
            cluster.stop("immediate")


BENCHMARK = Benchmark(
    name="evidence",
    about="durable entries a second, proofs checked a second, and a ledger with one commit per entry.",
    measure=measure,
    goals={
        "entries_per_s": Goal(at_least=10_000),
        "verified_per_s": Goal(at_least=50_000),
        "ledger_ratio": Goal(at_least=20),
    },
    packages=("psycopg", "cryptography"),
)
