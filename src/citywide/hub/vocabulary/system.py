"""A system's declaration, readable as a table of contents."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, LiteralString, Protocol

from msgspec import Struct

from citywide.hub.simulated.twin import Plan, Twin
from citywide.hub.vocabulary.affairs import Alarm, Category
from citywide.hub.vocabulary.commands import Command
from citywide.hub.vocabulary.events import Event
from citywide.hub.vocabulary.pages import Page
from citywide.hub.vocabulary.rule import Rule
from citywide.hub.vocabulary.things import Entity, Kind, Quantity, Reading
from citywide.kit import commands as command_line
from citywide.kit.text import Text


class City(Protocol):
    """What a response may look at: the city as it stands inside the running transaction."""

    def all(self, kind: str) -> list[Entity]:
        """Every entity of a kind, moving ones where they were last seen."""
        ...

    def latest(self, entity: str, quantity: str) -> Reading | None:
        """The newest reading, if there ever was one."""
        ...

    def rows(self, query: LiteralString, values: Mapping[str, object]) -> list[dict[str, Any]]:
        """What a system has written down in its own tables."""
        ...


Response = Callable[[Alarm, City], Iterator[Command]]
"""Decides what an alarm asks for; it yields, the hub carries out."""
Listener = Callable[[Any, City], Iterator[Command]]
"""Decides what another system's event asks for; it publishes nothing itself."""


class Feed(Struct, frozen=True):
    """A device's own way of talking: a topic pattern, and how its payload becomes readings."""

    name: str
    topic: str
    read: Callable[[str, bytes], Iterable[Reading]]


class Schedule(Struct, frozen=True):
    """Work that returns by itself every so many seconds of city time: `run(hub)`, in a thread."""

    name: str
    every_s: float
    run: Callable[[Any], Any]


class System(Struct, frozen=True):
    """One system of the city: its words, its rules, its answers and its pages; `begins(hub)` in every worker."""

    name: str
    title: Text
    application: str
    kinds: tuple[Kind, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    rules: tuple[Rule, ...] = ()
    categories: tuple[Category, ...] = ()
    feeds: tuple[Feed, ...] = ()
    on_raised: Mapping[str, Response] = {}
    on_cleared: Mapping[str, Response] = {}
    publishes: tuple[type[Event], ...] = ()
    on_event: Mapping[type[Event], Listener] = {}
    schedules: tuple[Schedule, ...] = ()
    begins: Callable[[Any], None] | None = None
    pages: tuple[Page, ...] = ()
    commands: tuple[command_line.Command, ...] = ()
    api: str | None = None  # the module whose HANDLERS the HTTP door opens; by name, since few processes have that door
    twin: Callable[[Plan], Twin] | None = None
    for_city: "Callable[[Path], System] | None" = None  # the same as the city of this folder would have it
    folder: Path | None = None


APPLICATIONS = ("livelihood", "urban governance", "government", "industry", "ecology")
