"""What officers found: "false" or "real", said of an alarm or of its case, goes to the watch that raised it."""

from pathlib import Path
from typing import TYPE_CHECKING

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import queries_of
from citywide.systems.traffic.duties.telling import tell

if TYPE_CHECKING:
    from citywide.hub.running import Hub

_QUERIES = queries_of(Path(__file__).parents[1])


def learn(hub: "Hub") -> None:
    """Keep each officer's word once, and tell it to the lane's roadside unit."""
    with hub.database.transaction() as connection:
        for row in rows(connection, _QUERIES["take_feedback"]):
            told = {name: row[name] for name in ("kind", "was_real", "lasted_s")}
            tell(connection, row["lane"], "feedback", told, row["at"])
