"""What a reader may touch: the row policies answer, before anything is moved."""

from collections.abc import Mapping
from typing import LiteralString

from psycopg import Connection

from citywide.hub.cases.moves import row_of
from citywide.hub.database.pool import become
from citywide.hub.people.who import Who
from citywide.hub.web.problems import Problem

SEEN: Mapping[str, LiteralString] = {
    "case": "select from hub.cases where id = %s",
    "alarm": "select from hub.alarm where id = %s",
    "unit": "select from hub.entity where id = %s and kind = any(%s)",
}


def must_see(connection: Connection, who: Who, what: str, *key: object) -> None:
    """What is not there, and what is not for this reader, is the same answer."""
    become(connection, who)
    seen = connection.execute(SEEN[what], key).rowcount
    connection.execute("reset role")
    if not seen:
        raise Problem(404, f"there is no {what} {key[0]} for you")


def must_hold(connection: Connection, who: Who, case: int) -> None:
    """A department may read a case that it is charged with and another holds; it does not move it."""
    row = row_of(connection, case)
    if not who.everywhere and row["department"] not in ("", *who.departments):
        raise Problem(403, f"case {case} is {row['department']}'s now; you read it because it is charged to you")
