"""The hub listens and locks in sessions of the database: a pooler that shares them is refused."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from psycopg import Connection
from psycopg.errors import ProtocolViolation

from citywide.hub.database.opening import must_be_new_enough, must_keep_sessions, shares_sessions
from citywide.kit.commands import NotPossibleError


class Pooler:
    """Lends the session that came back last, for a transaction."""

    def __init__(self) -> None:
        self.idle = [1, 2]


class Lent:
    """A connection to it."""

    def __init__(self, pooler: Pooler) -> None:
        self.pooler, self.held = pooler, 0

    def execute(self, _: str) -> "Lent":
        self.session = self.held or self.pooler.idle[-1]
        return self

    def fetchall(self) -> list[tuple[int]]:
        return [(self.session,)]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.held = self.pooler.idle.pop()
        yield
        self.pooler.idle.append(self.held)


class LentForAStatement(Lent):
    @contextmanager
    def transaction(self) -> Iterator[None]:
        raise ProtocolViolation("transaction blocks not allowed in statement pooling mode")
        yield


@pytest.mark.parametrize("kind", [Lent, LentForAStatement])
def test_a_pooler_that_shares_sessions_is_known_by_the_session_that_another_has_taken(kind: type[Lent]) -> None:
    pooler = Pooler()
    assert shares_sessions(kind(pooler), kind(pooler))


def test_a_server_itself_gives_each_connection_a_session_of_its_own(database_url: str) -> None:
    with Connection.connect(database_url) as mine, Connection.connect(database_url) as other:
        assert not shares_sessions(mine, other)
    must_keep_sessions(database_url)


def test_a_server_that_is_too_old_is_refused_before_anything_is_made_in_it() -> None:
    must_be_new_enough(160_002)
    with pytest.raises(NotPossibleError, match=r"PostgreSQL 15; 16 is"):
        must_be_new_enough(150_018)
