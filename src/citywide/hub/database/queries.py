"""Named SQL beside the code: `-- name: find_it` begins a query, blank lines do not end it."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


def read_queries(text: str) -> dict[str, LiteralString]:
    """The queries of a file by their names; a name given twice is refused."""
    parts = _NAME.split(text)[1:]
    names = parts[::2]
    if len(set(names)) < len(names):
        raise ValueError(f"a query's name stands twice: {sorted(n for n in names if names.count(n) > 1)}")
    return {name: cast("LiteralString", sql.strip()) for name, sql in zip(names, parts[1::2], strict=True)}


@cache
def hub_queries() -> Mapping[str, LiteralString]:
    """The hub's own named queries, from every file under hub/sql."""
    found: dict[str, LiteralString] = {}
    for file in sorted(files("citywide.hub").joinpath("sql").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            found |= read_queries(file.read_text())
    return found


def sql(name: str) -> LiteralString:
    """One of the hub's queries by name."""
    return hub_queries()[name]


def queries_of(folder: Path | None) -> dict[str, LiteralString]:
    """The named queries of a system's folder, if it has any."""
    file = folder / "queries.sql" if folder else None
    return read_queries(file.read_text()) if file and file.exists() else {}
