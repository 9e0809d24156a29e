"""What a reader may touch: the row policies answer, before anything is moved."""

from collections.abc import Mapping
from typing import LiteralString

from psycopg import Connection

from citywide.hub.cases.moves import standing
from citywide.hub.database.pool import become
from citywide.hub.people.who import Who
from citywide.hub.web.callers import need_role_in
from citywide.hub.web.problems import Problem

SEEN: Mapping[str, LiteralString] = {
    "case": "select department from hub.cases where id = %s",
    "alarm": "select department from hub.alarm where id = %s",
    "unit": "select department from hub.entity where id = %s and kind = any(%s)",
    "thing": "select department from hub.entity where id = %s",
}


def must_see(connection: Connection, who: Who, what: str, *key: object) -> str:
    """Whose it is; what is not there, and what is not for this reader, is the same answer."""
    become(connection, who)
    seen = connection.execute(SEEN[what], key).fetchone()
    connection.execute("reset role")
    if seen is None:
        raise Problem(404, f"there is no {what} {key[0]} for you")
    return seen[0]


def must_hold(connection: Connection, who: Who, case: int, *roles: str) -> None:
    """A department may read a case that it is charged with and another holds; it does not move it."""
    department = standing(connection, case)["department"]
    if not who.everywhere and department not in ("", *who.departments):
        raise Problem(403, f"case {case} is {department}'s now; you read it because it is charged to you")
    need_role_in(who, department, *roles)
