"""What a reader sees, as data: a page lists widgets, a widget names its query and how it is drawn."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from citywide.kit.text import Text


class Query(Struct, frozen=True):
    """A named query of the hub or of a system, and the values bound to its parameters.

    What it shows is the same for all who see the same departments, unless it is said to be the reader's own.
    """

    name: str
    values: Mapping[str, str | float | int] = field(default_factory=dict[str, str | float | int])
    own: bool = False


class Column(Struct, frozen=True):
    """A column of a table: `shows` is text, number, time, state, deadline, place or link."""

    name: str
    label: Text
    shows: str = "text"
    unit: str = ""


class Choice(Struct, frozen=True):
    """What a reader may choose to see: among the rows (value, label) of a query.

    The widget's queries get it as `chosen`, which is empty until the reader has chosen.
    """

    label: Text
    among: Query


class Layer(Struct, frozen=True):
    """A layer of a map: `shape` is points, lines, areas, tracks or heat.

    Rows: id, name, lon, lat (or geometry as GeoJSON), value, state; `steps` colour the value.
    """

    label: Text
    query: Query
    shape: str = "points"
    steps: tuple[float, ...] = ()
    unit: str = ""


class Map(Struct, frozen=True, tag="map"):
    """Layers over the city's own map."""

    title: Text
    layers: tuple[Layer, ...]
    live: tuple[str, ...] = ()


class Table(Struct, frozen=True, tag="table"):
    """Rows with sortable columns; a row with `href` opens it. `empty` says why there may be none.

    `seen` is a door that takes the ids of rows which the reader has seen, one at a time or all.
    """

    title: Text
    query: Query
    columns: tuple[Column, ...]
    live: tuple[str, ...] = ()
    empty: Text | None = None
    seen: str = ""


class Chart(Struct, frozen=True, tag="chart"):
    """Rows as line, bar, scatter, fan or tree: `x`, `y`, optional `by` (a series a value) and band columns.

    `bands` are further pairs of columns inside `low` and `high`. A tree's rows have `id` and `parent`, the id of the
    row from which a branch comes, and may have a `label`. `along` says what `x` is where that is no time and no name;
    `stretches` is a column that names stretches of it, as chromosomes do: their names then stand in place of figures.
    `threshold` is a line across it, or the name of the rule whose bound is that line; `empty` says why there may be
    nothing to draw.
    """

    title: Text
    query: Query
    x: str
    y: str
    by: str | None = None
    low: str | None = None
    high: str | None = None
    bands: tuple[tuple[str, str], ...] = ()
    shape: str = "line"
    unit: str = ""
    threshold: float | str | None = None
    live: tuple[str, ...] = ()
    empty: Text | None = None
    choice: Choice | None = None
    along: Text | None = None
    stretches: str | None = None


class Stat(Struct, frozen=True, tag="stat"):
    """One number that says how things stand; it turns red above `worry`, a figure or the rule whose bound it is."""

    title: Text
    query: Query
    value: str
    unit: str = ""
    worry: float | str | None = None
    live: tuple[str, ...] = ()


class Board(Struct, frozen=True, tag="board"):
    """Cases in columns by state, the most urgent deadline on top."""

    title: Text
    query: Query
    live: tuple[str, ...] = ("case",)


class Timeline(Struct, frozen=True, tag="timeline"):
    """What happened, newest first: rows of time, kind and says."""

    title: Text
    query: Query
    live: tuple[str, ...] = ("evidence",)


class Field(Struct, frozen=True):
    """A field of a form: `asks` is text, long_text, number, choice, place, photo, phone, date or yes_no.

    `known` is a door that is asked, when the field is filled in, which open cases go with it: `known?name=value`;
    of a long text, while it is written, what the door understands (posted: the answer's `guess` and `place`).

    A choice is among `choices`, or among the rows (value, label) of the query `among`.
    """

    name: str
    label: Text
    asks: str = "text"
    required: bool = False
    choices: tuple[tuple[str, Text], ...] = ()
    known: str | None = None
    among: Query | None = None


class Form(Struct, frozen=True, tag="form"):
    """Fields that are posted to a door of the hub; an answer of `columns` and `rows` is shown beneath as a table."""

    title: Text
    action: str
    fields: tuple[Field, ...]
    shows: tuple[Column, ...] = ()


class Scene(Struct, frozen=True, tag="scene"):
    """A drawing replayed in time: rows of t, id, shape, x, y, heading, length, width, state on a ground."""

    title: Text
    query: Query
    ground: Query
    live: tuple[str, ...] = ()
    choice: Choice | None = None


Widget = Map | Table | Chart | Stat | Board | Timeline | Form | Scene


class Page(Struct, frozen=True):
    """A page of the console: who may see it, its widgets in reading order, and what an empty one of them says.

    `tells` is one line for a newcomer: what to look at, and what can be done here.
    """

    name: str
    title: Text
    widgets: tuple[Widget, ...]
    roles: tuple[str, ...] = ("officer", "manager")
    empty: Text | None = None
    tells: Text | None = None


def count_of(title: Text, query: str, *, worry: float | None = None, live: tuple[str, ...] = ()) -> Stat:
    """How many there are now: the column `count` of a query without values."""
    return Stat(title, Query(query), "count", worry=worry, live=live)


def history_of(title: Text, query: Query, **more: Any) -> Chart:
    """What `value` was over `time`, a line for each `name`."""
    return Chart(title, query, "time", "value", by="name", **more)


def desk_of(department: str) -> tuple[Board, Timeline]:
    """What the desk of a system has before it: the cases of its categories, and what happened.

    The department is the one that its things belong to; a city may have others answer for its categories.
    """
    return (
        Board(Text("Cases", "案件"), Query("cases_of_system")),
        Timeline(Text("What happened", "事件"), Query("evidence_of_system", {"department": department})),
    )
