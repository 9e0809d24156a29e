"""Writing down what the rules have raised and cleared, in the transaction of the readings themselves.

A power cut silences a quarter of the city at once: however many ring together, the statements are few.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import Entry, witness_all
from citywide.hub.rules.evaluator import Transition
from citywide.kit.clock import moment
from citywide.kit.text import Text


class Thing(NamedTuple):
    """Whom a series belongs to."""

    id: str
    name: str
    department: str


class Ring(NamedTuple):
    """A transition, and the thing that it is about, as it is called and whose it is now."""

    change: Transition
    entity: int
    thing: Thing

    @property
    def key(self) -> tuple[str, int]:
        """The alarm that it raises or clears."""
        return self.change.rule.name, self.entity

    @property
    def silent(self) -> bool | None:
        """Of a device that is not itself, whether it says nothing; none where the alarm tells of the world."""
        return self.change.rule.is_silence if self.change.rule.tells_of_device else None

    @property
    def since(self) -> datetime:
        """Since when it is so: one that is silent was heard last before it was missed."""
        missed_s = min(self.change.rule.above or 0.0, self.change.value) if self.silent else 0.0
        return moment(self.change.time_us) - timedelta(seconds=missed_s)

    @property
    def noticed(self) -> datetime:
        """When the hub has noticed."""
        return self.since + timedelta(seconds=self.change.value if self.silent else 0.0)

    @property
    def says(self) -> Text:
        """The rule's words about this thing."""
        return self.change.rule.says.format(value=self.change.value, name=self.thing.name, id=self.thing.id)

    def entry(self, department: str) -> Entry:
        """As evidence; two things of one name that ring at once are two entries."""
        about = {"entity": self.thing.id, "rule": self.change.rule.name}
        at = moment(self.change.time_us)
        return Entry("alarm" if self.change.raised else "clear", self.says, department, at, facts=about)


def record(connection: Connection, transitions: Sequence[Transition], entity_of: NDArray[np.int64]) -> None:
    """Raise and clear alarms; an alarm that stands already is not raised twice."""
    numbers = entity_of[[transition.series for transition in transitions]].tolist()
    things = _things(connection, numbers)
    rings = [Ring(change, number, things[number]) for change, number in zip(transitions, numbers, strict=True)]
    told: dict[int, Entry] = {}
    for wave in _waves(rings):
        told |= _raise(connection, {at: ring for at, ring in wave.items() if ring.change.raised})
        told |= _clear(connection, {at: ring for at, ring in wave.items() if not ring.change.raised})
    witness_all(connection, [told[at] for at in sorted(told)])


def _things(connection: Connection, numbers: Sequence[int]) -> dict[int, Thing]:
    found = connection.execute(sql("things_of_numbers"), {"numbers": sorted(set(numbers))})
    return {number: Thing(*rest) for number, *rest in found}


def _waves(rings: Sequence[Ring]) -> Iterator[Mapping[int, Ring]]:
    """The rings by their places, so that each alarm rings once in a wave: one that is over may ring again after it."""
    waves: list[dict[int, Ring]] = []
    times: dict[tuple[str, int], int] = {}
    for at, ring in enumerate(rings):
        turn = times[ring.key] = times.get(ring.key, -1) + 1
        if turn == len(waves):
            waves.append({})
        waves[turn][at] = ring
    yield from waves


def _raise(connection: Connection, rings: Mapping[int, Ring]) -> dict[int, Entry]:
    if not rings:
        return {}
    values = {
        **_named(rings),
        "severities": [ring.change.rule.severity for ring in rings.values()],
        "departments": [ring.thing.department for ring in rings.values()],
        "says": [Jsonb(msgspec.to_builtins(ring.says)) for ring in rings.values()],
        "silents": [ring.silent for ring in rings.values()],
        "sinces": [ring.since for ring in rings.values()],
        "noticeds": [ring.noticed for ring in rings.values()],
    }
    raised = {(rule, entity) for rule, entity in connection.execute(sql("raise_alarms"), values)}
    return {at: ring.entry(ring.thing.department) for at, ring in rings.items() if ring.key in raised}


def _clear(connection: Connection, rings: Mapping[int, Ring]) -> dict[int, Entry]:
    if not rings:
        return {}
    stood = {(rule, entity): whose for rule, entity, whose in connection.execute(sql("clear_alarms"), _named(rings))}
    return {at: ring.entry(stood[ring.key]) for at, ring in rings.items() if ring.key in stood}


def _named(rings: Mapping[int, Ring]) -> dict[str, object]:
    """Which alarms, when, and at what signal."""
    return {
        "rules": [ring.change.rule.name for ring in rings.values()],
        "entities": [ring.entity for ring in rings.values()],
        "times": [moment(ring.change.time_us) for ring in rings.values()],
        "values": [ring.change.value for ring in rings.values()],
    }
