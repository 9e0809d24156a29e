"""Proving declarations: every name that is used is declared, every text is there in both languages."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from msgspec import Struct

from citywide.hub.database.queries import hub_queries, queries_of
from citywide.hub.people.who import ROLES
from citywide.hub.screens.bounds import rules_drawn
from citywide.hub.screens.data import queries_of_widget
from citywide.hub.vocabulary.pages import Form
from citywide.hub.vocabulary.signals import Difference, Ratio
from citywide.hub.vocabulary.system import APPLICATIONS, System
from citywide.hub.vocabulary.words import Words, gather
from citywide.kit.text import Text


def faults(systems: Sequence[System]) -> list[str]:
    """What is wrong with these declarations; an empty list is what a city wants."""
    try:
        words = gather(systems)
    except ValueError as error:
        return [str(error)]
    return [f"{system.name}: {fault}" for system in systems for fault in _faults(system, words)]


def _faults(system: System, words: Words) -> Iterator[str]:
    if system.application not in APPLICATIONS:
        yield f"application {system.application!r} is none of {', '.join(APPLICATIONS)}"
    yield from _rule_faults(system, words)
    yield from _answer_faults(system, words)
    yield from _page_faults(system, words)
    yield from _door_faults(system)
    for text in _texts(system):
        if not text.en.strip() or not text.zh.strip():
            yield f"a text lacks a language: {text}"


def _door_faults(system: System) -> Iterator[str]:
    if system.api is None:
        return
    try:
        handlers = import_module(system.api).HANDLERS
    except (ImportError, AttributeError) as error:
        yield f"its door {system.api} cannot be opened: {error}"
        return
    if not handlers:
        yield f"its door {system.api} leads nowhere"


def _rule_faults(system: System, words: Words) -> Iterator[str]:
    for rule in system.rules:
        signal = rule.signal
        named = [rule.quantity, *([signal.other] if isinstance(signal, Difference | Ratio) else [])]
        yield from (f"rule {rule.name}: no quantity {name!r}" for name in named if name not in words.quantities)
        if rule.kind is not None and rule.kind not in words.kinds:
            yield f"rule {rule.name}: no kind {rule.kind!r}"


def _answer_faults(system: System, words: Words) -> Iterator[str]:
    for rule in {*system.on_raised, *system.on_cleared}:
        if rule not in words.rules:
            yield f"a response answers rule {rule!r}, which nobody declares"
    for event in system.on_event:
        if event not in words.listeners:
            yield f"a listener hears {event.__name__}, which nobody publishes"
    for category in system.categories:
        if not category.department:
            yield f"category {category.name} belongs to no department"


def _page_faults(system: System, words: Words) -> Iterator[str]:
    known = {*queries_of(system.folder), *hub_queries()}
    for page in system.pages:
        yield from (f"page {page.name}: no role {role!r}" for role in page.roles if role not in ROLES)
        yield from (f"page {page.name}: no rule {name!r}" for name in rules_drawn(page) if name not in words.rules)
        for number, widget in enumerate(page.widgets):
            missing = [query.name for query in queries_of_widget(page, number) if query.name not in known]
            yield from (f"page {page.name}: no query {name!r}" for name in missing)
            if isinstance(widget, Form) and not widget.action.startswith("/v1/"):
                yield f"page {page.name}: a form posts to a door under /v1/, not to {widget.action!r}"


def _texts(word: Any) -> Iterator[Text]:
    """Every text that a declaration holds, however deep."""
    if isinstance(word, Text):
        yield word
    elif isinstance(word, Struct):
        for name in word.__struct_fields__:
            yield from _texts(getattr(word, name))
    elif isinstance(word, tuple | list):
        for part in word:
            yield from _texts(part)
