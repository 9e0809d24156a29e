"""What is remembered of the log's leaves: a leaf that it holds is never taken for a new one."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.hub.evidence import seen as module
from citywide.hub.evidence.keys import Kind, SecretKey
from citywide.hub.evidence.log import Log
from citywide.hub.evidence.seen import FEWEST_WORDS, LEAVES_A_WORD, Seen
from citywide.hub.evidence.tiles import TILE_WIDTH
from tests.hub.evidence.test_log import KEY, a_log, notes, submit

LEAVES = st.lists(st.binary(min_size=32, max_size=32), unique=True)


class Asked:
    """A database that holds nothing and notes what it is asked for."""

    def __init__(self) -> None:
        self.leaves: set[bytes] = set()

    def execute(self, _query: str, values: dict, **_: bool) -> "Asked":
        joined = values["leaves"]
        self.leaves |= {joined[at : at + 32] for at in range(0, len(joined), 32)}
        return self

    def fetchall(self) -> list:
        return []


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def made_up(count: int, what: bytes = b"") -> list[bytes]:
    return [sha256(what + b"%d" % number).digest() for number in range(count)]


def marked_with(leaves: Sequence[bytes]) -> Seen:
    seen = Seen()
    seen.add({leaf: index for index, leaf in enumerate(leaves)})
    return seen


def asked_for(seen: Seen, leaves: Sequence[bytes]) -> set[bytes]:
    asked = Asked()
    seen.held(asked, leaves, seen.size)
    return asked.leaves


@given(LEAVES, LEAVES)
def test_whatever_was_marked_is_asked_for(marked: list[bytes], others: list[bytes]) -> None:
    seen = marked_with(marked)
    seen.forget_latest()
    assert set(marked) <= asked_for(seen, [*others, *marked])


def test_of_new_leaves_one_in_twenty_is_asked_for_when_the_words_are_full() -> None:
    count = FEWEST_WORDS * LEAVES_A_WORD
    seen = marked_with(made_up(count))
    assert len(asked_for(seen, made_up(10_000, b"new"))) < 500
    assert not seen.full
    seen.add({bytes(32): count})
    assert seen.full


def test_the_latest_are_told_without_asking_and_only_they(monkeypatch) -> None:
    monkeypatch.setattr(module, "LATEST", 10)
    leaves = made_up(35)
    seen = Seen()
    for at in range(0, 35, 5):
        seen.add({leaf: at + place for place, leaf in enumerate(leaves[at : at + 5])})
    asked = Asked()
    found = seen.held(asked, leaves, seen.size)
    assert found == {leaf: leaves.index(leaf) for leaf in leaves[20:]}
    assert asked.leaves == set(leaves[:20])


def test_what_failed_is_not_among_the_latest(connection: psycopg.Connection, monkeypatch) -> None:
    log = a_log(connection)
    with monkeypatch.context() as broken:
        broken.setattr(Log, "_append", _fail_after(Log._append))
        with pytest.raises(ConnectionError):
            submit(log, connection, notes(3))
    assert submit(log, connection, [*notes(1, 2), *notes(2)]) == [0, 1, 2]


def test_until_all_that_was_held_is_marked_everything_is_asked_for(connection: psycopg.Connection, monkeypatch) -> None:
    monkeypatch.setattr(module, "TILES_AT_ONCE", 1)
    old, again = notes(2 * TILE_WIDTH + 10), notes(3)
    submit(a_log(connection), connection, old)
    heir = a_log(connection)
    for number in range(4):  # the last two find all of it marked
        found = submit(heir, connection, [*again, *old[-2:], *notes(1, 9_000 + number)])
        assert found == [0, 1, 2, len(old) - 2, len(old) - 1, len(old) + number]
    assert heir._seen.size == len(old) + 4


def test_what_a_failed_batch_has_marked_is_taken_in_afterwards(connection: psycopg.Connection, monkeypatch) -> None:
    log = a_log(connection)
    submit(log, connection, notes(10))
    with monkeypatch.context() as broken:
        broken.setattr(Log, "_append", _fail_after(Log._append))
        with pytest.raises(ConnectionError):
            submit(log, connection, notes(10, 100))
    assert submit(log, connection, [*notes(5, 103), *notes(2)]) == [*range(10, 15), 0, 1]
    assert log._seen.size == log.edge.size


def _fail_after(append):
    def broken(*values: object) -> list[int]:
        append(*values)
        raise ConnectionError("the power is gone")

    return broken


def test_a_log_that_has_outgrown_its_words_begins_with_more(connection: psycopg.Connection, monkeypatch) -> None:
    monkeypatch.setattr(module, "FEWEST_WORDS", 1)
    monkeypatch.setattr(module, "TILES_AT_ONCE", 1)
    log, entries = Log([SecretKey(KEY.name, Kind.ED25519, bytes(32))]), notes(3000)
    for at in range(0, 3000, 100):
        assert log.submit(connection, [*entries[at : at + 100], *entries[:at:97]]) == [
            *range(at, at + 100),
            *range(0, at, 97),
        ]
    assert log._seen._words.size >= 3000 // (2 * LEAVES_A_WORD)
