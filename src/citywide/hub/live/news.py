"""Latest values as they are written down, for one subscriber."""

from datetime import UTC, datetime
from typing import Any

from msgspec import json

from citywide.hub.database.pool import Database, Row, rows
from citywide.hub.database.queries import sql
from citywide.hub.people.who import Who

MOST = 20_000
EVER = datetime.max.replace(tzinfo=UTC)
NAMES = ("entity", "quantity", "value", "time", "lon", "lat")


class News:
    """What has been written since the last look; what took long to be committed is not missed, none is told twice."""

    def __init__(self, database: Database, since: datetime | None) -> None:
        self.database = database
        now: datetime = database.rows(sql("oldest_writing"))[0]["committed"]
        self.since = self._read = min(since or now, now)  # nobody has read what is still to come
        self._committed = EVER  # of all that one reading has found, piece by piece
        self._told: dict[tuple[str, str], datetime] = {}

    @property
    def behind(self) -> bool:
        """Whether the last look has not brought all there is."""
        return self._read != self.since

    def look(self, who: Who) -> bytes | None:
        """The news for this reader in columns, as JSON; None when there is none."""
        with self.database.reading_as(who) as connection:
            ((committed,),) = connection.execute(sql("oldest_writing")).fetchall()
            found = rows(connection, sql("latest_since"), {"since": self._read, "most": MOST})
        fresh = [row for row in found if self._told.get(_key(row)) != row["written"]]
        self._read_up_to(found, committed)
        return self._tell(fresh)

    def _read_up_to(self, found: list[Row], committed: datetime) -> None:
        """Everything written until `committed` has been seen; from there on it is looked at again."""
        self._committed = min(self._committed, committed)
        newest = found[-1]["written"] if found else self.since
        if len(found) >= MOST:  # first the rest
            self._read = newest
        else:
            self.since = self._read = max(self.since, min(newest, self._committed))
            self._committed = EVER

    def _tell(self, fresh: list[Row]) -> bytes | None:
        if not fresh:
            return None
        self._told |= {_key(row): row["written"] for row in fresh}
        self._told = {key: written for key, written in self._told.items() if written > self.since}
        columns: dict[str, list[Any]] = {name: [row[name] for row in fresh] for name in NAMES}
        return json.encode(columns)


def _key(row: Row) -> tuple[str, str]:
    return row["entity"], row["quantity"]
