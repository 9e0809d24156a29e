"""Which series is which by name, in memory, in step with the table; and how things are registered.

Nothing is read beforehand: a worker knows whom it hears, some 300 bytes a series, and asks for a batch's strangers
together. So a city of a million devices wakes as fast as one of a hundred.
"""

from collections.abc import Collection, Sequence
from itertools import repeat
from sys import intern
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.hub.vocabulary.things import Entity
from citywide.kit.geometry import Point

PARTS = 64
Pair = tuple[str, str]  # an entity and a quantity


class Found(NamedTuple):
    """The number of an entity, and of its series if that has spoken before."""

    entity: int
    series: int | None


class Registry:
    """Series by name; unknown ones are looked up before they are refused."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.series: dict[Pair, int] = {}
        self.part_of = np.full(1024, -1, np.int8)
        self._quantities: set[str] = set()
        self._growing = Lock()  # many batches meet new series at once, each in a thread of its own

    def numbers(self, entities: Sequence[str], quantities: Sequence[str]) -> NDArray[np.int64]:
        """The series' numbers; -1 where the pair has none yet."""
        found = map(self.series.get, zip(entities, quantities, strict=True), repeat(-1))
        return np.fromiter(found, np.int64, len(entities))

    def knows(self, entity: str) -> bool:
        """Whether the entity is registered and in service, at whichever worker."""
        return "\0" not in entity and bool(self.database.rows(sql("entity_by_id"), {"id": entity}))

    def meet(self, pairs: Collection[Pair]) -> set[str]:
        """Learn the numbers of these; who speaks for the first time gets one. Returns the entities that are unknown."""
        asked = sorted(pair for pair in pairs if "\0" not in pair[0])  # no database keeps a NUL
        with self.database.transaction() as connection:
            found = _look_up(connection, asked)
            new = sorted((of.entity, pair[1]) for pair, of in found.items() if of.series is None)
            if new:
                entities, quantities = zip(*new, strict=True)
                connection.execute(sql("add_series"), {"entities": list(entities), "quantities": list(quantities)})
                found = _look_up(connection, asked)
        for pair, of in found.items():
            self._know(pair, of)
        return {entity for entity, _ in pairs} - {entity for entity, _ in found}

    def forget(self, entities: Collection[str]) -> None:
        """Entities that have left service are known no more."""
        for entity in entities:
            for quantity in list(self._quantities):
                self.series.pop((entity, quantity), None)

    def parts(self, series: NDArray[np.int64]) -> NDArray[np.int8]:
        """The part of the city that each series belongs to."""
        return self.part_of[series]

    def _know(self, pair: Pair, of: Found) -> None:
        assert of.series is not None
        with self._growing:
            if of.series >= self.part_of.size:
                more = np.full(max(self.part_of.size, of.series + 1 - self.part_of.size), -1, np.int8)
                self.part_of = np.concatenate([self.part_of, more])
            self.part_of[of.series] = of.entity % PARTS
            quantity = intern(pair[1])
            self._quantities.add(quantity)
            self.series[pair[0], quantity] = of.series


def _look_up(connection: Connection, pairs: Sequence[Pair]) -> dict[Pair, Found]:
    values = {"ids": [entity for entity, _ in pairs], "quantities": [quantity for _, quantity in pairs]}
    return {pairs[place - 1]: Found(*of) for place, *of in connection.execute(sql("series_of_names"), values)}


def register(connection: Connection, entities: Sequence[Entity]) -> None:
    """Register things, or tell what has changed about them."""
    with connection.cursor() as cursor:
        cursor.executemany(sql("register_entity"), [_as_row(entity) for entity in entities])


def entity_from_row(row: dict[str, Any]) -> Entity:
    """An entity as the hub's queries return it."""
    place = None if row["lon"] is None else Point(row["lon"], row["lat"])
    return Entity(row["id"], row["kind"], row["name"], place, row["department"], row["facts"])


def _as_row(entity: Entity) -> dict[str, object]:
    return {
        "id": entity.id,
        "kind": entity.kind,
        "name": entity.name,
        "lon": entity.place.lon if entity.place else None,
        "lat": entity.place.lat if entity.place else None,
        "department": entity.department,
        "facts": Jsonb(dict(entity.facts)),
    }
