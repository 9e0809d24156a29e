"""What a widget shows: its named query, run with the reader's rights, and how fresh the answer is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, LiteralString

from msgspec import Struct, json, structs
from psycopg import Connection

from citywide.hub.database.pool import Database
from citywide.hub.database.queries import hub_queries, queries_of
from citywide.hub.people.who import Who
from citywide.hub.vocabulary.pages import Choice, Form, Page, Query
from citywide.hub.vocabulary.system import System


class Sheet(Struct, frozen=True):
    """Columns and rows, as of a moment."""

    as_of: datetime
    columns: list[str]
    rows: list[list[Any]]


class UnknownPageError(LookupError):
    """There is no such page or widget, or it is not for this reader."""


def pages_for(who: Who, systems: Mapping[str, System]) -> list[tuple[System, Page]]:
    """The pages that a reader may open."""
    return [(system, page) for system in systems.values() for page in system.pages if set(page.roles) & set(who.roles)]


def queries_of_widget(page: Page, widget: int, chosen: str = "") -> list[Query]:
    """The queries of a widget: one, or one a layer, or the scene and its ground, or those of a form's choices.

    Where the reader has a choice, its rows come last, and the others are asked for what was `chosen`.
    """
    if not 0 <= widget < len(page.widgets):
        raise UnknownPageError(f"page {page.name} has {len(page.widgets)} widgets")
    found = page.widgets[widget]
    layers = getattr(found, "layers", None)
    if layers is not None:
        return [layer.query for layer in layers]
    if isinstance(found, Form):
        return [field.among for field in found.fields if field.among is not None]
    queries = [query for query in (getattr(found, "query", None), getattr(found, "ground", None)) if query is not None]
    choice: Choice | None = getattr(found, "choice", None)
    if choice is None:
        return queries
    return [*(structs.replace(query, values={**query.values, "chosen": chosen}) for query in queries), choice.among]


def text_of(system: System, query: Query) -> LiteralString:
    """The SQL of a query: the system's own, else the hub's."""
    own = queries_of(system.folder)
    if query.name not in own and query.name not in hub_queries():
        raise UnknownPageError(f"system {system.name} has no query {query.name}")
    return own.get(query.name) or hub_queries()[query.name]


def reader_of(query: Query, who: Who) -> Who:
    """As whom it is asked: what is not the reader's own is asked without a name, for all of the same offices."""
    return who if query.own else structs.replace(who, name="")


def sheet(database: Database, who: Who, system: System, query: Query, now: datetime) -> Sheet:
    """Run a query for a reader.

    Three values need no mention: `now` is the city's time, `categories` are the system's own, and `departments` those
    that answer for them here.
    """
    own = {"categories": [each.name for each in system.categories],
           "departments": [each.department for each in system.categories]}  # fmt: skip
    with database.reading_as(reader_of(query, who)) as connection:
        return _run(connection, text_of(system, query), {**query.values, **own}, now)


def _run(connection: Connection, text: LiteralString, values: Mapping[str, object], now: datetime) -> Sheet:
    cursor = connection.execute(text, {**values, "now": now})
    columns = [column.name for column in cursor.description or ()]
    found = [[_plain(value) for value in row] for row in cursor.fetchall()]
    return Sheet(now, *_unfold_evidence(columns, found))


def _plain(value: object) -> object:
    return json.decode(bytes(value)) if isinstance(value, bytes | memoryview) else value


def _unfold_evidence(columns: list[str], found: list[list[Any]]) -> tuple[list[str], list[list[Any]]]:
    """An entry's body is shown as what it says."""
    if "body" not in columns:
        return columns, found
    at = columns.index("body")
    return (
        [*columns[:at], "says", *columns[at + 1 :]],
        [[*row[:at], row[at]["says"], *row[at + 1 :]] for row in found],
    )
