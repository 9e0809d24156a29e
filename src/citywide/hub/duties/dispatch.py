"""Dispatch looks round: who came free without anybody saying so, and who was sent and is lost."""

from datetime import datetime

from citywide.hub.cases.by_itself import replace_the_lost
from citywide.hub.cases.desk import CaseDesk
from citywide.hub.database.pool import Database
from citywide.hub.dispatch.choose import SILENT_AFTER
from citywide.kit.clock import EPOCH


class Dispatch:
    """A unit that comes on shift, is heard again or loses its case to a pause takes the next one that waits."""

    def __init__(self, database: Database, desk: CaseDesk) -> None:
        self.database, self.desk = database, desk
        self._since: datetime | None = None

    def look(self, now: datetime) -> None:
        """Send whoever can go to whatever waits; a hub that has just woken calls nobody silent."""
        self._since = self._since or now
        listened = now - self._since >= SILENT_AFTER
        with self.database.transaction() as connection:
            self.desk.somebody_is_free(connection, now)
            replace_the_lost(self.desk, connection, now, now - SILENT_AFTER if listened else EPOCH)
