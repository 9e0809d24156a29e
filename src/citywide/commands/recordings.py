"""Reading a recording by the doors' own means, with no database: what it says, and which line is not understood."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

from msgspec import MsgspecError, Struct, field, json, structs

from citywide.doors.http.entities import NewEntity, entity_faults, entity_of
from citywide.doors.mqtt.messages import Understanding
from citywide.doors.mqtt.packets import Message
from citywide.hub.ingest.batch import Receipt
from citywide.hub.ingest.checks import checked, codes_of, ranges
from citywide.hub.replay.recording import Line
from citywide.hub.simulated.twin import Word
from citywide.hub.vocabulary.system import System
from citywide.hub.vocabulary.things import Entity, Reading
from citywide.hub.vocabulary.words import gather
from citywide.kit.clock import moment

ENTITIES = "/v1/entities"


class Recording(Struct):
    """What was said: of which things, which readings, and in which words; `faults` are lines nobody understands."""

    entities: list[Entity] = field(default_factory=list[Entity])
    readings: list[Reading] = field(default_factory=list[Reading])
    words: list[Word] = field(default_factory=list[Word])
    faults: list[str] = field(default_factory=list[str])


def samples(systems: Sequence[System]) -> dict[str, Path]:
    """The recordings that the systems bring along, as SYSTEM/NAME."""
    folders = [(system.name, system.folder) for system in systems if system.folder is not None]
    return {f"{name}/{file.stem}": file for name, folder in folders for file in sorted(folder.glob("samples/*.jsonl"))}


def not_understood(systems: Sequence[System]) -> list[str]:
    """Every line of the systems' samples that their feeds and doors cannot read."""
    return [f"{name}: {fault}" for name, file in samples(systems).items() for fault in read(file, systems).faults]


def read(file: Path, systems: Sequence[System]) -> Recording:
    """A recording as the city with these systems understands it."""
    listener = _Listener(systems)
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            listener.hear(json.decode(line, type=Line))
        except (MsgspecError, ValueError) as error:
            listener.heard.faults.append(f"line {number}: {error}")
    return listener.heard


def moved(readings: Sequence[Reading], now: datetime) -> list[Reading]:
    """The readings as if they had ended yesterday: at their own hours, for hubs refuse what is very old."""
    newest = max((reading.time for reading in readings), default=now)
    days = timedelta(days=(now.date() - newest.date()).days - 1)
    return [structs.replace(reading, time=reading.time + days) for reading in readings]


class _Listener:
    """Stands where the doors stand, and remembers who has been made known."""

    def __init__(self, systems: Sequence[System]) -> None:
        self.heard = Recording()
        self._words = gather(systems)
        self._ranges = ranges(self._words.quantities)
        self._understanding = Understanding([feed for system in systems for feed in system.feeds])
        self._bodies = dict(_bodies(systems))
        self._known = set[str]()

    def hear(self, line: Line) -> None:
        if line.path == ENTITIES:
            self._meet(json.encode(line.body))
        elif line.path:
            self._word(line)
        else:
            self._message(line)

    def _meet(self, body: bytes) -> None:
        for at, new in enumerate(json.decode(body, type=list[NewEntity])):
            for fault in entity_faults(at, new, set(self._words.kinds)):
                raise ValueError(fault.what)
            self.heard.entities.append(entity_of(new))
            self._known.add(new.id)

    def _word(self, line: Line) -> None:
        if line.path not in self._bodies:
            raise ValueError(f"no door {line.path}")
        json.decode(json.encode(line.body), type=self._bodies[line.path])
        self.heard.words.append(Word(line.path, line.body))

    def _message(self, line: Line) -> None:
        columns, aside = self._understanding.read([Message(line.topic, line.as_sent(), None)], now=0)
        if aside or not len(columns):
            raise ValueError(aside[0].why if aside else f"{line.topic} says nothing")
        receipt, codes = Receipt(), codes_of(columns, self._ranges)
        checked(columns, codes, self._ranges, int(columns.time.max()), receipt)
        unknown = sorted(set(columns.entity) - self._known)
        if receipt.refused or unknown:
            raise ValueError(receipt.refused[0].what if receipt.refused else f"nobody has made {unknown[0]} known")
        rows = zip(columns.entity, columns.quantity, columns.time.tolist(), columns.value.tolist(), strict=True)
        self.heard.readings += [Reading(entity, quantity, moment(at), value) for entity, quantity, at, value in rows]


def _bodies(systems: Sequence[System]) -> Iterator[tuple[str, Any]]:
    """What each door of the systems' own takes."""
    for handler in (each for system in systems if system.api for each in import_module(system.api).HANDLERS):
        hints = get_type_hints(handler.fn)
        if "data" in hints:
            yield from ((path, hints["data"]) for path in handler.paths)
