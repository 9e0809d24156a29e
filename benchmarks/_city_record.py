"""What the hub's record says of a simulated city: who was noticed, and when."""

from datetime import datetime
from typing import LiteralString, NamedTuple

import psycopg


class Seen(NamedTuple):
    """What the hub made of it: who, and when."""

    entity: str
    at: datetime


def asked(url: str, query: LiteralString) -> list[Seen]:
    """The answer of the hub's database."""
    with psycopg.connect(url) as connection:
        return [Seen(*row) for row in connection.execute(query)]


def share(some: int, every: int) -> float:
    """A share; not a number where there was nothing."""
    return some / every if every else float("nan")
