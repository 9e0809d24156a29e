"""The closed cases of a former hotline, taken over: they teach the sorter and say what is usual where."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from psycopg import Connection

from citywide.hub import Category
from citywide.hub.database.queries import queries_of
from citywide.hub.reports.words import without_numbers_of_people
from citywide.systems.hotline.model import REPORTABLE

NAMES = frozenset(category.name for category in REPORTABLE)


class Former(Struct, frozen=True):
    """One closed case of the former hotline."""

    text: Annotated[str, Meta(max_length=4000)]
    category: str
    opened: Annotated[datetime, Meta(tz=True)]
    closed: Annotated[datetime, Meta(tz=True)]
    place: tuple[float, float] | None = None


def wrong_with(case: Former) -> str | None:
    """Why a case cannot be taken over."""
    if case.category not in NAMES:
        return f"unknown category {case.category!r}"
    if "\0" in case.text:
        return "a NUL character, which no database keeps"
    if case.closed < case.opened:
        return "closed before it was opened"
    return None


def take_over(connection: Connection, cases: Sequence[Former], here: Mapping[str, Category]) -> None:
    """Write them down as closed, with whoever answers for such matters here."""
    categories = [here[case.category] for case in cases]
    columns = {
        "title": [msgspec.json.encode(category.label).decode() for category in categories],
        "category": [category.name for category in categories],
        "department": [category.department for category in categories],
        "lon": [case.place[0] if case.place else None for case in cases],
        "lat": [case.place[1] if case.place else None for case in cases],
        "details": [without_numbers_of_people(case.text.strip()) for case in cases],
        "opened": [case.opened for case in cases],
        "closed": [case.closed for case in cases],
    }
    connection.execute(queries_of(Path(__file__).parents[1])["take_over"], columns)
