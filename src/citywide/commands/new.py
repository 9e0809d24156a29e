"""`citywide new NAME`: a system of one's own to begin with: it holds, it has a page, and its story is tested."""

import re
import sys
from argparse import ArgumentParser, Namespace
from keyword import iskeyword
from pathlib import Path

from citywide.kit.commands import Command

SCAFFOLD = Path(__file__).parent / "scaffold"


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("name", help="of the system and of its Python package, such as street_lights")
    parser.add_argument("--into", type=Path, default=Path(), help="the folder it is put into; default this one")


def _run(options: Namespace) -> int:
    folder = options.into / options.name
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,40}", options.name) or iskeyword(options.name):
        print(f"{options.name!r} is no name: small letters, digits and _, a letter first", file=sys.stderr)
        return 2
    if folder.exists():
        print(f"{folder} is there already; nothing was changed", file=sys.stderr)
        return 2
    write(options.name, folder)
    print(f"{folder} is made. Try it:\n    python -m pytest --import-mode=importlib {folder}\n"
          f"    citywide serve --more-systems {options.name}:SYSTEM")  # fmt: skip
    return 0


def write(name: str, folder: Path) -> None:
    """The scaffold under a name of its own."""
    folder.mkdir(parents=True)
    for file in sorted(SCAFFOLD.glob("*.txt")):
        (folder / file.stem).write_text(file.read_text().replace("NAME", name))


NEW = Command("new", "begin a system of your own", _options, _run)
