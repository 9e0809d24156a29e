"""The lines that a page draws where a rule begins: a page names the rule, and shows the bound that is in force."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import structs

from citywide.hub.vocabulary.pages import Chart, Page, Stat, Widget
from citywide.hub.vocabulary.rule import Rule


def in_force(page: Page, rules: Mapping[str, Rule]) -> Page:
    """The page with every rule's bound in the place of its name."""
    return structs.replace(page, widgets=tuple(_drawn(widget, rules) for widget in page.widgets))


def rules_drawn(page: Page) -> Iterator[str]:
    """The rules that a page names."""
    for widget in page.widgets:
        yield from (name for name in _lines(widget).values() if isinstance(name, str))


def _drawn(widget: Widget, rules: Mapping[str, Rule]) -> Widget:
    named = {field: rules[name] for field, name in _lines(widget).items() if isinstance(name, str)}
    bounds = {field: rule.below if rule.above is None else rule.above for field, rule in named.items()}
    return structs.replace(widget, **bounds)


def _lines(widget: Widget) -> dict[str, Any]:
    if isinstance(widget, Chart):
        return {"threshold": widget.threshold}
    return {"worry": widget.worry} if isinstance(widget, Stat) else {}
