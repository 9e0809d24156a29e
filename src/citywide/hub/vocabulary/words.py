"""Every word that the systems of a city have declared, found by its name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from citywide.hub.vocabulary.affairs import Category
from citywide.hub.vocabulary.departments import DEPARTMENTS
from citywide.hub.vocabulary.events import Event
from citywide.hub.vocabulary.rule import Rule
from citywide.hub.vocabulary.system import Listener, Response, System
from citywide.hub.vocabulary.things import GONE, Kind, Quantity
from citywide.kit.text import Text


class Words(Struct, frozen=True):
    """The declarations of all systems together."""

    systems: Mapping[str, System]
    kinds: Mapping[str, Kind]
    quantities: Mapping[str, Quantity]
    rules: Mapping[str, Rule]
    categories: Mapping[str, Category]
    on_raised: Mapping[str, Response]
    on_cleared: Mapping[str, Response]
    listeners: Mapping[type[Event], Sequence[Listener]]
    departments: Mapping[str, Text]

    @property
    def unit_kinds(self) -> list[str]:
        """The kinds of thing that are sent to cases."""
        return [kind.name for kind in self.kinds.values() if kind.is_unit]


Word = TypeVar("Word", System, Kind, Quantity, Rule, Category)


class NameTakenError(ValueError):
    """Two systems declare the same name."""


def gather(systems: Sequence[System], departments: Mapping[str, Text] = DEPARTMENTS) -> Words:
    """Put the declarations together; a name declared twice is refused."""
    return Words(
        systems=_named("system", systems),
        kinds=_named("kind", (kind for system in systems for kind in system.kinds)),
        quantities=_named("quantity", (GONE, *(quantity for system in systems for quantity in system.quantities))),
        rules=_named("rule", (rule for system in systems for rule in system.rules)),
        categories=_named("category", (category for system in systems for category in system.categories)),
        on_raised={rule: answer for system in systems for rule, answer in system.on_raised.items()},
        on_cleared={rule: answer for system in systems for rule, answer in system.on_cleared.items()},
        listeners={event: _listeners(systems, event) for system in systems for event in system.publishes},
        departments=departments,
    )


def _listeners(systems: Sequence[System], event: type[Event]) -> list[Listener]:
    return [system.on_event[event] for system in systems if event in system.on_event]


def _named(what: str, words: Iterable[Word]) -> dict[str, Word]:
    found: dict[str, Word] = {}
    for word in words:
        if found.setdefault(word.name, word) != word:
            raise NameTakenError(f"{what} {word.name!r} is declared twice, with different meanings")
    return found
