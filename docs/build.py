"""Write docs/systems.md from the systems' declarations; `--check` says whether it is up to date."""

import sys
from collections.abc import Iterator
from pathlib import Path

from citywide.app import EVERYTHING
from citywide.hub import Category, Kind, Quantity, Rule, System

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
    yield from listed("Kinds, with the facts that they may bring", (kind_of_thing(kind) for kind in system.kinds))
    yield from listed("Quantities, with what is plausible", (measured(quantity) for quantity in system.quantities))
    yield from listed("Rules, with where they begin and end", (watched(rule) for rule in system.rules))
    yield from listed("Tells all others", (f"`{event.__name__}`: {event.__doc__}" for event in system.publishes))
    yield from listed("Listens to", (f"`{event.__name__}`" for event in system.on_event))
    yield from listed("Categories, with who answers and in what time", (owed(one) for one in system.categories))
    yield from listed("Pages", (f"{page.title.en} · {page.title.zh}" for page in system.pages))
    yield from listed("Commands", (f"`citywide {command.name}`: {command.about}" for command in system.commands))


def kind_of_thing(kind: Kind) -> str:
    """What a kind is called, and the facts by which its things are told apart."""
    facts = f" ({', '.join(f'`{fact}`' for fact in kind.facts)})" if kind.facts else ""
    return f"`{kind.name}` {kind.label.en}{facts}"


def measured(quantity: Quantity) -> str:
    """What a quantity is called, its range and its unit."""
    low, high = (f"{end:,.10g}" for end in (quantity.low, quantity.high))
    between = {("-inf", "inf"): "any value", (low, "inf"): f"{low} or more", ("-inf", high): f"{high} at most"}
    unit = f" {quantity.unit}" if quantity.unit not in {"", "1"} else ""
    return f"`{quantity.name}` {quantity.label.en}: {between.get((low, high), f'{low} to {high}')}{unit}"


def watched(rule: Rule) -> str:
    """A rule's severity, its bounds as a city may set them, and its words."""
    named = ("above", "clears_below", "below", "clears_above")
    bounds = [f"{name} {getattr(rule, name):g}" for name in named if getattr(rule, name) is not None]
    held = [f"hold_s {rule.hold.total_seconds():g}"] if rule.hold else []
    return f"`{rule.name}` ({rule.severity}; {', '.join(bounds + held)}): {rule.says.en}"


def owed(category: Category) -> str:
    """Who answers for a category, and how many hours they have."""
    hours = f"{category.within.total_seconds() / 3600:g}"
    when = "hours around the clock" if category.around_the_clock else "working hours"
    told = "; residents report it" if category.reportable else ""
    return f"`{category.name}` {category.label.en} → {category.department}, {hours} {when}{told}"


def listed(title: str, items: Iterator[str]) -> Iterator[str]:
    """A heading and its items, where there are any."""
    lines = [f"- {item}" for item in items]
    if lines:
        yield "\n".join([f"**{title}**", "", *lines, ""])


if __name__ == "__main__":
    sys.exit(main())
