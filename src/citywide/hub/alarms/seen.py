"""Somebody has seen an alarm: the first is remembered, and the record tells of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import Connection

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.kit.text import Text


def acknowledge(connection: Connection, alarm: int, who: str, at: datetime, note: str) -> Mapping[str, Any]:
    """Note who has seen an alarm, unless somebody was before; tells who was the first, and when."""
    for row in rows(connection, sql("acknowledge_alarm"), {"id": alarm, "at": at, "who": who, "note": note}):
        said = row["says"]
        says = Text(f"{who} has seen: {said['en']}", f"{who} 已确认：{said['zh']}")
        witness(connection, "acknowledged", says, department=row["department"], at=at, who=who)
    return rows(connection, sql("acknowledged_by"), {"id": alarm})[0]
