"""A door that leads nowhere: it writes down what the simulated city says."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import to_builtins

from citywide.demo.speaking import described
from citywide.hub.replay.recording import Line
from citywide.hub.simulated.twin import Answer, Instruction, Order, Word
from citywide.hub.vocabulary.things import Entity, Reading
from citywide.kit.geometry import Point

Tell = Callable[[Sequence[Reading]], Iterable[Line]]


class Recorder:
    """Hears everything of the chosen things, and every word on the chosen paths."""

    def __init__(self, chosen: Callable[[Entity], bool], tell: Tell, paths: Sequence[str] = ()) -> None:
        self.lines: list[Line] = []
        self._chosen, self._tell, self._paths = chosen, tell, paths
        self._known = set[str]()

    def register(self, entities: Sequence[Entity]) -> None:
        """Make the chosen things known, a line each."""
        chosen = [entity for entity in entities if self._chosen(entity)]
        self._known |= {entity.id for entity in chosen}
        self.lines += [Line(path="/v1/entities", body=[described(entity)]) for entity in chosen]

    def send(self, readings: Sequence[Reading]) -> None:
        """Write readings as their devices send them."""
        self.lines += self._tell([reading for reading in readings if reading.entity in self._known])

    def say(self, word: Word) -> Any:
        """Write what is said through a door of a system's own; nothing comes of it."""
        said = to_builtins(word.body)
        if word.path in self._paths:
            self.lines.append(Line(path=word.path, body=[_without_photos(item) for item in said]))
        return [{} for _ in said]

    def orders(self) -> list[Order]:
        """Nobody is asked to do anything."""
        return []

    def answer(self, answer: Answer, unit: str) -> None:
        """Nobody was asked."""

    def instructions(self) -> list[Instruction]:
        """Devices are told nothing."""
        return []

    def closed_roads(self) -> list[Point]:
        """Every road is open."""
        return []


def _without_photos(item: dict[str, Any]) -> dict[str, Any]:
    """A recording stays readable."""
    return {name: value for name, value in item.items() if name != "photos"}
