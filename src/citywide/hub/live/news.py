"""Latest values as they are written down, for one subscriber."""

from datetime import datetime, timedelta
from typing import Any

from msgspec import json

from citywide.hub.database.pool import Database, Row, rows
from citywide.hub.database.queries import sql
from citywide.hub.people.who import Who

MOST = 20_000
SLOWEST_WRITING = timedelta(seconds=3)
NAMES = ("entity", "quantity", "value", "time", "lon", "lat")


class News:
    """What has been written since the last look; what took long to be committed is not missed, none is told twice."""

    def __init__(self, database: Database, since: datetime | None) -> None:
        self.database = database
        now: datetime = database.rows("select clock_timestamp() as now")[0]["now"]
        self.since = min(since or now, now)  # nobody has read what is still to come
        self._look_back = SLOWEST_WRITING if since else timedelta(0)
        self._told: dict[tuple[str, str], datetime] = {}

    def look(self, who: Who) -> bytes | None:
        """The news for this reader in columns, as JSON; None when there is none."""
        with self.database.reading_as(who) as connection:
            found = rows(connection, sql("latest_since"), {"since": self.since - self._look_back, "most": MOST})
        self._look_back = SLOWEST_WRITING if len(found) < MOST else timedelta(0)
        return self._tell([row for row in found if self._told.get(_key(row)) != row["written"]])

    def _tell(self, fresh: list[Row]) -> bytes | None:
        if not fresh:
            return None
        self.since = max(self.since, fresh[-1]["written"])
        self._told |= {_key(row): row["written"] for row in fresh}
        oldest = self.since - SLOWEST_WRITING
        self._told = {key: written for key, written in self._told.items() if written >= oldest}
        columns: dict[str, list[Any]] = {name: [row[name] for row in fresh] for name in NAMES}
        return json.encode(columns)


def _key(row: Row) -> tuple[str, str]:
    return row["entity"], row["quantity"]
