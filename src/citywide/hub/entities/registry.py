"""Who is who: entities and series by their names, in memory, and in step with the table."""

from collections.abc import Collection, Iterable, Sequence
from itertools import repeat
from threading import Lock
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.hub.vocabulary.things import Entity
from citywide.kit.geometry import Point

PARTS = 64


class Series(Struct, frozen=True):
    """One quantity of one entity, by number."""

    number: int
    entity: int
    quantity: str
    kind: str


class Registry:
    """Entities and series by name; unknown ones are looked up once more before they are refused."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.entities: dict[str, tuple[int, str]] = {}
        self.series: dict[tuple[str, str], int] = {}
        self.part_of = np.full(1024, -1, np.int64)
        self.seen_entity = 0
        self._growing = Lock()  # many batches meet new series at once, each in a thread of its own

    def load(self) -> None:
        """Read everything that was registered since the last look."""
        with self.database.transaction() as connection:
            for number, id_, kind in connection.execute(sql("entities_after"), {"after": self.seen_entity}):
                self.entities[id_] = (number, kind)
                self.seen_entity = max(self.seen_entity, number)
            for number, entity, id_, quantity in connection.execute(sql("all_series")):
                self._know(number, entity, id_, quantity)

    def numbers(self, entities: Sequence[str], quantities: Sequence[str]) -> NDArray[np.int64]:
        """The series' numbers; -1 where the pair has none yet."""
        found = map(self.series.get, zip(entities, quantities, strict=True), repeat(-1))
        return np.fromiter(found, np.int64, len(entities))

    def knows(self, entity: str) -> bool:
        """Whether the entity is registered, here or a moment ago at another worker."""
        if entity not in self.entities and "\0" not in entity:  # no database keeps a NUL
            for number, id_, kind in self._rows(sql("entity_by_id"), {"id": entity}):
                self.entities[id_] = (number, kind)
        return entity in self.entities

    def forget(self, entities: Collection[str]) -> None:
        """Entities that have left service are known no more."""
        for entity in entities:
            self.entities.pop(entity, None)
        for pair in [pair for pair in list(self.series) if pair[0] in entities]:
            self.series.pop(pair, None)

    def add_series(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Give numbers to new pairs of a known entity and a quantity."""
        wanted = sorted({(self.entities[entity][0], quantity) for entity, quantity in pairs})
        with self.database.transaction() as connection:
            values = {"entities": [w[0] for w in wanted], "quantities": [w[1] for w in wanted]}
            connection.execute(sql("add_series"), values)
            for number, entity, id_, quantity in connection.execute(sql("series_of_pairs"), values):
                self._know(number, entity, id_, quantity)

    def parts(self, series: NDArray[np.int64]) -> NDArray[np.int64]:
        """The part of the city that each series belongs to."""
        return self.part_of[series]

    def _know(self, number: int, entity: int, id_: str, quantity: str) -> None:
        with self._growing:
            if number >= self.part_of.size:
                more = np.full(max(self.part_of.size, number + 1 - self.part_of.size), -1, np.int64)
                self.part_of = np.concatenate([self.part_of, more])
            self.part_of[number] = entity % PARTS
            self.series[id_, quantity] = number

    def _rows(self, query: Any, values: dict[str, object]) -> list[tuple[Any, ...]]:
        with self.database.transaction() as connection:
            return connection.execute(query, values).fetchall()


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
