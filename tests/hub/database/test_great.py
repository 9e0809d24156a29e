"""Great values pass by one call, and what the database refuses is told as ever."""

import pytest
from psycopg.errors import UndefinedTable

from citywide.hub.database.great import at_once
from citywide.hub.testing import TrialCity


def test_bytes_go_there_and_back_by_one_call_within_a_transaction(lasting_city: TrialCity) -> None:
    great = bytes(range(256)) * 40_000
    with lasting_city.hub.database.transaction() as connection:
        connection.execute("create temp table great (number int, body bytea) on commit drop")
        assert at_once(connection, "insert into great values ($1::int, $2::bytea)", [7, great]) == []
        ((number, body),) = at_once(connection, "select number, body from great where number = $1::int", [7])
        assert (int.from_bytes(number), body) == (7, great)


def test_what_cannot_be_done_is_told_as_by_any_other_statement(lasting_city: TrialCity) -> None:
    with pytest.raises(UndefinedTable), lasting_city.hub.database.transaction() as connection:
        at_once(connection, "select from nowhere", [])
