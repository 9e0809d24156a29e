"""Write docs/systems.md from the systems' declarations; `--check` says whether it is up to date."""

import sys
from collections.abc import Iterator
from pathlib import Path

from citywide.app import EVERYTHING
from citywide.hub import System

PAGE = Path(__file__).with_name("systems.md")


def main() -> int:
    """Write the page, or compare it."""
    text = "\n".join(line for system in EVERYTHING for line in section(system))
    text = f"# Systems\n\nMade from the declarations by `make docs`.\n\n{text}\n"
    if "--check" in sys.argv:
        return 0 if PAGE.exists() and PAGE.read_text() == text else complain()
    PAGE.write_text(text)
    return 0


def complain() -> int:
    """The page is behind the code."""
    print("docs/systems.md is behind the declarations: run `make docs`")
    return 1


def section(system: System) -> Iterator[str]:
    """One system: what it knows, measures, watches and shows."""
    yield f"## {system.title.en} · {system.title.zh}\n"
    yield f"`{system.name}`, {system.application}.\n"
    yield from listed("Kinds", (f"`{kind.name}` {kind.label.en}" for kind in system.kinds))
    yield from listed("Quantities", (f"`{quantity.name}` {quantity.unit}" for quantity in system.quantities))
    yield from listed("Rules", (f"`{rule.name}` ({rule.severity}): {rule.says.en}" for rule in system.rules))
    yield from listed("Tells all others", (f"`{event.__name__}`: {event.__doc__}" for event in system.publishes))
    yield from listed("Listens to", (f"`{event.__name__}`" for event in system.on_event))
    yield from listed("Categories", (f"`{one.name}` → {one.department}, {one.within}" for one in system.categories))
    yield from listed("Pages", (f"{page.title.en} · {page.title.zh}" for page in system.pages))
    yield from listed("Commands", (f"`citywide {command.name}`: {command.about}" for command in system.commands))


def listed(title: str, items: Iterator[str]) -> Iterator[str]:
    """A heading and its items, where there are any."""
    lines = [f"- {item}" for item in items]
    if lines:
        yield "\n".join([f"**{title}**", "", *lines, ""])


if __name__ == "__main__":
    sys.exit(main())
