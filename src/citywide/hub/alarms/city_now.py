"""What a response may look at: the city inside the running transaction."""

from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg import Connection

from citywide.hub.cases.desk import CaseDesk
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import entity_from_row
from citywide.hub.vocabulary.affairs import Alarm
from citywide.hub.vocabulary.things import Entity, Reading
from citywide.kit.clock import Clock


class CityNow:
    """The city as it stands inside the running transaction."""

    def __init__(self, connection: Connection, desk: CaseDesk, clock: Clock) -> None:
        self.connection, self.desk, self.clock = connection, desk, clock

    def all(self, kind: str) -> list[Entity]:
        """Every entity of a kind, moving ones where they were last seen."""
        return [entity_from_row(row) for row in rows(self.connection, sql("entities_of_kind"), {"kind": kind})]

    def busy(self, entity: str) -> bool:
        """Whether an open case is assigned to it."""
        row = self.connection.execute(sql("is_busy"), {"entity": entity}).fetchone()
        return bool(row and row[0])

    def latest(self, entity: str, quantity: str) -> Reading | None:
        """The newest reading, if there ever was one."""
        found = self.connection.execute(sql("latest_of_entity"), {"entity": entity, "quantity": quantity}).fetchone()
        return Reading(entity, quantity, found[0], found[1]) if found else None

    def nearest_free(self, kind: str, alarm: Alarm, needs: Mapping[str, object] | None = None) -> str | None:
        """The suitable free unit that is there first, or nobody."""
        unit = self.desk.nearest(self.connection, kind, alarm.about.place, needs or {}, self.clock.now())
        return unit.entity if unit else None

    def rows(self, query: LiteralString, values: Mapping[str, object]) -> list[dict[str, Any]]:
        """What a system has written down in its own tables."""
        return rows(self.connection, query, values)
