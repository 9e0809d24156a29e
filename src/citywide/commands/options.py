"""What several commands ask: where the city's data is."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from citywide.hub.settings import Settings


def settings_of(options: Namespace) -> Settings:
    """The settings that the options name; everything else keeps its default."""
    given = {name: value for name, value in vars(options).items() if name in Settings.__struct_fields__}
    return Settings(**given)


def database_options(parser: ArgumentParser) -> None:
    """Where the city's data is."""
    parser.add_argument("--data", type=Path, default=Path(".citywide"), help="folder of keys, archive, own database")
    url = os.environ.get("CITYWIDE_DATABASE_URL", "")
    parser.add_argument("--database-url", default=url, help="a PostgreSQL ≥ 16; without it one is embedded")
    parser.add_argument("--archive", type=Path, help="folder of archived days that all machines see; default in --data")
    parser.add_argument("--city", type=Path, help="folder with city.toml, map and roads")
