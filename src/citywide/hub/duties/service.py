"""What a worker does when a thing leaves service: no reading of it is taken, its alarms and their cases end."""

from datetime import datetime

from citywide.hub.cases.by_itself import close_because
from citywide.hub.cases.desk import CaseDesk
from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.hub.ingest.committer import Committer
from citywide.hub.ingest.receive import Reception
from citywide.kit.clock import EPOCH
from citywide.kit.text import Text

RETIRED = Text("the device is out of service", "设备已停用")


class Service:
    """Hears at every worker of what has left service, or came back."""

    def __init__(self, database: Database, reception: Reception, committer: Committer, desk: CaseDesk) -> None:
        self.database, self.reception, self.committer, self.desk = database, reception, committer, desk
        self._heard, self._until = dict[str, datetime](), EPOCH

    def look(self, now: datetime) -> None:
        """Take note of every change since the last look; what took long to be committed is not missed."""
        found = self.database.rows(sql("service_changed_since"), {"since": self._until})
        if any(row["retired"] for row in found):
            self._end_alarms(now)  # at every look: one that is being rung or answered at this moment, at the next
        fresh = [row for row in found if self._heard.get(row["id"]) != row["at"]]
        if not fresh:
            return
        self.reception.forget({row["id"] for row in fresh if row["retired"]})
        state, numbers = self.committer.state, {row["number"] for row in fresh}
        self.committer.between_commits(lambda: state.stand_down(numbers)).result()
        self._heard, self._until = {row["id"]: row["at"] for row in found}, found[-1]["at"]

    def _end_alarms(self, now: datetime) -> None:
        with self.database.transaction() as connection:
            for (alarm,) in connection.execute(sql("alarms_of_the_retired")).fetchall():
                connection.execute(sql("clear_of_the_retired"), {"id": alarm, "at": now})
                close_because(self.desk, connection, alarm, RETIRED, now)
