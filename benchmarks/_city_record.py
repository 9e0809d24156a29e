"""What the hub's record says of a simulated city: who was noticed, and when."""

from collections.abc import Callable
from datetime import datetime
from typing import LiteralString, NamedTuple, TypeVar

import psycopg

Row = TypeVar("Row")


class Seen(NamedTuple):
    """What the hub made of it: who, and when."""

    entity: str
    at: datetime


def asked(url: str, query: LiteralString, row: Callable[..., Row] = Seen) -> list[Row]:
    """The answer of the hub's database, each row made into what it stands for."""
    with psycopg.connect(url) as connection:
        return [row(*values) for values in connection.execute(query)]


def share(some: int, every: int) -> float:
    """A share; not a number where there was nothing."""
    return some / every if every else float("nan")
