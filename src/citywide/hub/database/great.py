"""Great values to and from the database by one call into the driver.

Piece by piece, as it reads and writes otherwise, each eight kilobytes would wait for their turn among busy threads.
"""

from collections.abc import Sequence

from psycopg import Connection
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

GOOD = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}


def at_once(connection: Connection, statement: str, values: Sequence[int | bytes]) -> list[tuple[bytes, ...]]:
    """The rows of a statement in a transaction that has begun, as bytes; its values stand as $1, $2."""
    told = [value if isinstance(value, bytes) else str(value).encode() for value in values]
    formats = [int(isinstance(value, bytes)) for value in values]
    found = connection.pgconn.exec_params(statement.encode(), told, None, formats, 1)
    if found.status not in GOOD:
        raise error_from_result(found)
    return [
        tuple(found.get_value(row, column) or b"" for column in range(found.nfields)) for row in range(found.ntuples)
    ]
