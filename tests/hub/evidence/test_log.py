"""The log in the database: every entry is there exactly as it was handed in, once, under the signed root."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from msgspec import json

from citywide.hub.evidence.keys import Kind, SecretKey
from citywide.hub.evidence.log import Log, checkpoint, of_nothing, prove_inclusion, reader
from citywide.hub.evidence.notes import read
from citywide.hub.evidence.proofs import verify_inclusion
from citywide.hub.evidence.rows import CHUNK, Entry
from citywide.hub.evidence.tiles import bundle
from citywide.hub.evidence.tree import EMPTY_ROOT, edge_of, leaf_hash
from citywide.hub.evidence.write import witness
from citywide.kit.text import Text

KEY = SecretKey("test.example/log", Kind.ED25519, bytes(32))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STORED = "select kind, department, at, body from evidence.entry where index = any(%s) order by index"
WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
FIRST, LAST = datetime(1, 1, 1), datetime(9000, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone itself
TIMES = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def a_log(connection: psycopg.Connection) -> Log:
    log = Log([KEY])
    log.load(connection)
    return log


def submit(log: Log, connection: psycopg.Connection, entries: list[Entry]) -> list[int]:
    return log.submit(connection, entries)


def notes(count: int, first: int = 0) -> list[Entry]:
    return [
        Entry("note", "", NOON + timedelta(seconds=number), b"%d" % number) for number in range(first, first + count)
    ]


@how(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.builds(Entry, WORDS, WORDS, TIMES, st.binary(max_size=300)), unique_by=lambda entry: entry.body))
def test_an_entry_is_kept_to_the_byte_and_to_the_microsecond(
    connection: psycopg.Connection, entries: list[Entry]
) -> None:
    connection.execute("truncate evidence.entry, evidence.tile, evidence.checkpoint")
    indices = submit(a_log(connection), connection, entries)
    assert indices == list(range(len(entries)))
    kept = connection.execute(STORED, (indices,)).fetchall()
    assert [Entry(*row) for row in kept] == entries


def test_an_entry_handed_in_again_keeps_its_index(connection: psycopg.Connection) -> None:
    log, first = a_log(connection), notes(3 * CHUNK + 7)
    assert submit(log, connection, [*first, *first[:5]]) == [*range(len(first)), *range(5)]
    again = submit(log, connection, [*notes(3, 5_000_000), *first[-2:]])
    assert again == [*range(len(first), len(first) + 3), len(first) - 2, len(first) - 1]
    assert connection.execute("select count(*) from evidence.entry").fetchone() == (len(first) + 3,)


def test_the_signed_root_is_that_of_all_entries_however_they_were_grouped(connection: psycopg.Connection) -> None:
    entries, at = notes(2000), 0
    for size in (1, 255, 256, 700, 788):
        submit(a_log(connection), connection, entries[at : at + size])
        at += size
    signed, _ = read(checkpoint(connection), [KEY.public])
    assert signed.size == 2000
    assert signed.root == edge_of(2000, reader(connection)).root
    for index in (0, 255, 256, 1999):
        proof = prove_inclusion(connection, index, signed.size)
        assert verify_inclusion(index, signed.size, leaf_hash(entries[index].body), proof, signed.root)


def test_a_batch_that_fails_leaves_no_trace(connection: psycopg.Connection) -> None:
    log = a_log(connection)
    submit(log, connection, notes(10))
    with pytest.raises(psycopg.Error):
        submit(
            log, connection, [*notes(5, 100), Entry("note", "\x00", NOON, b"PostgreSQL has no text with a zero byte")]
        )
    assert submit(log, connection, notes(1, 200)) == [10]
    signed, _ = read(checkpoint(connection), [KEY.public])
    assert signed.root == edge_of(11, reader(connection)).root


def test_what_no_bundle_could_hold_is_cut_short_before_it_is_witnessed(connection) -> None:
    facts = {"long": "x" * 70_000}
    witness(connection, "note", Text("y" * 70_000, "长" * 70_000), facts=facts)
    log = a_log(connection)
    assert log.take_pending(connection) == 1
    (body,) = connection.execute("select body from evidence.entry").fetchone()
    assert len(bundle([body])) < 30_000
    assert json.decode(body)["facts"] == {"sha256": sha256(json.encode(facts)).hexdigest()}


def test_a_log_without_entries_signs_that_it_has_none(connection: psycopg.Connection) -> None:
    assert checkpoint(connection) == ""
    found, _ = read(of_nothing([KEY]), [KEY.public])
    assert (found.origin, found.size, found.root) == (KEY.name, 0, EMPTY_ROOT)
