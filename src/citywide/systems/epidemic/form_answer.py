"""The table that a page shows beneath a form."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct


class Answer(Struct, frozen=True):
    """Columns and rows, as a page's table reads them."""

    columns: list[str]
    rows: list[list[Any]]


def frame(lines: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Answer:
    """Lines as rows of these columns; texts stay in both languages."""
    return Answer(list(columns), [[line[name] for name in columns] for line in lines])
