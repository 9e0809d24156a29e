"""What several commands ask: where the city's data is, and numbers within bounds."""

import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from pathlib import Path

from citywide.hub.settings import Settings
from citywide.kit.commands import NotPossibleError


def settings_of(options: Namespace) -> Settings:
    """The settings that the options name; everything else keeps its default."""
    given = {name: value for name, value in vars(options).items() if name in Settings.__struct_fields__}
    return Settings(**given)


def of_a_city(options: Namespace) -> Settings:
    """The same, of a city that is there already."""
    settings = settings_of(options)
    if not settings.database_url and not settings.data.exists():
        raise NotPossibleError(f"there is no city in {settings.data}: name its folder with --data")
    return settings


def number(least: float, most: float, kind: Callable[[str], float] = int) -> Callable[[str], float]:
    """How a number is read that makes sense only within bounds."""

    def read(text: str) -> float:
        try:
            found = kind(text)
        except ValueError:
            found = float("nan")
        if not least <= found <= most:
            raise ArgumentTypeError(f"{text!r} is not from {least:,} to {most:,}")
        return found

    return read


def database_options(parser: ArgumentParser) -> None:
    """Where the city's data is."""
    parser.add_argument("--data", type=Path, default=Path(".citywide"), help="folder of keys, archive, own database")
    url = os.environ.get("CITYWIDE_DATABASE_URL", "")
    parser.add_argument("--database-url", default=url, help="a PostgreSQL ≥ 16; without it one is embedded")
    parser.add_argument("--archive", type=Path, help="folder of archived days that all machines see; default in --data")
    parser.add_argument("--city", type=Path, help="folder with city.toml, map and roads")
