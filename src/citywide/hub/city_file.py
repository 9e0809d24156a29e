"""A city's file is read: what is wrong with it is said with its place, and with what would be accepted."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct, ValidationError, convert

from citywide.kit.commands import NotPossibleError

Told = TypeVar("Told", bound=Struct)
Tables = Mapping[str, type[Struct]]
LONGEST = 1_000_000


class CityFileError(NotPossibleError):
    """A city's file that says nothing, or something else than a city is told by."""


def read(file: Path, kind: type[Told], tables: Tables | None = None) -> Told:
    """What the file says, each entry of its tables looked at by its name."""
    told = _parsed(file)
    for where, said, of in _entries(told, tables or {}):
        _converted(file, where, said, of)
    return _converted(file, "", told, kind)


def _parsed(file: Path) -> dict[str, Any]:
    size = file.stat().st_size
    if size > LONGEST:
        raise CityFileError(f"{file}: {size} bytes; accepted: at most {LONGEST}")
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise CityFileError(f"{file}: byte {error.start} is no UTF-8; accepted: TOML in UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CityFileError(f"{file}: {error}; accepted: TOML") from error


def _entries(told: Mapping[str, Any], tables: Tables) -> Iterator[tuple[str, object, type[Struct]]]:
    for table, of in tables.items():
        entries = told.get(table)
        for name, said in entries.items() if isinstance(entries, dict) else ():
            yield f"{table}.{name}", said, of


def _converted(file: Path, where: str, said: object, kind: type[Told]) -> Told:
    try:
        return convert(said, kind)
    except ValidationError as error:
        what, _, place = str(error).partition(" - at `$")
        path = f"{where}{place.rstrip('`')}".removeprefix(".")
        accepted = f"; accepted: {', '.join(kind.__struct_fields__)}" if "unknown field" in what else ""
        raise CityFileError(": ".join(filter(None, (str(file), path, what))) + accepted) from error
